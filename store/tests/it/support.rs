//! What the tests share.

use std::collections::BTreeMap;
use std::sync::Arc;
use std::time::{SystemTime, UNIX_EPOCH};

use metering::Timestamp;
use metering::meter::{self, Definition, MeterType};
use store::{Collected, Filter, Posted, SampleQuery, Store};

pub(crate) const MINUTE: i64 = 60_000_000;
pub(crate) const HOUR: i64 = 60 * MINUTE;
pub(crate) const DAY: i64 = 24 * HOUR;

/// Microseconds since the epoch, to the hour.
pub(crate) fn this_hour() -> i64 {
    micros_now() / HOUR * HOUR
}

/// Microseconds since the epoch.
pub(crate) fn micros_now() -> i64 {
    let passed = SystemTime::now()
        .duration_since(UNIX_EPOCH)
        .expect("after 1970");
    passed.as_micros() as i64
}

pub(crate) fn at(micros: i64) -> Timestamp {
    Timestamp::from_micros(micros)
}

/// A sample of `cpu` of a resource.
pub(crate) fn posted(resource: &str, time: i64, volume: f64) -> Posted {
    Posted {
        meter: "cpu".into(),
        meter_type: MeterType::Gauge,
        unit: "%".into(),
        volume,
        resource_id: resource.into(),
        project_id: Some("project".into()),
        user_id: Some("user".into()),
        source: Some("project:openstack".into()),
        timestamp: at(time),
        recorded_at: at(time),
        metadata: BTreeMap::new(),
    }
}

/// A poll of the first meters there are.
pub(crate) fn poll(resource: &str, time: i64, values: &[f64]) -> Collected {
    Collected {
        resource_id: Arc::from(resource),
        project_id: None,
        timestamp: at(time),
        values: meter::all().zip(values.iter().copied()).collect(),
    }
}

pub(crate) fn definition(name: &str) -> &'static Definition {
    meter::find(name).expect("a meter of that name")
}

/// How many samples pass.
pub(crate) async fn count(store: &dyn Store, filter: Filter) -> usize {
    let query = SampleQuery {
        filter,
        order: Vec::new(),
        limit: u64::MAX,
    };
    store.samples(query).await.expect("samples").len()
}

/// Until what was queued is there.
pub(crate) async fn until_count(store: &dyn Store, expected: usize) {
    for _ in 0..2000 {
        if count(store, Filter::default()).await == expected {
            return;
        }
        tokio::time::sleep(std::time::Duration::from_millis(5)).await;
    }
    let found = count(store, Filter::default()).await;
    panic!("{found} samples after ten seconds, not {expected}");
}
