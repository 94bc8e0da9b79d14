//! The lists at scale: 10,000 and 50,000 queues, and a cluster of which one node hangs.
//!
//! Everything is measured at the metering API, over HTTP, beside the same broker's own API in the
//! same run. A broker of its own has the queues: what other rows measure has ten.

mod cost;
mod hang;

use std::{fs, path::Path, thread, time::Duration};

use serde_json::json;
use test_brokers::{PrivateBroker, process::ChildGroup};
use xtask::{Error, Runner, project::Project, say};

use super::{
    args::Options,
    metering_bench::{Api, MeteringBench},
    polls::{self, Run, Target},
    programs::Programs,
    report::{Figure, median},
    row::Row,
    table::Table,
};

/// A page of queues by depth, the deepest first, as both sides have it.
const PAGE: &str = "page=1&page_size=100&sort=messages&sort_reverse=true";
/// Those who ask for pages.
const CONNECTIONS: u32 = 4;
/// The two in turn, so often.
const ROUNDS: usize = 3;
/// How many queues.
const MANY: u32 = 10_000;
const MOST: u32 = 50_000;
/// Times of the broker's pages.
const BAR: f64 = 300.0;
const BAR_P99_MS: f64 = 30.0;
/// Bytes.
const BAR_MEMORY: u64 = 200_000_000;
/// What the number of queues may change of polls, as a part of one.
const BAR_POLLS: f64 = 0.1;
/// For a list to be read whole for the first time.
const WHOLE: Duration = Duration::from_mins(10);

/// What its rows need, each beside a broker of its own.
#[derive(Clone, Copy)]
pub(super) struct ListBench<'a> {
    pub(super) project: &'a Project,
    pub(super) runner: &'a Runner,
    pub(super) programs: &'a Programs,
}

impl<'a> ListBench<'a> {
    fn with_broker(self, broker: &'a PrivateBroker) -> MeteringBench<'a> {
        MeteringBench {
            project: self.project,
            runner: self.runner,
            programs: self.programs,
            broker,
        }
    }
}

/// All of its rows that are wanted.
pub(super) fn measure(
    bench: ListBench<'_>,
    options: &Options,
    table: &mut Table,
) -> Result<(), Error> {
    let wants = |row: &Row| options.wants(*row);
    if Row::LISTS.iter().any(wants) {
        let set_up = at_scale(bench, options, table);
        table.unless_measured(options, &Row::LISTS, set_up)?;
    }
    if options.wants(Row::Hang) {
        table.attempt(Row::Hang, || hang::measure(bench))?;
    }
    Ok(())
}

fn at_scale(bench: ListBench<'_>, options: &Options, table: &mut Table) -> Result<(), Error> {
    let folder = bench.project.scratch().join("bench-lists");
    empty(&folder)?;
    say::doing("starting another private broker, for many queues");
    let mut broker = PrivateBroker::start(test_brokers::Options::default())?;
    let _traffic = traffic(bench, &broker)?;
    let few = polls_at(bench, &broker, &folder)?;
    declare(bench, &broker, 0..MANY)?;
    if options.wants(Row::Pages) {
        let api = Api::start(bench.with_broker(&broker), &["bench"], &folder)?;
        until_whole(&api, MANY)?;
        table.attempt(Row::Pages, || pages(bench, &api, &broker))?;
    }
    declare(bench, &broker, MANY..MOST)?;
    if options.wants(Row::Cost) {
        table.attempt(Row::Cost, || cost::measure(bench, &mut broker, &folder))?;
    }
    let api = Api::start(bench.with_broker(&broker), &["bench"], &folder)?;
    // Nobody has requested the list: what is missing here to the polls with few queues is the broker's.
    let unlisted = overviews(bench, &api)?;
    until_whole(&api, MOST)?;
    if options.wants(Row::LargePages) {
        table.attempt(Row::LargePages, || large_pages(bench, &api))?;
    }
    if options.wants(Row::LargePolls) {
        table.attempt(Row::LargePolls, || {
            let most = overviews(bench, &api)?;
            Ok(unmoved(&few, &unlisted, &most))
        })?;
    }
    if options.wants(Row::LargeMemory) {
        table.attempt(Row::LargeMemory, || memory(&api))?;
    }
    drop(api);
    // What cannot be removed is emptied by the next run.
    fs::remove_dir_all(&folder).ok();
    Ok(())
}

fn empty(folder: &Path) -> Result<(), Error> {
    if folder.exists() {
        fs::remove_dir_all(folder).map_err(Error::file("empty", folder))?;
    }
    fs::create_dir_all(folder).map_err(Error::file("create", folder))
}

/// Light, steady traffic over ten queues more.
fn traffic(bench: ListBench<'_>, broker: &PrivateBroker) -> Result<ChildGroup, Error> {
    let mut command = bench.programs.test_brokers(bench.runner, "traffic");
    command.args(["--amqp", &broker.amqp_url()]);
    ChildGroup::spawn(&mut command).map_err(Error::io("cannot start the traffic"))
}

fn declare(
    bench: ListBench<'_>,
    broker: &PrivateBroker,
    numbers: std::ops::Range<u32>,
) -> Result<(), Error> {
    say::doing(&format!("declaring queues until there are {}", numbers.end));
    let mut command = bench.programs.test_brokers(bench.runner, "queues");
    command
        .args(["--amqp", &broker.amqp_url()])
        .args(["--from", &numbers.start.to_string()])
        .args(["--to", &numbers.end.to_string()]);
    bench.runner.run(&mut command)
}

/// Waits until all queues are listed, with their rates.
fn until_whole(api: &Api, count: u32) -> Result<(), Error> {
    let caller = api.caller();
    let path = format!("/v2/rabbit/queues?{PAGE}");
    let deadline = std::time::Instant::now() + WHOLE;
    loop {
        // Until the first answer there is none.
        let page = caller.get(&path).ok().map(|(_, page)| page);
        let is_whole = page.as_ref().is_some_and(|page| {
            let total = page["total_count"].as_u64().unwrap_or(0);
            total >= u64::from(count) && page["stats_observed_at"].is_string()
        });
        if is_whole {
            return Ok(());
        }
        if std::time::Instant::now() > deadline {
            return Err(Error::Wrong(format!(
                "{count} queues are not listed within {WHOLE:?}"
            )));
        }
        thread::sleep(Duration::from_secs(1));
    }
}

/// Pages of both sides at 10,000 queues.
fn pages(bench: ListBench<'_>, api: &Api, broker: &PrivateBroker) -> Result<Figure, Error> {
    let (mut ours, mut theirs) = (Vec::new(), Vec::new());
    for _ in 0..ROUNDS {
        ours.push(wrk(bench, &our_page(api)?)?);
        theirs.push(wrk(bench, &their_page(broker)?)?);
    }
    let middle =
        |runs: &[Run], get: fn(&Run) -> f64| median(&runs.iter().map(get).collect::<Vec<_>>());
    let text = |runs: &[Run]| {
        format!(
            "{:.1} /s, p50 {:.1} ms",
            middle(runs, |run| run.per_second),
            middle(runs, |run| run.p50_ms)
        )
    };
    let ratio = middle(&ours, |run| run.per_second) / middle(&theirs, |run| run.per_second);
    Ok(Figure {
        row: Row::Pages,
        warren: text(&ours),
        beside: Some(text(&theirs)),
        ratio: Some(format!("{ratio:.0} ×")),
        met: ratio >= BAR,
        notes: vec![format!(
            "pages: wrk -c{CONNECTIONS}, the two in turn, medians of {ROUNDS} rounds; the broker's own with the \
             same query; {:.0} and {:.0} bytes an answer",
            middle(&ours, |run| run.bytes_each),
            middle(&theirs, |run| run.bytes_each)
        )],
        raw: json!({
            "warren": ours.iter().map(|run| run.json()).collect::<Vec<_>>(),
            "broker": theirs.iter().map(|run| run.json()).collect::<Vec<_>>(),
        }),
    })
}

fn large_pages(bench: ListBench<'_>, api: &Api) -> Result<Figure, Error> {
    let run = wrk(bench, &our_page(api)?)?;
    Ok(Figure {
        row: Row::LargePages,
        warren: format!("p99 {:.1} ms, {:.0} /s", run.p99_ms, run.per_second),
        beside: None,
        ratio: None,
        met: run.p99_ms <= BAR_P99_MS,
        notes: Vec::new(),
        raw: run.json(),
    })
}

/// Overviews a second while there are few queues.
fn polls_at(bench: ListBench<'_>, broker: &PrivateBroker, folder: &Path) -> Result<Run, Error> {
    let api = Api::start(bench.with_broker(broker), &["bench"], folder)?;
    overviews(bench, &api)
}

fn overviews(bench: ListBench<'_>, api: &Api) -> Result<Run, Error> {
    let path = "/v2/rabbit/overview".to_owned();
    wrk(bench, &api.target(path)?)
}

fn unmoved(few: &Run, unlisted: &Run, most: &Run) -> Figure {
    let ratio = most.per_second / few.per_second;
    Figure {
        row: Row::LargePolls,
        warren: format!("{:.0} /s", most.per_second),
        beside: Some(format!("{:.0} /s with 10 queues", few.per_second)),
        ratio: Some(format!("{ratio:.2} ×")),
        met: ratio >= 1.0 - BAR_POLLS,
        notes: vec![format!(
            "large-polls: `GET /v2/rabbit/overview`, while the list of 50,000 queues is kept; {:.0} /s with \
             50,000 queues while it is not",
            unlisted.per_second
        )],
        raw: json!({ "few": few.json(), "unlisted": unlisted.json(), "most": most.json() }),
    }
}

fn memory(api: &Api) -> Result<Figure, Error> {
    let resident = api.memory()?;
    Ok(Figure {
        row: Row::LargeMemory,
        warren: resident.to_string(),
        beside: None,
        ratio: None,
        met: resident.bytes() <= BAR_MEMORY,
        notes: Vec::new(),
        raw: json!({ "bytes": resident.bytes() }),
    })
}

fn our_page(api: &Api) -> Result<Target, Error> {
    api.target(format!("/v2/rabbit/queues?{PAGE}"))
}

fn their_page(broker: &PrivateBroker) -> Result<Target, Error> {
    polls::of_broker(broker, format!("/api/queues?{PAGE}"))
}

fn wrk(bench: ListBench<'_>, target: &Target) -> Result<Run, Error> {
    polls::wrk(bench.project, bench.runner, target, CONNECTIONS)
}
