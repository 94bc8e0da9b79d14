//! Measures the rows that are wanted, and prints their table.

use std::{fs, time::Duration};

use serde_json::{Value, json};
use test_brokers::PrivateBroker;
use xtask::{
    Error, Runner,
    debian::{self, Package},
    project::Project,
    say,
};

use crate::{
    args::Options,
    browser,
    dashboard_bench::DashboardBench,
    embeds, facts, list_bench, memory, metering_bench, polls,
    programs::Programs,
    report::{self, Figure},
    requests,
    row::Row,
    table::Table,
};

/// The charts' first minute, and that of the server's memory.
const SETTLED: Duration = Duration::from_mins(1);
/// Of the last minute; above it, something else is running.
const QUIET: f64 = 0.7;
const SETTINGS: &str = "as shipped: the broker's statistics move every 5 s, Warren asks it every 5 s, both pages refresh \
     every 5 s; 50 to 200 messages a second over 10 queues; all on loopback";

pub(crate) fn run(project: &Project, runner: &Runner, options: &Options) -> Result<(), Error> {
    let dashboard = options.wants_dashboard();
    debian::require(runner, &[Package::Rabbitmq], "")?;
    let lists = options.wants_lists();
    if lists {
        debian::require(runner, &[Package::Wrk], "")?;
    }
    if dashboard {
        debian::require(
            runner,
            &[Package::Chromium, Package::Fonts, Package::Wrk],
            "",
        )?;
        playwright(project, runner)?;
    }
    let programs = Programs::build(project, runner, dashboard, lists)?;
    let load = facts::load();
    say::doing("starting a private broker (10 s)");
    let broker = PrivateBroker::start(test_brokers::Options::default())?;
    let mut facts = facts::gather(runner, &broker)?;
    facts["load"] = json!(load);
    let mut table = Table::default();
    // Before there is traffic.
    let bench = metering_bench::MeteringBench {
        project,
        runner,
        programs: &programs,
        broker: &broker,
    };
    metering_bench::measure(bench, options, &mut table)?;
    if dashboard {
        let mut rows = DashboardRows {
            project,
            runner,
            dashboard: DashboardBench::start(project, runner, &programs, broker)?,
            table: &mut table,
        };
        rows.measure(options)?;
    }
    if lists {
        let bench = list_bench::ListBench {
            project,
            runner,
            programs: &programs,
        };
        list_bench::measure(bench, options, &mut table)?;
    }

    table.figures.sort_by_key(|figure| figure.row as u8);
    println!("\n{}", report::table(&table.figures));
    println!("{}.", facts::line(&facts));
    if dashboard {
        println!("\nSettings: {SETTINGS}.");
    }
    if let Some(load) = load.filter(|&load| load > QUIET) {
        say::note(&format!(
            "the machine was busy before we began (load {load}): these figures are not to be relied on"
        ));
    }
    if let Some(path) = &options.json {
        let all = json!({
            "machine": facts,
            "settings": SETTINGS,
            "rows": report::json(&table.figures),
            "not_measured": table.failed,
        });
        fs::write(path, format!("{all:#}\n")).map_err(Error::file("write", path))?;
    }
    if table.failed.is_empty() {
        Ok(())
    } else {
        let failed = table.failed.join(", ");
        Err(Error::Wrong(format!("not measured: {failed}")))
    }
}

/// What is measured of the dashboard.
struct DashboardRows<'a> {
    project: &'a Project,
    runner: &'a Runner,
    dashboard: DashboardBench,
    table: &'a mut Table,
}

impl DashboardRows<'_> {
    /// Not in the order of the table: what the load of other rows would disturb comes first.
    fn measure(&mut self, options: &Options) -> Result<(), Error> {
        let (project, runner) = (self.project, self.runner);
        let wants = |row| options.wants(row);
        if wants(Row::Memory) || wants(Row::Refresh) {
            say::doing("waiting for the first minute to be over");
            self.dashboard.wait_for_age(runner, SETTLED)?;
        }
        let idle = self.dashboard.memory()?;
        if wants(Row::Page) {
            self.in_browser(Row::Page, 1, |raw, _| browser::page(raw))?;
        }
        if wants(Row::Paint) {
            self.in_browser(Row::Paint, 6, |raw, _| browser::paint(raw))?;
        }
        if wants(Row::Refresh) {
            self.in_browser(Row::Refresh, 7, |raw, _| browser::refresh(raw))?;
        }
        if wants(Row::Polls) {
            self.attempt(Row::Polls, |dashboard| {
                polls::measure(project, runner, dashboard)
            })?;
        }
        if wants(Row::Memory) {
            let is_loaded = wants(Row::Polls);
            self.attempt(Row::Memory, |dashboard| {
                if !is_loaded {
                    polls::load(project, runner, dashboard)?;
                }
                Ok(memory::figure(idle, dashboard.memory()?))
            })?;
        }
        if wants(Row::Requests) {
            self.in_browser(Row::Requests, 4, |raw, dashboard| {
                requests::figure(&raw, dashboard)
            })?;
        }
        if wants(Row::Heap) {
            self.in_browser(Row::Heap, 10, |raw, _| browser::heap(raw))?;
        }
        for (row, minutes) in Row::EMBEDDED {
            if wants(row) {
                self.in_browser(row, minutes, |raw, _| embeds::figure(row, raw))?;
            }
        }
        Ok(())
    }

    /// Measures a row by the script of its name, which may take so many minutes.
    fn in_browser(
        &mut self,
        row: Row,
        minutes: u64,
        figure: impl FnOnce(Value, &DashboardBench) -> Result<Figure, Error>,
    ) -> Result<(), Error> {
        let (project, runner) = (self.project, self.runner);
        self.attempt(row, |dashboard| {
            let limit = Duration::from_mins(minutes);
            let raw = browser::script(project, runner, dashboard, row.name(), limit)?;
            figure(raw, dashboard)
        })
    }

    fn attempt(
        &mut self,
        row: Row,
        measure: impl FnOnce(&DashboardBench) -> Result<Figure, Error>,
    ) -> Result<(), Error> {
        let dashboard = &self.dashboard;
        self.table.attempt(row, || measure(dashboard))
    }
}

/// The library that drives Chromium, unless it is there.
fn playwright(project: &Project, runner: &Runner) -> Result<(), Error> {
    let folder = project.root.join("end2end");
    if folder.join("node_modules/@playwright/test").exists() {
        return Ok(());
    }
    let mut command = runner.command("npm", &["ci"]);
    command
        .current_dir(&folder)
        .env("PLAYWRIGHT_SKIP_BROWSER_DOWNLOAD", "1");
    runner.run(&mut command)
}
