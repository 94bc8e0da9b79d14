//! Queues: depths now, the rest when there is time.
//!
//! With 10,000 of them the whole list takes a broker seconds, and while it writes that nothing
//! else can be asked. So it is read page by page, with the columns that are shown; between two
//! pages the collector has its turn. The depths alone are cheap, and are asked for more often.

use std::collections::HashMap;

use metering::Queue;
use metering::lists::Row;
use metering::overview::QueueTotals;

use super::column::{Key, key};
use super::rows::{Builder, Damage, Rows, each};

/// How many consumers each queue has, by vhost and name.
pub(crate) type Consumers = HashMap<(String, String), i64>;

/// All depths, without rates.
pub(crate) const DEPTHS: &str = "api/queues?disable_stats=true&enable_queue_totals=true";

/// Queues a page.
const PAGE_SIZE: u32 = 500;

/// A page of queues with all that is shown of one. Where statistics are off the depths come along.
pub(crate) fn page(number: u64) -> String {
    format!(
        "api/queues?page={number}&page_size={PAGE_SIZE}&enable_queue_totals=true&columns={}",
        Queue::FIELDS.join(",")
    )
}

/// The queues of the cheap form, each with what is known of it beside.
///
/// # Errors
/// Where it is no list.
pub(crate) fn with_depths(
    known: Option<&Rows>,
    body: &[u8],
) -> Result<(Rows, Damage), serde_json::Error> {
    let mut builder = Builder::default();
    let info = each(body, &mut |fresh: Queue| {
        let known = known.and_then(|known| {
            let row = known.find(&fresh.vhost, &fresh.name())?;
            serde_json::from_slice::<Queue>(known.json(row)).ok()
        });
        match known {
            Some(mut queue) => {
                refresh(&mut queue, fresh);
                builder.push(&queue);
            }
            None => builder.push(&fresh),
        }
    })?;
    Ok((builder.finish(), info.damage))
}

/// The queues with their numbers of consumers.
pub(crate) fn with_consumers(rows: &Rows, consumers: &Consumers) -> Rows {
    let mut builder = Builder::default();
    for row in rows.all() {
        if let Ok(mut queue) = serde_json::from_slice::<Queue>(rows.json(row)) {
            let key = (queue.vhost.clone(), queue.name.clone());
            queue.consumers = queue.consumers.or_else(|| consumers.get(&key).copied());
            builder.push(&queue);
        }
    }
    builder.finish()
}

/// Messages in all of them; absent if no row has a number.
pub(crate) fn totals(rows: &Rows) -> QueueTotals {
    let sum = |column: &str| {
        let numbers = rows
            .all()
            .filter_map(|row| match key(rows.json(row), column) {
                Some(Key::Number(number)) => Some(number as i64),
                _ => None,
            });
        numbers.reduce(i64::saturating_add)
    };
    QueueTotals {
        messages: sum("messages"),
        messages_ready: sum("messages_ready"),
        messages_unacknowledged: sum("messages_unacknowledged"),
        ..QueueTotals::default()
    }
}

/// Takes over what the cheap form says.
fn refresh(queue: &mut Queue, fresh: Queue) {
    macro_rules! take {
        ($($field:ident)*) => {
            $(if fresh.$field.is_some() {
                queue.$field = fresh.$field;
            })*
        };
    }
    take!(queue_type state node durable auto_delete exclusive arguments messages messages_ready messages_unacknowledged);
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::lists::rows;
    use metering::lists::ListKind;

    #[test]
    fn depths_are_renewed_and_the_rest_stays() {
        let known =
            br#"[{"name":"a","vhost":"/","messages":1,"memory":77,"message_stats":{"publish":5}},
            {"name":"gone","vhost":"/","messages":1}]"#;
        let known = rows::read(ListKind::Queues, known, false)
            .expect("rows")
            .rows;
        let body = br#"[{"name":"new","vhost":"/","messages":3},{"name":"a","vhost":"/","messages":2,"state":"running"}]"#;
        let (rows, _) = with_depths(Some(&known), body).expect("rows");
        let read = |row| serde_json::from_slice::<Queue>(rows.json(row)).expect("a queue");
        assert_eq!(rows.len(), 2, "what is gone is gone");
        assert_eq!((read(0).messages, read(0).memory), (Some(2), Some(77)));
        assert_eq!(read(0).state.as_deref(), Some("running"));
        assert_eq!(
            read(0).message_stats.and_then(|stats| stats.publish),
            Some(5)
        );
        assert_eq!((read(1).messages, read(1).memory), (Some(3), None));
    }
}
