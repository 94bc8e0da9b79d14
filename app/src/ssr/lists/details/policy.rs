//! A policy, or an operators' policy, and what its pattern matches.

use client::ClientError;

use super::super::facts::{group, group_of_table, table};
use super::super::value::{count, text};
use super::super::{exchanges, queues};
use super::{Made, Value, Want};

pub(super) async fn make(
    want: &Want<'_>,
    vhost: &str,
    name: &str,
    of_operators: bool,
) -> Result<Made, ClientError> {
    let scene = &want.scene;
    let views = scene.views;
    let details = if of_operators {
        want.session
            .operator_policy(want.broker(), vhost, name)
            .await?
    } else {
        want.session.policy(want.broker(), vhost, name).await?
    };
    let policy = &details.policy;
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
    let (for_queues, for_exchanges) = match applies.unwrap_or("all") {
        "exchanges" => (false, true),
        "all" => (true, !of_operators),
        _ => (true, false),
    };
    // Each row says which policy holds for it: of several the one of the highest priority.
    let queues = for_queues.then(|| {
        let rows = details.matched_queues.as_deref();
        let policies = if of_operators {
            "operator_policy"
        } else {
            "policy"
        };
        table(
            ("matched-queues", views.matched_queues),
            queues::COLUMNS,
            &["name", "type", policies, "messages", "state"],
            rows.unwrap_or_default(),
            rows.map_or(views.no_answer_yet, |_| views.nothing_matched),
            scene,
        )
    });
    let exchanges = for_exchanges.then(|| {
        let rows = details.matched_exchanges.as_deref();
        table(
            ("matched-exchanges", views.matched_exchanges),
            exchanges::COLUMNS,
            &["name", "type", "policy"],
            rows.unwrap_or_default(),
            rows.map_or(views.no_answer_yet, |_| views.nothing_matched),
            scene,
        )
    });
    Ok(Made {
        groups: groups.into_iter().flatten().collect(),
        tables: queues.into_iter().chain(exchanges).collect(),
        ..Made::default()
    })
}
