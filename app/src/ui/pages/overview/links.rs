//! Where the overview leads: from its numbers to the lists of what they count.

use leptos::prelude::*;
use metering::meter;

use crate::i18n::{Catalog, catalog};
use crate::routes::{self, href};
use crate::ui::charts::{LineLink, LineLinks};

/// The overview stands on a page whose viewer may open lists, of this broker. A Leptos context; shared
/// pages and panels in other sites do not have it.
#[derive(Clone, Copy)]
pub(crate) struct Links(pub(crate) Memo<String>);

impl Links {
    /// The address of a list, of which the greatest of a column may come first.
    fn list(self, (kind, sort): (&str, &str)) -> String {
        let list = href(&routes::list(&self.0.get_untracked(), kind));
        if sort.is_empty() {
            list
        } else {
            format!("{list}?sort={sort}&sort_reverse=true")
        }
    }
}

/// The address of a broker's list of objects, by the field of their total.
pub(super) fn to_objects(field: &'static str) -> Option<String> {
    use_context::<Links>().map(|links| links.list((field, "")))
}

/// The address of a node's page.
pub(super) fn to_node(name: &str) -> Option<String> {
    let Links(broker) = use_context::<Links>()?;
    Some(href(&routes::object(
        &broker.get_untracked(),
        "nodes",
        &[name],
    )))
}

/// Has the legends of the page's charts lead to lists.
pub(super) fn provide_line_links() {
    let Some(links) = use_context::<Links>() else {
        return;
    };
    let find = move |meter: &str| {
        let (kind, sort) = list_of(meter)?;
        Some(LineLink {
            href: links.list((kind, sort)),
            name: list_name(kind, catalog()),
        })
    };
    provide_context(LineLinks::new(find));
}

fn list_name(kind: &str, texts: &Catalog) -> &'static str {
    match kind {
        "connections" => texts.connections,
        "channels" => texts.channels,
        "exchanges" => texts.exchanges,
        "consumers" => texts.consumers,
        _ => texts.queues,
    }
}

/// The list that shows what makes up a meter, and the column that the meter sums up.
fn list_of(name: &str) -> Option<(&'static str, &'static str)> {
    if let Some(total) = meter::QUEUE_TOTALS.iter().find(|total| total.name == name) {
        return Some(("queues", total.field));
    }
    if let Some(total) = meter::OBJECT_TOTALS.iter().find(|total| total.name == name) {
        return Some((total.field, ""));
    }
    let counters = meter::MESSAGE_STATS.iter().chain(meter::CHURN_RATES);
    let counter = counters
        .into_iter()
        .find(|counter| counter.rate.name == name)?;
    Some(match counter.total.field {
        "publish" => ("queues", "message_stats.publish_details.rate"),
        "publish_in" => ("exchanges", "message_stats.publish_in_details.rate"),
        "publish_out" => ("exchanges", "message_stats.publish_out_details.rate"),
        "confirm" => ("channels", "message_stats.confirm_details.rate"),
        "deliver" | "deliver_no_ack" | "get" | "get_no_ack" => {
            ("queues", "message_stats.deliver_get_details.rate")
        }
        "get_empty" => ("queues", "message_stats.get_empty_details.rate"),
        "redeliver" => ("queues", "message_stats.redeliver_details.rate"),
        "ack" => ("queues", "message_stats.ack_details.rate"),
        "return_unroutable" => ("channels", "message_stats.return_unroutable_details.rate"),
        "drop_unroutable" => ("channels", "message_stats.drop_unroutable_details.rate"),
        "connection_created" | "connection_closed" => ("connections", ""),
        "channel_created" | "channel_closed" => ("channels", ""),
        "queue_declared" | "queue_created" | "queue_deleted" => ("queues", ""),
        _ => return None,
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    #[cfg(target_arch = "wasm32")]
    use wasm_bindgen_test::wasm_bindgen_test as test;

    #[test]
    fn every_line_but_those_of_disks_leads_to_a_list() {
        let counters = meter::MESSAGE_STATS.iter().chain(meter::CHURN_RATES);
        let totals = meter::QUEUE_TOTALS.iter().chain(meter::OBJECT_TOTALS);
        let names = totals
            .map(|total| total.name)
            .chain(counters.map(|counter| counter.rate.name));
        let without: Vec<_> = names.filter(|name| list_of(name).is_none()).collect();
        assert!(
            without
                .iter()
                .all(|name| name.contains("disk_") || name.contains("deliver_get")),
            "{without:?}"
        );
        assert_eq!(
            list_of("rabbit.messages.ready"),
            Some(("queues", "messages_ready"))
        );
    }
}
