//! The metering API under telemetry's load: what it takes in, and how fast it answers.
//!
//! It runs as one runs it: the release program over HTTP with a data folder, beside a private
//! broker without traffic. Beside its figures stand those of Ceilometer 9.0's API with `SQLite`,
//! measured once on a machine of this size.

mod api;
mod ingest;
mod long;
mod queries;
mod reads;

use std::{fs, path::Path};

use test_brokers::PrivateBroker;
use xtask::{Error, Runner, build, project::Project, say};

use super::{args::Options, programs::Programs, row::Row, table::Table};
pub(super) use api::Api;

/// What its rows need.
#[derive(Clone, Copy)]
pub(super) struct MeteringBench<'a> {
    pub(super) project: &'a Project,
    pub(super) runner: &'a Runner,
    pub(super) programs: &'a Programs,
    pub(super) broker: &'a PrivateBroker,
}

/// All of its rows that are wanted. Where they cannot be measured, others still can.
pub(super) fn measure(
    bench: MeteringBench<'_>,
    options: &Options,
    table: &mut Table,
) -> Result<(), Error> {
    let folder = bench.project.scratch().join("bench-data");
    let small = small(bench, &folder.join("small"), options, table);
    table.unless_measured(options, &Row::SMALL, small)?;
    let large = large(bench, &folder.join("large"), options, table);
    table.unless_measured(options, &Row::LARGE, large)?;
    // What cannot be removed is emptied by the next run.
    fs::remove_dir_all(&folder).ok();
    Ok(())
}

/// On a store that begins with ten thousand samples.
fn small(
    bench: MeteringBench<'_>,
    data: &Path,
    options: &Options,
    table: &mut Table,
) -> Result<(), Error> {
    let wants = |row: &Row| options.wants(*row);
    if !Row::SMALL.iter().any(wants) {
        return Ok(());
    }
    empty(data)?;
    let api = Api::start(bench, &["bench"], data)?;
    queries::fill(&api)?;
    for row in Row::SMALL.into_iter().filter(wants) {
        match row {
            Row::Ingest => {
                table.attempt(row, || Ok(ingest::figure(&ingest::top(&api)?)))?;
            }
            Row::Reads => table.attempt(row, || reads::measure(&api))?,
            _ => table.attempt(row, || queries::measure(&api, row))?,
        }
    }
    Ok(())
}

/// On one of ten million.
fn large(
    bench: MeteringBench<'_>,
    data: &Path,
    options: &Options,
    table: &mut Table,
) -> Result<(), Error> {
    let wants = |row: &Row| options.wants(*row);
    if !Row::LARGE.iter().any(wants) {
        return Ok(());
    }
    empty(data)?;
    build::store_example(bench.runner, "fill")?;
    say::doing("filling a store with ten million samples");
    let filled = long::fill(bench, data)?;
    let api = Api::start(bench, &long::BROKERS, data)?;
    for row in Row::LARGE.into_iter().filter(wants) {
        table.attempt(row, || match row {
            Row::Day => long::day(&api, &filled),
            Row::Month => long::month(&api, &filled),
            _ => Ok(long::disk(&filled)),
        })?;
    }
    Ok(())
}

/// Makes a folder, with nothing in it.
fn empty(folder: &Path) -> Result<(), Error> {
    if folder.exists() {
        fs::remove_dir_all(folder).map_err(Error::file("empty", folder))?;
    }
    fs::create_dir_all(folder).map_err(Error::file("create", folder))
}
