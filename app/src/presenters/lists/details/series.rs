//! The history of an object: the broker's own samples, or what Warren stored.

use client::ClientError;
use metering::requests::SeriesQuery;
use metering::{Series, Timestamp, meter};

use super::object_page::DetailRequest;
use crate::presenters::lists::history::Recorder;
use crate::server::clock::now;

/// The depths and rates of a queue or a vhost: from the samples that the broker keeps, or, where the
/// span goes beyond these, from what Warren kept itself of those that it follows.
pub(super) async fn series(
    request: &DetailRequest<'_>,
    longest: i64,
    resource: &str,
    sampled: Recorder,
) -> Result<Series, ClientError> {
    if request.end.is_none() && request.length <= longest {
        return Ok(sampled.series());
    }
    let depths = meter::QUEUE_TOTALS.iter().map(|definition| definition.name);
    let rates = meter::MESSAGE_STATS.iter().map(|counter| counter.rate.name);
    let meters = depths.chain(rates).map(str::to_owned).collect();
    recorded(request, resource, meters).await
}

/// From what Warren kept itself, which reaches further back than what a broker keeps.
pub(super) async fn recorded(
    request: &DetailRequest<'_>,
    resource: &str,
    meters: Vec<String>,
) -> Result<Series, ClientError> {
    let end = request.end.map(Timestamp::from_millis);
    let query = SeriesQuery {
        broker: Some(request.broker().to_owned()),
        meters,
        resources: vec![resource.to_owned()],
        ..SeriesQuery::span(request.length, end, now())
    };
    Ok(request.session.series(&query).await?.as_ref().clone())
}
