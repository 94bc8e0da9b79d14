//! How a node went: its charts, and what they draw.

use metering::{Details, Sample, Series, Table, meter};

use super::fields::{list_at, number, table_at, whole};
use crate::presenters::lists::details::object_page::DetailRequest;
use crate::presenters::lists::history::Recorder;
use crate::view_models::lists::ChartView;
use crate::view_models::node_charts::{disk, files, io, io_bytes, memory, processes};

/// Fields of a node, and the meters that the charts know them by.
const GAUGES: [(&str, &str); 5] = [
    ("mem_used", "rabbit.node.memory"),
    ("disk_free", "rabbit.node.disk_free"),
    ("fd_used", "rabbit.node.file_descriptors"),
    ("sockets_used", "rabbit.node.sockets"),
    ("proc_used", "rabbit.node.processes"),
];
const COUNTERS: [&str; 5] = [
    "io_read_count",
    "io_write_count",
    "io_sync_count",
    "io_read_bytes",
    "io_write_bytes",
];

/// From the broker's own samples. For the time before a node's start the broker reports zeros: these
/// are left out, and the charts have a gap there.
pub(super) fn sampled(response: &Table, resource: &str) -> Series {
    let gauges = GAUGES.map(|(field, meter)| (meter, details_at(response, field)));
    let began = first_use(gauges.iter().filter_map(|(_, details)| details.as_ref()));
    let mut recorder = Recorder::new(resource).since(began);
    for (meter, details) in &gauges {
        recorder.gauge(meter, details.as_ref());
    }
    for field in COUNTERS {
        recorder.rate(field, details_at(response, field).as_ref());
    }
    recorder.series()
}

/// The time of the first sample of any gauge that is not zero: a node that runs uses memory.
fn first_use<'d>(gauges: impl Iterator<Item = &'d Details>) -> Option<i64> {
    let samples = gauges.flat_map(|details| &details.samples);
    let used = samples.filter(|sample| sample.sample > 0.0);
    used.map(|sample| sample.timestamp).min()
}

fn details_at(response: &Table, field: &str) -> Option<Details> {
    let details = table_at(response, &format!("{field}_details"))?;
    let sample = |sample: &Table| {
        Some(Sample {
            sample: number(sample, "sample")?,
            timestamp: whole(sample, "timestamp")?,
        })
    };
    Some(Details {
        rate: number(details, "rate"),
        samples: list_at(details, "samples").filter_map(sample).collect(),
    })
}

/// The meters of nodes.
pub(super) fn node_meters() -> Vec<String> {
    meter::NODE
        .iter()
        .map(|definition| definition.name.to_owned())
        .collect()
}

pub(super) fn charts(request: &DetailRequest<'_>) -> Vec<ChartView> {
    let charts = [memory, disk, files, processes, io, io_bytes];
    charts
        .map(|chart| ChartView::from(chart(request.context.texts)))
        .into()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn zeros_before_a_node_started_are_a_gap() {
        let samples = |values: [i64; 4]| {
            let samples = values
                .into_iter()
                .enumerate()
                .map(|(n, sample)| serde_json::json!({ "sample": sample, "timestamp": n * 5_000 }));
            // Newest first, as brokers write them.
            let samples: Vec<_> = samples.rev().collect();
            serde_json::json!({ "rate": 0.0, "samples": samples })
        };
        let response = serde_json::json!({
            "mem_used_details": samples([0, 0, 700, 800]),
            "sockets_used_details": samples([0, 0, 0, 2]),
            "io_read_count_details": samples([0, 0, 10, 20]),
        });
        let response: Table = serde_json::from_value(response).expect("a node");
        let series = sampled(&response, "prod/rabbit@a");
        assert_eq!(series.timestamps, [10_000, 15_000]);
        let values = |meter: &str| {
            let column = series.column(meter, "prod/rabbit@a").expect("a column");
            column.avg.0.clone()
        };
        assert_eq!(values("rabbit.node.memory"), [700.0, 800.0]);
        assert_eq!(values("rabbit.node.sockets"), [0.0, 2.0]);
        assert_eq!(values("io_read_count")[1], 2.0);
    }
}
