//! What is measured in Chromium, by the scripts in `end2end/bench`.

use std::time::Duration;

use serde_json::Value;
use test_brokers::PrivateBroker;
use xtask::{Error, Runner, project::Project};

use super::{
    capture,
    dashboard_bench::{BROKER, DashboardBench, PORTAL_KEY},
    held,
    report::{Figure, median},
    row::Row,
};

/// Runs a script and reads what it reports.
pub(super) fn script(
    project: &Project,
    runner: &Runner,
    dashboard: &DashboardBench,
    name: &str,
    limit: Duration,
) -> Result<Value, Error> {
    let mut command = runner.command("node", &[&format!("bench/{name}.mjs")]);
    command
        .current_dir(project.root.join("end2end"))
        .env("BENCH_WARREN", &dashboard.url)
        .env("BENCH_BROKER", BROKER)
        .env("BENCH_UI", dashboard.broker.management_url())
        .env(
            "BENCH_UI_COUNTED",
            format!("http://{}", dashboard.viewer.address()),
        )
        .env("BENCH_USER", PrivateBroker::USER)
        .env("BENCH_PASSWORD", PrivateBroker::PASSWORD)
        .env("BENCH_API", &dashboard.api)
        .env("BENCH_WARREN_PID", dashboard.pid().to_string())
        .env("BENCH_PORTAL_PORT", dashboard.portal_port.to_string())
        .env("BENCH_PORTAL_KEY", PORTAL_KEY);
    capture::last_line(runner, &mut command, limit)
}

/// A number of a report.
pub(super) fn number(value: &Value) -> Result<f64, Error> {
    let number = value.as_f64();
    number.ok_or_else(|| Error::Wrong(format!("{value} stands where a number should")))
}

fn numbers(value: &Value) -> Result<Vec<f64>, Error> {
    let list = value.as_array().map(Vec::as_slice).unwrap_or_default();
    list.iter().map(number).collect()
}

const PAGE_BYTES: f64 = 260_000.0;
const PAGE_REQUESTS: f64 = 8.0;

pub(super) fn page(raw: Value) -> Result<Figure, Error> {
    let side = |name: &str| {
        let side = &raw[name];
        Ok::<_, Error>((number(&side["bytes"])?, number(&side["requests"])?))
    };
    let (warren, ui) = (side("warren")?, side("ui")?);
    let text =
        |(bytes, requests): (f64, f64)| format!("{:.1} KB, {requests:.0} requests", bytes / 1000.0);
    let largest = raw["warren"]["loaded"]
        .as_array()
        .and_then(|loaded| loaded.iter().max_by_key(|loaded| loaded["bytes"].as_u64()));
    let notes = largest.map(|largest| {
        format!(
            "page: cold, encoded, with headers, without polls; the largest of Warren's is {} with {} bytes",
            largest["path"].as_str().unwrap_or_default(),
            largest["bytes"]
        )
    });
    Ok(Figure {
        row: Row::Page,
        warren: text(warren),
        beside: Some(text(ui)),
        ratio: Some(format!("{:.2}", warren.0 / ui.0)),
        met: warren.0 <= PAGE_BYTES && warren.1 <= PAGE_REQUESTS,
        notes: notes.into_iter().collect(),
        raw,
    })
}

const PAINT_RATIO: f64 = 0.5;

pub(super) fn paint(raw: Value) -> Result<Figure, Error> {
    let (warren, ui) = (numbers(&raw["warren"])?, numbers(&raw["ui"])?);
    let ratio = median(&warren) / median(&ui);
    let text = |times: &[f64]| {
        let (least, most) = times
            .iter()
            .fold((f64::MAX, 0.0_f64), |(l, m), &t| (l.min(t), m.max(t)));
        format!("{:.0} ms ({least:.0}–{most:.0})", median(times))
    };
    Ok(Figure {
        row: Row::Paint,
        warren: text(&warren),
        beside: Some(text(&ui)),
        ratio: Some(format!("{ratio:.2}")),
        met: ratio <= PAINT_RATIO,
        notes: vec![format!(
            "paint: medians (least–most) of {} visits each, the two in turn, each in a new window that has come to rest, with nothing cached",
            warren.len()
        )],
        raw,
    })
}

const REFRESH_RATIO: f64 = 0.25;

pub(super) fn refresh(raw: Value) -> Result<Figure, Error> {
    let refreshes = number(&raw["warren"]["refreshes"])?;
    let (mut busy, mut refreshing, mut notes) = (Vec::new(), Vec::new(), Vec::new());
    for (name, whose) in [("warren", "Warren's"), ("ui", "the broker's")] {
        let side = &raw[name];
        let time = |key: &str| number(&side["milliseconds"][key]);
        let moved = numbers(&side["moved"])?;
        if moved.iter().all(|&moved| moved < refreshes / 2.0) {
            return Err(Error::Wrong(format!(
                "{whose} charts stood still, so nothing was measured: {moved:?} of {refreshes}"
            )));
        }
        let (task, paused) = (time("task")?, number(&side["paused"])?);
        let moved: Vec<_> = moved.iter().map(|moved| format!("{moved:.0}")).collect();
        notes.push(format!(
            "refresh: {whose} page: script {:.1}, style {:.1}, layout {:.1} ms, the rest mostly painting; \
             paused it is busy for {paused:.1} ms in as long a time; its charts changed in {} of {refreshes} refreshes",
            time("script")?,
            time("style")?,
            time("layout")?,
            moved.join(", "),
        ));
        busy.push(task);
        refreshing.push(task - paused);
    }
    let ratio = busy[0] / busy[1];
    notes.insert(
        0,
        "refresh: all busy time of the page's main thread (its own clock, idle time does not count) over a refresh of 5 s"
            .to_owned(),
    );
    Ok(Figure {
        row: Row::Refresh,
        warren: format!("{:.1} ms", busy[0]),
        beside: Some(format!("{:.1} ms", busy[1])),
        ratio: Some(format!(
            "{ratio:.2} ({:.2} without what they do while paused)",
            refreshing[0] / refreshing[1]
        )),
        met: ratio <= REFRESH_RATIO,
        notes,
        raw,
    })
}

const HEAP_RATIO: f64 = 1.1;

pub(super) fn heap(raw: Value) -> Result<Figure, Error> {
    let done = format!(
        "R pressed {} times in {:.0} s, each answer 5 s later and with other values than the one before",
        raw["refreshes"],
        number(&raw["seconds"])?,
    );
    held::figure(Row::Heap, HEAP_RATIO, raw, &done)
}
