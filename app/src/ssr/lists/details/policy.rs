//! A policy, or an operators' policy.

use client::ClientError;

use super::super::facts::{group, group_of_table};
use super::super::value::{count, text};
use super::{Made, Value, Want};

pub(super) async fn make(
    want: &Want<'_>,
    vhost: &str,
    name: &str,
    of_operators: bool,
) -> Result<Made, ClientError> {
    let scene = &want.scene;
    let views = scene.views;
    let policy = if of_operators {
        want.session
            .operator_policy(want.broker(), vhost, name)
            .await?
    } else {
        want.session.policy(want.broker(), vhost, name).await?
    };
    let applies = policy.apply_to.as_deref();
    let overview = [
        (views.pattern, text(policy.pattern.as_ref())),
        (
            views.apply_to,
            applies.map_or(Value::Nothing, |word| {
                Value::Text(views.applies_to(word).to_owned())
            }),
        ),
        (views.priority, count(policy.priority)),
    ];
    let groups = [
        group(views.details, overview, scene),
        group_of_table(views.definition, policy.definition.as_ref()),
    ];
    Ok(Made {
        groups: groups.into_iter().flatten().collect(),
        ..Made::default()
    })
}
