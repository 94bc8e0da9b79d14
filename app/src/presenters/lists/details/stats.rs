//! Message statistics as facts, and as samples for charts.

use metering::overview::MessageStats;
use metering::{Stat, meter};

use crate::presenters::lists::facts::group;
use crate::presenters::lists::history::Recorder;
use crate::presenters::lists::render_context::RenderContext;
use crate::presenters::lists::value::{Value, rate};
use crate::view_models::lists::Group;

/// The names of message statistics, in the viewer's language.
pub(super) fn stat_name(name: &str, context: &RenderContext<'_>) -> Option<&'static str> {
    let list_texts = context.list_texts;
    Some(match name {
        "publish" => list_texts.publish,
        "publish_in" => list_texts.publish_in,
        "publish_out" => list_texts.publish_out,
        "confirm" => list_texts.confirm,
        "deliver" => list_texts.deliver,
        "deliver_no_ack" => list_texts.deliver_no_ack,
        "get" => list_texts.get,
        "get_no_ack" => list_texts.get_no_ack,
        "get_empty" => list_texts.get_empty,
        "deliver_get" => list_texts.deliver_get,
        "redeliver" => list_texts.redeliver,
        "ack" => list_texts.ack,
        "return_unroutable" => list_texts.return_unroutable,
        "drop_unroutable" => list_texts.drop_unroutable,
        "disk_reads" => list_texts.disk_reads,
        "disk_writes" => list_texts.disk_writes,
        _ => return None,
    })
}

/// The rates of all statistics that the broker reports, and their totals.
pub(super) fn stats_groups(
    stats: Option<&MessageStats>,
    context: &RenderContext<'_>,
) -> Vec<Group> {
    let Some(stats) = stats else {
        return Vec::new();
    };
    let named = |stat: Stat<'_>| {
        Some((
            stat_name(stat.name, context)?,
            stat.value,
            rate(stat.details),
        ))
    };
    let reported: Vec<_> = stats.iter().filter_map(named).collect();
    let rates = reported.iter().map(|(name, _, rate)| (*name, rate.clone()));
    let totals = reported
        .iter()
        .map(|(name, total, _)| (*name, total.map_or(Value::Nothing, Value::Count)));
    let list_texts = context.list_texts;
    [
        group(list_texts.rates, rates, context),
        group(list_texts.totals, totals, context),
    ]
    .into_iter()
    .flatten()
    .collect()
}

/// Puts the samples of message statistics into a recorder, by the meters of their rates.
pub(super) fn record_stats(recorder: &mut Recorder, stats: Option<&MessageStats>) {
    for stat in stats.into_iter().flat_map(MessageStats::iter) {
        if let Some(counter) = meter::MESSAGE_STATS
            .iter()
            .find(|counter| counter.total.field == stat.name)
        {
            recorder.rate(counter.rate.name, stat.details);
        }
    }
}
