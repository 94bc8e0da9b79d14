//! The four charts: queued messages, message rates, objects, churn.

use leptos::prelude::*;
use metering::meter::{self, Counter};

use super::tiles;
use crate::format::Unit;
use crate::i18n::{Catalog, catalog};
use crate::ui::charts::{Chart, SpanBar};
use crate::view_models::charts::{Base, Colour, Dash, Definition, Line};

/// The charts of the page.
#[component]
pub(super) fn Charts() -> impl IntoView {
    let texts = catalog();
    view! {
        <SpanBar />
        <div class="charts">
            <Chart definition=queued_messages(texts) />
            <Chart definition=message_rates(texts) />
            <Chart definition=objects(texts) />
            <Chart definition=churn(texts) />
        </div>
    }
}

pub(crate) fn queued_messages(texts: &Catalog) -> Definition {
    let lines = meter::QUEUE_TOTALS
        .iter()
        .map(|definition| {
            let (label, colour, dash) = match definition.field {
                "messages" => (texts.total, Colour::Blue, Dash::Solid),
                "messages_ready" => (texts.ready, Colour::Green, Dash::Solid),
                _ => (texts.unacknowledged, Colour::Orange, Dash::Dashed),
            };
            Line {
                meter: definition.name.into(),
                label: label.into(),
                colour,
                dash,
            }
        })
        .collect();
    Definition {
        id: "queued-messages".into(),
        title: texts.queued_messages.into(),
        unit_label: texts.unit_messages.into(),
        unit: Unit::Count,
        base: Base::Whole,
        lines,
    }
}

/// A rate's line; `None` for the sum of others, which would stand over them.
fn rate(counter: &Counter, texts: &Catalog) -> Option<Line> {
    use Colour::{Blue, Green, Grey, Orange, Purple};
    use Dash::{DashDot, Dashed, Dotted, Solid};
    let (label, colour, dash) = match counter.total.field {
        "publish" => (texts.publish, Blue, Solid),
        "publish_in" => (texts.publish_in, Blue, Dotted),
        "publish_out" => (texts.publish_out, Blue, DashDot),
        "confirm" => (texts.confirm, Blue, Dashed),
        "deliver" => (texts.deliver, Green, Solid),
        "deliver_no_ack" => (texts.deliver_no_ack, Green, Dashed),
        "get" => (texts.get, Green, Dotted),
        "get_no_ack" => (texts.get_no_ack, Green, DashDot),
        "get_empty" => (texts.get_empty, Grey, Dashed),
        "redeliver" => (texts.redeliver, Orange, Dashed),
        "ack" => (texts.ack, Purple, Dotted),
        "return_unroutable" => (texts.return_unroutable, Orange, Dotted),
        "drop_unroutable" => (texts.drop_unroutable, Orange, DashDot),
        "disk_reads" => (texts.disk_reads, Grey, Dotted),
        "disk_writes" => (texts.disk_writes, Grey, Solid),
        _ => return None,
    };
    Some(Line {
        meter: counter.rate.name.into(),
        label: label.into(),
        colour,
        dash,
    })
}

pub(crate) fn message_rates(texts: &Catalog) -> Definition {
    Definition {
        id: "message-rates".into(),
        title: texts.message_rates.into(),
        unit_label: texts.unit_messages_per_second.into(),
        unit: Unit::PerSecond,
        base: Base::Decimal,
        lines: meter::MESSAGE_STATS
            .iter()
            .filter_map(|counter| rate(counter, texts))
            .collect(),
    }
}

pub(crate) fn objects(texts: &Catalog) -> Definition {
    let lines = meter::OBJECT_TOTALS
        .iter()
        .map(|definition| {
            let (label, dash) = match definition.field {
                "connections" => (texts.connections, Dash::Solid),
                "channels" => (texts.channels, Dash::Dashed),
                "exchanges" => (texts.exchanges, Dash::Solid),
                "queues" => (texts.queues, Dash::Solid),
                _ => (texts.consumers, Dash::Dotted),
            };
            Line {
                meter: definition.name.into(),
                label: label.into(),
                colour: tiles::colour(definition.field),
                dash,
            }
        })
        .collect();
    Definition {
        id: "objects".into(),
        title: texts.objects.into(),
        unit_label: texts.unit_count.into(),
        unit: Unit::Count,
        base: Base::Whole,
        lines,
    }
}

pub(crate) fn churn(texts: &Catalog) -> Definition {
    let lines = meter::CHURN_RATES
        .iter()
        .map(|counter| {
            let (colour, dash) = match counter.total.field {
                "connection_created" => (Colour::Blue, Dash::Solid),
                "connection_closed" => (Colour::Green, Dash::Solid),
                "channel_created" => (Colour::Orange, Dash::Dashed),
                "channel_closed" => (Colour::Purple, Dash::Dotted),
                "queue_declared" => (Colour::Grey, Dash::Solid),
                "queue_created" => (Colour::Grey, Dash::Dashed),
                _ => (Colour::Grey, Dash::Dotted),
            };
            let label = super::churn::label(counter.total.field, texts);
            Line {
                meter: counter.rate.name.into(),
                label: label.into(),
                colour,
                dash,
            }
        })
        .collect();
    Definition {
        id: "churn".into(),
        title: texts.churn.into(),
        unit_label: texts.unit_events_per_second.into(),
        unit: Unit::PerSecond,
        base: Base::Decimal,
        lines,
    }
}
