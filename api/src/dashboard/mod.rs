//! What a dashboard shows of one broker, composed once: for the overview, and for each panel in other
//! pages.
//!
//! A page that is alive polls this again and again. It is put together from what is ready: the JSON of
//! snapshots, and series and log lines that were written for the first request.

pub(crate) mod parts;
mod whole;

use metering::Timestamp;
use metering::panel::Panel;
use metering::requests::{LogQuery, SeriesQuery};

use crate::auth::authorized_broker::AuthorizedBroker;
use crate::auth::identity::tokens::TokenData;
use crate::broker::meters::Meter;
use crate::http::error::Error;
use crate::http::etag::ConditionalResponse;
use crate::series::query::ResolvedQuery;
use crate::state::ApiState;
use whole::Whole;

/// The times of the series.
#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct Times {
    /// The length of the recent history in milliseconds; if absent, none.
    pub(crate) depth: Option<i64>,
    /// The last time of it that the caller has.
    pub(crate) since: Option<Timestamp>,
    /// The length of the charts in milliseconds; if absent, none.
    pub(crate) length: Option<i64>,
    /// The end of the charts; if absent, now.
    pub(crate) end: Option<Timestamp>,
}

/// What a panel shows of a broker; [`Panel::Overview`] shows all of it.
///
/// What the caller may not see, and what is not known, is absent. So are the facts and series of a
/// queue or a node.
pub(crate) async fn compose(
    shared: &ApiState,
    caller: &TokenData,
    authorized: &AuthorizedBroker<'_>,
    panel: Panel,
    times: Times,
) -> Result<ConditionalResponse, Error> {
    let now = shared.config.clock.now();
    let snapshot = authorized.broker.snapshot();
    let mut whole = Whole::new(&snapshot.broker_json, snapshot.generation);
    let overview = parts::overview_of_panel(shared, authorized, panel).await;
    whole.add("overview", overview)?;
    if panel.needs_nodes() {
        whole.add("nodes", parts::nodes(shared, authorized))?;
    }
    let of_broker = !panel.is_of_object();
    if let Some(depth) = times.depth.filter(|_| of_broker && panel.needs_series()) {
        let recent = drawn(panel, SeriesQuery::recent(depth, times.since, now))?;
        whole.add("series", parts::series(shared, authorized, &recent).await)?;
    }
    if let Some(length) = times.length.filter(|_| of_broker && panel.is_charted()) {
        let charts = drawn(panel, SeriesQuery::span(length, times.end, now))?;
        whole.add("charts", parts::series(shared, authorized, &charts).await)?;
    }
    let length = times.length.or(times.depth);
    if let Some(length) = length.filter(|_| panel.needs_log()) {
        let end = times.length.and(times.end);
        let events = LogQuery::events(&authorized.broker.name, length, end, now);
        whole.add("events", parts::log(shared, caller, events).await)?;
    }
    Ok(whole.finish(shared, authorized, now))
}

/// A query of the meters that a panel draws. The overview draws every gauge of a broker.
fn drawn(panel: Panel, mut query: SeriesQuery) -> Result<ResolvedQuery, Error> {
    if panel != Panel::Overview {
        let gauges = Meter::broker_gauges().into_iter();
        let names = gauges.map(|meter| meter.definition().name);
        let names = names.filter(|name| panel.draws(name));
        query.meters = names.map(str::to_owned).collect();
    }
    ResolvedQuery::new(query)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_chart_gets_its_own_columns_alone() {
        let drawn = |panel| -> Vec<&str> {
            let query = drawn(panel, SeriesQuery::default()).expect("a query");
            let names = query.meters.iter().map(|meter| meter.definition().name);
            let known = [
                "rabbit.messages",
                "rabbit.connections",
                "rabbit.publish.rate",
            ];
            names.filter(|name| known.contains(name)).collect()
        };
        assert_eq!(drawn(Panel::QueuedMessages), ["rabbit.messages"]);
        assert_eq!(drawn(Panel::MessageRates), ["rabbit.publish.rate"]);
        assert_eq!(drawn(Panel::Tiles), ["rabbit.connections"]);
        assert_eq!(drawn(Panel::Overview).len(), 3);
    }

    #[test]
    fn each_panel_with_lines_of_a_broker_names_meters() {
        for panel in Panel::ALL {
            if panel.needs_series() && !panel.is_of_object() && panel != Panel::Overview {
                let query = drawn(panel, SeriesQuery::default()).expect("a query");
                assert!(!query.all_gauges, "{panel:?}");
            }
        }
    }
}
