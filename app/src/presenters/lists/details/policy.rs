//! A policy, or an operators' policy, and what its pattern matches.

use client::ClientError;

use super::object_page::{DetailRequest, ObjectPage};
use crate::presenters::lists::facts::{group, group_of_table, table};
use crate::presenters::lists::value::{Value, count, text};
use crate::presenters::lists::{exchanges, queues};

pub(super) async fn make(
    request: &DetailRequest<'_>,
    vhost: &str,
    name: &str,
    of_operators: bool,
) -> Result<ObjectPage, ClientError> {
    let context = &request.context;
    let list_texts = context.list_texts;
    let details = if of_operators {
        request
            .session
            .operator_policy(request.broker(), vhost, name)
            .await?
    } else {
        request
            .session
            .policy(request.broker(), vhost, name)
            .await?
    };
    let policy = &details.policy;
    let applies = policy.apply_to.as_deref();
    let overview = [
        (list_texts.pattern, text(policy.pattern.as_ref())),
        (
            list_texts.apply_to,
            applies.map_or(Value::Nothing, |word| {
                Value::Text(list_texts.words.applies_to(word).to_owned())
            }),
        ),
        (list_texts.priority, count(policy.priority)),
    ];
    let groups = [
        group(list_texts.details, overview, context),
        group_of_table(list_texts.definition, policy.definition.as_ref()),
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
            ("matched-queues", list_texts.matched_queues),
            queues::COLUMNS,
            &["name", "type", policies, "messages", "state"],
            rows.unwrap_or_default(),
            rows.map_or(list_texts.no_answer_yet, |_| list_texts.nothing_matched),
            context,
        )
    });
    let exchanges = for_exchanges.then(|| {
        let rows = details.matched_exchanges.as_deref();
        table(
            ("matched-exchanges", list_texts.matched_exchanges),
            exchanges::COLUMNS,
            &["name", "type", "policy"],
            rows.unwrap_or_default(),
            rows.map_or(list_texts.no_answer_yet, |_| list_texts.nothing_matched),
            context,
        )
    });
    Ok(ObjectPage {
        groups: groups.into_iter().flatten().collect(),
        tables: queues.into_iter().chain(exchanges).collect(),
        ..ObjectPage::default()
    })
}
