//! From the ring to the store, and back after a restart of this service.

use std::sync::Arc;

use metering::Timestamp;
use store::{Collected, Range, Store, StoreError};

use crate::meters::Meter;
use crate::ring::{Resource, Ring};
use crate::watched::Watched;

/// The rows of some slots, the broker's and its nodes', as the store takes them.
pub(crate) fn rows(broker: &Watched, ring: &Ring, slots: Vec<i64>) -> Vec<Collected> {
    let resources: Vec<_> = std::iter::once((Resource::Broker, Arc::clone(&broker.resource_id)))
        .chain(ring.nodes().map(|node| {
            let id = format!("{}/{node}", broker.name);
            (Resource::Node(node), id.into())
        }))
        .collect();
    let mut rows = Vec::new();
    for slot in slots {
        for (resource, id) in &resources {
            rows.extend(row(broker, ring, *resource, id, slot));
        }
    }
    rows
}

/// The row of a queue or vhost in a slot, if there is one.
pub(crate) fn object_row(
    broker: &Watched,
    ring: &Ring,
    path: &str,
    slot: i64,
) -> Option<Collected> {
    let id = format!("{}/{path}", broker.name).into();
    row(broker, ring, Resource::Object(path), &id, slot)
}

/// What is known of a resource in one slot, if anything is.
fn row(
    broker: &Watched,
    ring: &Ring,
    resource: Resource<'_>,
    id: &Arc<str>,
    slot: i64,
) -> Option<Collected> {
    let values = ring.row(resource, slot);
    (!values.is_empty()).then(|| Collected {
        resource_id: Arc::clone(id),
        project_id: broker.project_id.clone(),
        timestamp: Timestamp::from_millis(ring.start(slot)),
        values: values
            .into_iter()
            .map(|(meter, value)| (meter.definition(), value))
            .collect(),
    })
}

/// Fills the ring with what the store has of its time, as far as another run of this service was
/// there to see it.
///
/// # Errors
/// Where the store cannot be read; the ring then has what was read before.
pub(crate) async fn refill(
    broker: &Watched,
    store: &dyn Store,
    now: Timestamp,
) -> Result<(), StoreError> {
    let (head, oldest, start, end, step) = {
        let ring = broker.ring();
        let head = ring.slot(now.as_millis());
        let oldest = ring.oldest_before(head);
        (
            head,
            oldest,
            ring.start(oldest),
            ring.start(head + 1),
            ring.tick(),
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
        if matches!(resource, Resource::Object(_)) && !broker.ring().has_room() {
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
        let mut ring = broker.ring_mut();
        ring.open(head);
        for (meter, column) in meters.into_iter().zip(columns) {
            let values = column.iter().flat_map(|column| &column.avg.0);
            for (slot, &value) in (oldest..).zip(values) {
                ring.set(resource, meter, slot, value);
            }
        }
    }
    Ok(())
}
