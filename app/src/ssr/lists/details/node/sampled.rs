//! How a node went: its charts, and what they draw.

use metering::{Details, Sample, Series, Table, meter};

use super::super::super::history::Recorder;
use super::Want;
use super::told::{list_at, number, table_at, whole};
use crate::pages::node_charts::{disk, files, io, io_bytes, memory, processes};
use crate::server_fns::lists::ChartView;

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

/// From the broker's own samples.
pub(super) fn sampled(told: &Table, resource: &str) -> Series {
    let mut recorder = Recorder::new(resource);
    for (field, meter) in GAUGES {
        recorder.gauge(meter, details_at(told, field).as_ref());
    }
    for field in COUNTERS {
        recorder.rate(field, details_at(told, field).as_ref());
    }
    recorder.series()
}

fn details_at(told: &Table, field: &str) -> Option<Details> {
    let details = table_at(told, &format!("{field}_details"))?;
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

pub(super) fn charts(want: &Want<'_>) -> Vec<ChartView> {
    let charts = [memory, disk, files, processes, io, io_bytes];
    charts
        .map(|chart| ChartView::from(chart(want.scene.texts)))
        .into()
}
