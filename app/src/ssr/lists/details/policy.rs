//! A policy, or an operators' policy, and what its pattern matches.

use client::{ClientError, ListQuery};
use metering::{Exchange, Policy, Queue};

use super::super::facts::{MOST_ROWS, group, group_of_table, table};
use super::super::value::{count, text};
use super::super::{exchanges, queues};
use super::{Made, Value, Want};
use crate::i18n::views::Views;
use crate::server_fns::lists::DetailTable;

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
    let target = applies.unwrap_or("all");
    let (queues, exchanges) = tokio::join!(
        matched_queues(want, &policy, target, of_operators),
        matched_exchanges(want, &policy, target, of_operators)
    );
    Ok(Made {
        groups: groups.into_iter().flatten().collect(),
        tables: queues.into_iter().chain(exchanges).collect(),
        ..Made::default()
    })
}

/// What asks for the rows whose names match. The broker minds the case, lists do not.
fn matching(policy: &Policy) -> ListQuery {
    let pattern = policy.pattern.as_deref().unwrap_or_default();
    ListQuery {
        vhost: Some(policy.vhost.clone()),
        name: Some(format!("(?-i:{pattern})")),
        use_regex: true,
        sort: Some("name".to_owned()),
        page: Some(1),
        page_size: Some(MOST_ROWS as u64),
        ..ListQuery::default()
    }
}

/// The queues of its pattern and type, with the policy that holds for each: of several that match it
/// is the one of the highest priority.
async fn matched_queues(
    want: &Want<'_>,
    policy: &Policy,
    target: &str,
    of_operators: bool,
) -> Option<DetailTable> {
    let kind = match target {
        "exchanges" => return None,
        "classic_queues" => Some("classic"),
        "quorum_queues" => Some("quorum"),
        "streams" => Some("stream"),
        _ => None,
    };
    let views = want.scene.views;
    let found = want.session.queues(want.broker(), &matching(policy)).await;
    let is_meant =
        |queue: &&Queue| kind.is_none_or(|kind| queue.queue_type.as_deref() == Some(kind));
    let rows: Vec<Queue> = match &found {
        Ok(page) => page.items.iter().filter(is_meant).cloned().collect(),
        Err(_) => Vec::new(),
    };
    let policies = if of_operators {
        "operator_policy"
    } else {
        "policy"
    };
    Some(table(
        ("matched-queues", views.matched_queues),
        queues::COLUMNS,
        &["name", "type", policies, "messages", "state"],
        &rows,
        none(&found, views),
        &want.scene,
    ))
}

/// The exchanges of its pattern, with the policy that holds for each.
async fn matched_exchanges(
    want: &Want<'_>,
    policy: &Policy,
    target: &str,
    of_operators: bool,
) -> Option<DetailTable> {
    // Operators' policies are for queues alone.
    if of_operators || !matches!(target, "exchanges" | "all") {
        return None;
    }
    let views = want.scene.views;
    let found = want
        .session
        .exchanges(want.broker(), &matching(policy))
        .await;
    let rows: &[Exchange] = found.as_ref().map_or(&[], |page| &page.items);
    Some(table(
        ("matched-exchanges", views.matched_exchanges),
        exchanges::COLUMNS,
        &["name", "type", "policy"],
        rows,
        none(&found, views),
        &want.scene,
    ))
}

/// What stands in the place of rows: a pattern may have what only the broker's kind of regular
/// expressions has.
fn none<T>(found: &Result<T, ClientError>, views: &'static Views) -> &'static str {
    match found {
        Ok(_) => views.nothing_matched,
        Err(ClientError::Refused { .. }) => views.pattern_unknown,
        Err(_) => views.no_answer_yet,
    }
}
