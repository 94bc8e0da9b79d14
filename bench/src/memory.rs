//! What the server holds in memory.

use std::{fmt, fs};

use serde_json::json;
use xtask::Error;

use super::{report::Figure, row::Row};

/// Bytes.
const BAR: u64 = 64_000_000;

/// Resident memory of a process, in bytes.
#[derive(Clone, Copy, Debug)]
pub(super) struct Resident {
    now: u64,
    /// The most there ever was.
    peak: u64,
}

impl Resident {
    /// Bytes now.
    pub(super) fn bytes(self) -> u64 {
        self.now
    }

    pub(super) fn of_process(pid: u32) -> Result<Self, Error> {
        let path = format!("/proc/{pid}/status");
        let status = fs::read_to_string(&path).map_err(Error::io(format!("cannot read {path}")))?;
        let field =
            |name| kib(&status, name).ok_or_else(|| Error::Wrong(format!("{path} has no {name}")));
        Ok(Self {
            now: field("VmRSS:")? * 1024,
            peak: field("VmHWM:")? * 1024,
        })
    }
}

/// A field such as `VmRSS:   1234 kB`, in KiB.
fn kib(status: &str, name: &str) -> Option<u64> {
    let line = status.lines().find(|line| line.starts_with(name))?;
    line.split_whitespace().nth(1)?.parse().ok()
}

impl fmt::Display for Resident {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&mb(self.now))
    }
}

fn mb(bytes: u64) -> String {
    format!("{}.{} MB", bytes / 1_000_000, bytes % 1_000_000 / 100_000)
}

pub(super) fn figure(idle: Resident, loaded: Resident) -> Figure {
    Figure {
        row: Row::Memory,
        warren: format!(
            "{} after a minute, {} after the polls",
            mb(idle.now),
            mb(loaded.now)
        ),
        beside: None,
        ratio: None,
        met: idle.now <= BAR && loaded.now <= BAR,
        notes: vec![format!(
            "memory: at most {} during the polls of 64 connections",
            mb(loaded.peak)
        )],
        raw: json!({
            "bytes_after_a_minute": idle.now,
            "bytes_after_polls": loaded.now,
            "bytes_at_most": loaded.peak,
        }),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const STATUS: &str = "VmPeak:\t  90 kB\nVmHWM:\t   70 kB\nVmRSS:\t   60 kB\n";

    #[test]
    fn a_field_is_found_by_its_name() {
        assert_eq!(kib(STATUS, "VmRSS:"), Some(60));
    }

    #[test]
    fn both_states_must_meet_the_bar() {
        let small = Resident {
            now: BAR,
            peak: BAR,
        };
        let large = Resident {
            now: BAR + 1,
            peak: BAR + 1,
        };
        let met = [(small, small), (small, large), (large, small)]
            .map(|(idle, loaded)| figure(idle, loaded).met);
        assert_eq!(met, [true, false, false]);
    }
}
