//! Queues and streams.

use metering::queue::QueueDetails;
use metering::{Queue, Table};

use super::column::{Col, col, counted, extra, list, num, rated, sized, unsorted};
use super::links::Scene;
use super::value::{Value, flag, known, table, tag, time};
use crate::cells::Cell;
use crate::components::status::Level;
use crate::i18n::views::{ARGUMENTS, EXCLUSIVE, SHORT};

list!(Queues = "queues", queues: Queue, COLUMNS, level level);

pub(super) const COLUMNS: &[Col<Queue>] = &[
    col(
        "name",
        |v| v.name,
        |queue, scene| scene.link_in("queues", &queue.vhost, &queue.name),
    ),
    col(
        "vhost",
        |v| v.vhost,
        |queue, scene| scene.link("vhosts", &queue.vhost),
    ),
    col("type", |v| v.kind, kind),
    unsorted(col("features", |v| v.features, features)),
    col("state", |v| v.state, state),
    counted!(messages_ready, ready),
    counted!(messages_unacknowledged, unacknowledged),
    counted!(messages, total),
    rated!(publish_details, incoming),
    rated!(deliver_get_details, deliver_get),
    rated!(ack_details, ack),
    counted!(consumers, consumers),
    extra(col(
        "node",
        |v| v.node,
        |queue, scene| scene.maybe_link("nodes", queue.node.as_ref()),
    )),
    extra(col("policy", |v| v.policy, policy)),
    extra(col(
        "operator_policy",
        |v| v.operator_policy,
        operator_policy,
    )),
    extra(num(
        "consumer_capacity",
        |v| v.consumer_capacity,
        |queue, _| capacity(queue),
    )),
    extra(rated!(redeliver_details, redelivered)),
    extra(rated!(get_empty_details, get_empty)),
    extra(counted!(messages_ram, in_memory)),
    extra(counted!(messages_persistent, persistent)),
    extra(counted!(messages_paged_out, paged_out)),
    extra(counted!(messages_delayed, delayed)),
    extra(counted!(messages_dlx, dead_lettering)),
    extra(sized!(message_bytes_ready, bytes_ready)),
    extra(sized!(message_bytes_unacknowledged, bytes_unacknowledged)),
    extra(sized!(message_bytes_ram, bytes_in_memory)),
    extra(sized!(message_bytes_persistent, bytes_persistent)),
    extra(sized!(message_bytes, bytes_total)),
    extra(sized!(memory, process_memory)),
    extra(col("members", |v| v.members, members)),
    extra(counted!(segments, segments)),
    extra(col(
        "durable",
        |v| v.durable,
        |queue, _| flag(queue.durable),
    )),
    extra(col(
        "auto_delete",
        |v| v.auto_delete,
        |queue, _| flag(queue.auto_delete),
    )),
    extra(col(
        "exclusive",
        |v| v.exclusive,
        |queue, _| flag(queue.exclusive),
    )),
    unsorted(extra(col(
        "arguments",
        |v| v.arguments,
        |queue, _| table(queue.arguments.as_ref()),
    ))),
    extra(col(
        "idle_since",
        |v| v.idle_since,
        |queue, _| time(queue.idle_since),
    )),
];

/// `classic`, `quorum` or `stream`; brokers before 3.8 know of one type alone and do not name it.
pub(super) fn kind(queue: &Queue, scene: &Scene<'_>) -> Value {
    match queue.queue_type.as_deref() {
        Some(kind) => Value::Text(scene.views.queue_type(kind).to_owned()),
        None => Value::Nothing,
    }
}

fn policy(queue: &Queue, scene: &Scene<'_>) -> Value {
    match queue.policy.as_deref() {
        Some(policy) if !policy.is_empty() => scene.link_in("policies", &queue.vhost, policy),
        _ => Value::Nothing,
    }
}

fn operator_policy(queue: &Queue, scene: &Scene<'_>) -> Value {
    match queue.operator_policy.as_deref() {
        Some(policy) if !policy.is_empty() => {
            scene.link_in("operator-policies", &queue.vhost, policy)
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

fn members(queue: &Queue, scene: &Scene<'_>) -> Value {
    let mirrors = queue.slave_nodes.iter().flatten();
    scene.links("nodes", queue.members.iter().flatten().chain(mirrors))
}

/// Members that a queue is to have and that do not run.
fn missing_members(queue: &Queue) -> usize {
    let (Some(members), Some(online)) = (&queue.members, &queue.online) else {
        return 0;
    };
    members
        .iter()
        .filter(|member| !online.contains(member))
        .count()
}

/// How good its state is.
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

pub(super) fn state(queue: &Queue, scene: &Scene<'_>) -> Value {
    let Some(state) = queue.state.as_deref() else {
        return Value::Nothing;
    };
    let level = level_of(queue);
    let word = scene.views.state_word(state);
    match missing_members(queue) {
        0 => Value::State(level, word.to_owned()),
        missing => Value::State(
            if level == Level::Good {
                Level::Warning
            } else {
                level
            },
            (scene.views.members_missing)(word, missing),
        ),
    }
}

fn level(queue: &Queue) -> Option<Level> {
    Some(level_of(queue)).filter(|level| matches!(level, Level::Warning | Level::Bad))
}

/// What makes it other than a plain queue, in the management UI's own short words: of its flags, of
/// its arguments and of what its policies come to.
pub(super) fn features(queue: &Queue, scene: &Scene<'_>) -> Value {
    let notes = scene.views;
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

/// Whether it is one that keeps its messages in the process's own way: each type tells other things.
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
