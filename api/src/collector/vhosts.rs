//! Sums over the vhosts of those who may not see all.

use std::collections::BTreeSet;

use metering::overview::{MessageStats, QueueTotals};
use metering::{Details, Vhost};

/// The sums over some vhosts. What none of them reports is absent.
pub(crate) fn sum(
    vhosts: &[Vhost],
    names: &BTreeSet<String>,
) -> (QueueTotals, Option<MessageStats>) {
    let mut queue_totals = QueueTotals::default();
    let mut message_stats = None;
    for vhost in vhosts.iter().filter(|vhost| names.contains(&vhost.name)) {
        let theirs = totals(vhost);
        for ((value, details), stat) in queue_totals.iter_mut().zip(theirs.iter()) {
            add(value, details, stat.value, stat.rate());
        }
        let Some(theirs) = &vhost.message_stats else {
            continue;
        };
        let sums: &mut MessageStats = message_stats.get_or_insert_default();
        for ((value, details), stat) in sums.iter_mut().zip(theirs.iter()) {
            add(value, details, stat.value, stat.rate());
        }
    }
    (queue_totals, message_stats)
}

fn totals(vhost: &Vhost) -> QueueTotals {
    QueueTotals {
        messages: vhost.messages,
        messages_details: vhost.messages_details.clone(),
        messages_ready: vhost.messages_ready,
        messages_ready_details: vhost.messages_ready_details.clone(),
        messages_unacknowledged: vhost.messages_unacknowledged,
        messages_unacknowledged_details: vhost.messages_unacknowledged_details.clone(),
    }
}

fn add(
    sum: &mut Option<i64>,
    details: &mut Option<Details>,
    value: Option<i64>,
    rate: Option<f64>,
) {
    if let Some(value) = value {
        *sum = Some(sum.unwrap_or(0).saturating_add(value));
    }
    if let Some(rate) = rate {
        let details = details.get_or_insert_default();
        details.rate = Some(details.rate.unwrap_or(0.0) + rate);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn vhosts() -> Vec<Vhost> {
        let json = r#"[
            {"name":"a","messages":3,"messages_ready":2,"messages_details":{"rate":0.5},
             "message_stats":{"publish":10,"publish_details":{"rate":1.5}}},
            {"name":"b","messages":"4","message_stats":{"publish":5,"ack":1}},
            {"name":"c","messages":1000,"messages_unacknowledged":1000}
        ]"#;
        serde_json::from_str(json).expect("vhosts")
    }

    fn named(names: &[&str]) -> BTreeSet<String> {
        names.iter().map(|&name| name.to_owned()).collect()
    }

    #[test]
    fn only_the_named_ones_are_summed() {
        let (queues, messages) = sum(&vhosts(), &named(&["a", "b", "gone"]));
        assert_eq!((queues.messages, queues.messages_ready), (Some(7), Some(2)));
        assert_eq!(
            queues.messages_details.and_then(|details| details.rate),
            Some(0.5)
        );
        let messages = messages.expect("reported");
        assert_eq!((messages.publish, messages.ack), (Some(15), Some(1)));
        assert_eq!(
            messages.publish_details.and_then(|details| details.rate),
            Some(1.5)
        );
    }

    #[test]
    fn sums_that_no_vhost_reports_are_absent() {
        let (queues, messages) = sum(&vhosts(), &named(&["c"]));
        assert_eq!((queues.messages, queues.messages_ready), (Some(1000), None));
        assert_eq!(messages, None);
        assert_eq!(sum(&vhosts(), &named(&[])), (QueueTotals::default(), None));
    }
}
