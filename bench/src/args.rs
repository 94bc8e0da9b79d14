use std::path::PathBuf;

use lexopt::{Arg, Parser, ValueExt};

use crate::row::Row;

/// What to measure.
#[derive(Debug, Default)]
pub(crate) struct Options {
    /// Rows; none means all.
    pub(crate) only: Vec<Row>,
    /// Where to write everything that was measured.
    pub(crate) json: Option<PathBuf>,
}

impl Options {
    pub(crate) fn wants(&self, row: Row) -> bool {
        self.only.is_empty() || self.only.contains(&row)
    }

    pub(crate) fn wants_lists(&self) -> bool {
        Row::ALL
            .iter()
            .any(|row| row.is_of_lists() && self.wants(*row))
    }

    pub(crate) fn wants_dashboard(&self) -> bool {
        Row::ALL
            .iter()
            .any(|row| row.is_of_dashboard() && self.wants(*row))
    }
}

/// What the arguments ask for.
pub(crate) enum Command {
    Help(String),
    Measure(Options),
}

pub(crate) fn parse() -> Result<Command, lexopt::Error> {
    let mut parser = Parser::from_env();
    let mut options = Options::default();
    while let Some(arg) = parser.next()? {
        match arg {
            Arg::Long("only") => options.only.push(row(&mut parser)?),
            Arg::Long("json") => options.json = Some(parser.value()?.into()),
            Arg::Long("help") | Arg::Short('h') => return Ok(Command::Help(help())),
            other => return Err(other.unexpected()),
        }
    }
    Ok(Command::Measure(options))
}

fn row(parser: &mut Parser) -> Result<Row, lexopt::Error> {
    let name = parser.value()?.string()?;
    let row = Row::ALL.into_iter().find(|row| row.name() == name);
    row.ok_or_else(|| {
        let names = Row::ALL.map(Row::name).join(", ");
        format!("there is no row {name:?}; there are {names}").into()
    })
}

pub(crate) fn help() -> String {
    use std::fmt::Write;
    let mut text = "\
cargo xtask bench [--only ROW]... [--json FILE]

Measures Warren, in release, and the management UI and API of the same broker, a private one with
traffic, and prints a table: about 45 minutes, on a machine that does nothing else. On Debian, as
root, the packages rabbitmq-server, chromium and wrk are installed if need be. The metering API's
rows, from ingest to reads, take 5 of these minutes and no browser; those about lists, from pages on,
25: they have brokers of their own, one with 50,000 queues and a cluster of three.

--only ROW    only this row of the table
--json FILE   everything that was measured, also into a file

WARREN_BIN, TEST_BROKERS_BIN and WARREN_SITE name programs and a bundle to use instead of building
them.

Rows:
"
    .to_owned();
    for row in Row::ALL {
        // Writing to a String cannot fail.
        let _ = writeln!(text, "  {:12} {}", row.name(), row.what());
    }
    text
}
