//! Queues and streams.

use metering::queue::QueueDetails;
use metering::{Queue, Table};

use super::column::{
    ColumnDef, bytes_field, count_field, hidden, list, number_column, rate_field, text_column,
    unsorted,
};
use super::render_context::RenderContext;
use super::value::{Value, flag, known, table, tag, time};
use crate::i18n::list_texts::{ARGUMENTS, EXCLUSIVE, SHORT};
use crate::view_models::level::Level;
use crate::view_models::table::Cell;

list!(Queues, queues, COLUMNS, level level);

pub(super) const COLUMNS: &[ColumnDef<Queue>] = &[
    text_column(
        "name",
        |v| v.name,
        |queue, context| context.link_in("queues", &queue.vhost, &queue.name),
    ),
    text_column(
        "vhost",
        |v| v.vhost,
        |queue, context| context.link("vhosts", &queue.vhost),
    ),
    text_column("type", |v| v.kind, kind),
    unsorted(text_column("features", |v| v.features, features)),
    text_column("state", |v| v.state, state),
    count_field!(messages_ready, ready),
    count_field!(messages_unacknowledged, unacknowledged),
    count_field!(messages, total),
    rate_field!(publish_details, incoming),
    rate_field!(deliver_get_details, deliver_get),
    rate_field!(ack_details, ack),
    count_field!(consumers, consumers),
    hidden(text_column(
        "node",
        |v| v.node,
        |queue, context| context.maybe_link("nodes", queue.node.as_ref()),
    )),
    hidden(text_column("policy", |v| v.policy, policy)),
    hidden(text_column(
        "operator_policy",
        |v| v.operator_policy,
        operator_policy,
    )),
    hidden(number_column(
        "consumer_capacity",
        |v| v.consumer_capacity,
        |queue, _| capacity(queue),
    )),
    hidden(rate_field!(redeliver_details, redelivered)),
    hidden(rate_field!(get_empty_details, get_empty)),
    hidden(count_field!(messages_ram, in_memory)),
    hidden(count_field!(messages_persistent, persistent)),
    hidden(count_field!(messages_paged_out, paged_out)),
    hidden(count_field!(messages_delayed, delayed)),
    hidden(count_field!(messages_dlx, dead_lettering)),
    hidden(bytes_field!(message_bytes_ready, bytes_ready)),
    hidden(bytes_field!(
        message_bytes_unacknowledged,
        bytes_unacknowledged
    )),
    hidden(bytes_field!(message_bytes_ram, bytes_in_memory)),
    hidden(bytes_field!(message_bytes_persistent, bytes_persistent)),
    hidden(bytes_field!(message_bytes, bytes_total)),
    hidden(bytes_field!(memory, process_memory)),
    hidden(text_column("members", |v| v.members, members)),
    hidden(count_field!(segments, segments)),
    hidden(text_column(
        "durable",
        |v| v.durable,
        |queue, _| flag(queue.durable),
    )),
    hidden(text_column(
        "auto_delete",
        |v| v.auto_delete,
        |queue, _| flag(queue.auto_delete),
    )),
    hidden(text_column(
        "exclusive",
        |v| v.exclusive,
        |queue, _| flag(queue.exclusive),
    )),
    unsorted(hidden(text_column(
        "arguments",
        |v| v.arguments,
        |queue, _| table(queue.arguments.as_ref()),
    ))),
    hidden(text_column(
        "idle_since",
        |v| v.idle_since,
        |queue, _| time(queue.idle_since),
    )),
];

/// `classic`, `quorum` or `stream`. Brokers before 3.8 have one type and do not report it.
pub(super) fn kind(queue: &Queue, context: &RenderContext<'_>) -> Value {
    match queue.queue_type.as_deref() {
        Some(kind) => Value::Text(context.list_texts.words.queue_type(kind).to_owned()),
        None => Value::Nothing,
    }
}

fn policy(queue: &Queue, context: &RenderContext<'_>) -> Value {
    match queue.policy.as_deref() {
        Some(policy) if !policy.is_empty() => context.link_in("policies", &queue.vhost, policy),
        _ => Value::Nothing,
    }
}

fn operator_policy(queue: &Queue, context: &RenderContext<'_>) -> Value {
    match queue.operator_policy.as_deref() {
        Some(policy) if !policy.is_empty() => {
            context.link_in("operator-policies", &queue.vhost, policy)
        }
        _ => Value::Nothing,
    }
}

pub(super) fn capacity(queue: &Queue) -> Value {
    known(
        queue.consumer_capacity.or(queue.consumer_utilisation),
        Value::Share,
    )
}

fn members(queue: &Queue, context: &RenderContext<'_>) -> Value {
    let mirrors = queue.slave_nodes.iter().flatten();
    context.links("nodes", queue.members.iter().flatten().chain(mirrors))
}

/// Members of a queue that are not running.
fn missing_members(queue: &Queue) -> usize {
    let (Some(members), Some(online)) = (&queue.members, &queue.online) else {
        return 0;
    };
    members
        .iter()
        .filter(|member| !online.contains(member))
        .count()
}

/// The severity of the queue's state.
fn level_of(queue: &Queue) -> Level {
    match queue.state.as_deref() {
        Some("running") if missing_members(queue) > 0 => Level::Warning,
        Some("running") => Level::Good,
        Some("idle") | None => Level::Quiet,
        Some("flow" | "syncing" | "leader" | "follower") => Level::Warning,
        Some(state) if state.contains("sync") => Level::Warning,
        Some(_) => Level::Bad,
    }
}

pub(super) fn state(queue: &Queue, context: &RenderContext<'_>) -> Value {
    let Some(state) = queue.state.as_deref() else {
        return Value::Nothing;
    };
    let level = level_of(queue);
    let word = context.list_texts.words.state_word(state);
    match missing_members(queue) {
        0 => Value::State(level, word.to_owned()),
        missing => Value::State(
            if level == Level::Good {
                Level::Warning
            } else {
                level
            },
            (context.list_texts.members_missing)(word, missing),
        ),
    }
}

fn level(queue: &Queue) -> Option<Level> {
    Some(level_of(queue)).filter(|level| matches!(level, Level::Warning | Level::Bad))
}

/// The queue's features from its flags, arguments and policies, in the management UI's short words.
pub(super) fn features(queue: &Queue, context: &RenderContext<'_>) -> Value {
    let notes = context.list_texts;
    let mut tags: Vec<Cell> = Vec::new();
    let flags = [
        (queue.durable, "D", notes.durable),
        (queue.auto_delete, "AD", notes.auto_delete),
        (queue.exclusive, EXCLUSIVE, notes.exclusive),
    ];
    for (flag, short, note) in flags {
        if flag == Some(true) {
            tags.push(tag(short, Some(note)));
        }
    }
    let arguments = queue.arguments.as_ref();
    let policy = queue.effective_policy_definition.as_ref();
    let mut others = 0;
    for key in arguments
        .map(|Table(table)| table.keys())
        .into_iter()
        .flatten()
    {
        let word = key.strip_prefix("x-").unwrap_or(key);
        if word != "queue-type" && short(word).is_none() {
            others += 1;
        }
    }
    for (word, name) in SHORT {
        let of = |table: Option<&Table>, key: &str| {
            table
                .and_then(|table| table.get(key))
                .map(ToString::to_string)
        };
        let value = of(arguments, &format!("x-{word}")).or_else(|| of(policy, word));
        if let Some(value) = value {
            tags.push(tag(name, Some(&format!("{word}: {value}"))));
        }
    }
    if others > 0 {
        let all = arguments.map(|Table(table)| {
            let lines: Vec<_> = table
                .iter()
                .map(|(key, value)| format!("{key}: {value}"))
                .collect();
            lines.join(", ")
        });
        tags.push(tag(ARGUMENTS, all.as_deref()));
    }
    if tags.is_empty() {
        Value::Nothing
    } else {
        Value::Tags(tags)
    }
}

fn short(word: &str) -> Option<&'static str> {
    SHORT
        .iter()
        .find(|(known, _)| *known == word)
        .map(|(_, name)| *name)
}

/// Whether the queue has this type: each type reports other fields.
pub(super) fn is(details: &QueueDetails, kind: &str) -> bool {
    details.queue.queue_type.as_deref().unwrap_or("classic") == kind
}

#[cfg(test)]
mod tests {
    use super::*;

    fn queue(state: &str, members: &[&str], online: &[&str]) -> Queue {
        let words = |words: &[&str]| Some(words.iter().map(|&word| word.to_owned()).collect());
        Queue {
            state: Some(state.to_owned()),
            members: words(members),
            online: words(online),
            ..Queue::default()
        }
    }

    #[test]
    fn a_queue_whose_members_are_away_is_marked() {
        assert_eq!(level(&queue("running", &["a", "b"], &["a", "b"])), None);
        assert_eq!(
            level(&queue("running", &["a", "b"], &["a"])),
            Some(Level::Warning)
        );
        assert_eq!(
            level(&queue("minority", &["a", "b"], &["a"])),
            Some(Level::Bad)
        );
        assert_eq!(level(&queue("idle", &[], &[])), None);
    }
}
