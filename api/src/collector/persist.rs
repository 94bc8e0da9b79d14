//! From the recent history to the store, and back after a restart of this service.

use std::sync::Arc;

use metering::Timestamp;
use store::{Collected, Range, Store, StoreError};

use crate::broker::broker_state::BrokerHandle;
use crate::broker::meters::Meter;
use crate::broker::recent_history::{RecentHistory, Resource};

/// The rows of some buckets, the broker's and its nodes', as the store takes them.
pub(crate) fn rows(
    broker: &BrokerHandle,
    history: &RecentHistory,
    buckets: Vec<i64>,
) -> Vec<Collected> {
    let resources: Vec<_> = std::iter::once((Resource::Broker, Arc::clone(&broker.resource_id)))
        .chain(history.nodes().map(|node| {
            let id = format!("{}/{node}", broker.name);
            (Resource::Node(node), id.into())
        }))
        .collect();
    let mut rows = Vec::new();
    for bucket in buckets {
        for (resource, id) in &resources {
            rows.extend(row(broker, history, *resource, id, bucket));
        }
    }
    rows
}

/// The row of a queue or vhost in a bucket, if there is one.
pub(crate) fn object_row(
    broker: &BrokerHandle,
    history: &RecentHistory,
    path: &str,
    bucket: i64,
) -> Option<Collected> {
    let id = format!("{}/{path}", broker.name).into();
    row(broker, history, Resource::Object(path), &id, bucket)
}

/// What is known of a resource in one bucket, if anything is.
fn row(
    broker: &BrokerHandle,
    history: &RecentHistory,
    resource: Resource<'_>,
    id: &Arc<str>,
    bucket: i64,
) -> Option<Collected> {
    let values = history.row(resource, bucket);
    (!values.is_empty()).then(|| Collected {
        resource_id: Arc::clone(id),
        project_id: broker.project_id.clone(),
        timestamp: Timestamp::from_millis(history.start(bucket)),
        values: values
            .into_iter()
            .map(|(meter, value)| (meter.definition(), value))
            .collect(),
    })
}

/// Fills the recent history with what the store has of its time, as far as another run of this service was
/// there to see it.
///
/// # Errors
/// Where the store cannot be read; the recent history then has what was read before.
pub(crate) async fn refill(
    broker: &BrokerHandle,
    store: &dyn Store,
    now: Timestamp,
) -> Result<(), StoreError> {
    let (head, oldest, start, end, step) = {
        let history = broker.history();
        let head = history.bucket(now.as_millis());
        let oldest = history.oldest_before(head);
        (
            head,
            oldest,
            history.start(oldest),
            history.start(head + 1),
            history.tick(),
        )
    };
    let time = Timestamp::from_millis;
    let resources = store
        .collected_resources(&broker.name, time(start), time(end))
        .await?;
    for resource_id in resources {
        let resource = match resource_id.strip_prefix(broker.name.as_str()) {
            Some("") => Resource::Broker,
            Some(rest) => match rest.strip_prefix('/') {
                Some(path) if path.contains('/') => Resource::Object(path),
                Some(node) => Resource::Node(node),
                None => continue,
            },
            None => continue,
        };
        if matches!(resource, Resource::Object(_)) && !broker.history().has_room() {
            continue;
        }
        let is_of_node = matches!(resource, Resource::Node(_));
        let meters: Vec<_> = Meter::all()
            .filter(|meter| meter.is_of_node() == is_of_node)
            .collect();
        let columns = store.series(Range {
            resource_id: Arc::clone(&resource_id),
            meters: meters.iter().map(|meter| meter.definition()).collect(),
            start,
            step,
            count: (head - oldest + 1) as usize,
        });
        let columns = columns.await?;
        let mut history = broker.history_mut();
        history.open(head);
        for (meter, column) in meters.into_iter().zip(columns) {
            let values = column.iter().flat_map(|column| &column.avg.0);
            for (bucket, &value) in (oldest..).zip(values) {
                history.set(resource, meter, bucket, value);
            }
        }
    }
    Ok(())
}
