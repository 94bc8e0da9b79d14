//! Fills a store as the collector would have within a month, for benchmarks: the last two days as
//! they came, every 5 s, and the month before every 10 min.
//!
//! `fill --into FOLDER BROKER…` prints a line of JSON: how many samples there are, the file's size
//! in bytes with roll-ups, and the last sample's time in milliseconds since the epoch.

use std::error::Error;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::{SystemTime, UNIX_EPOCH};
use std::{env, fs};

use metering::Timestamp;
use metering::meter::{self, Definition, MeterType};
use store::{Collected, Options, SqliteStore, Store};

/// The store's file in a data folder.
const FILE: &str = "warren.db";
/// Milliseconds.
const TICK: i64 = 5_000;
const SPARSE: i64 = 600_000;
const HOUR: i64 = 3_600_000;
/// A little less than raw samples are kept, so that none goes while it is measured.
const RECENT: i64 = 47 * HOUR;
const MONTH: i64 = 31 * 24 * HOUR;
/// Polls between two rests, in which they are written and rolled up.
const CHUNK: usize = 20_000;

#[tokio::main]
async fn main() -> Result<(), Box<dyn Error>> {
    let (folder, brokers) = arguments()?;
    let file = folder.join(FILE);
    let options = Options {
        queued_polls: 2 * CHUNK,
        ..Options::default()
    };
    let store = SqliteStore::open(&file, options)?;
    let now = SystemTime::now().duration_since(UNIX_EPOCH)?.as_millis() as i64;
    let end = now / TICK * TICK;
    let sparse = (end - MONTH..end - RECENT).step_by(SPARSE as usize);
    let dense = (end - RECENT..=end).step_by(TICK as usize);
    let mut brokers: Vec<_> = brokers.iter().map(|name| Broker::new(name)).collect();
    let (mut polls, mut samples) = (0, 0);
    for time in sparse.chain(dense) {
        for broker in &mut brokers {
            let poll = broker.poll(time);
            samples += poll.values.len();
            store.collect(poll);
            polls += 1;
            if polls % CHUNK == 0 {
                store.run_maintenance().await;
            }
        }
    }
    // The last polls may be taken after the first of these, and are before the second.
    store.run_maintenance().await;
    store.run_maintenance().await;
    if let Some(write_error) = store.write_error() {
        return Err(write_error.into());
    }
    store.close().await;
    drop(store);
    let bytes = size(&folder)?;
    println!(r#"{{"samples":{samples},"polls":{polls},"bytes":{bytes},"end":{end}}}"#);
    Ok(())
}

fn arguments() -> Result<(PathBuf, Vec<String>), Box<dyn Error>> {
    let mut folder = None;
    let mut brokers = Vec::new();
    let mut arguments = env::args().skip(1);
    while let Some(argument) = arguments.next() {
        if argument == "--into" {
            folder = arguments.next();
        } else {
            brokers.push(argument);
        }
    }
    match folder {
        Some(folder) if !brokers.is_empty() => Ok((folder.into(), brokers)),
        _ => Err("usage: fill --into FOLDER BROKER…".into()),
    }
}

/// Of all files in a folder, in bytes.
fn size(folder: &Path) -> std::io::Result<u64> {
    let files = fs::read_dir(folder)?;
    files.map(|file| Ok(file?.metadata()?.len())).sum()
}

/// A broker whose figures move as a real one's do: counters by whole messages, gauges by a few,
/// rates by what the counters gained in a tick.
struct Broker {
    name: Arc<str>,
    values: Vec<(&'static Definition, f64)>,
    random: u64,
}

impl Broker {
    fn new(name: &str) -> Self {
        let of_broker = |meter: &&Definition| !meter.name.starts_with("rabbit.node.");
        let seed = name.bytes().fold(0x9E37_79B9_7F4A_7C15, |seed: u64, byte| {
            (seed ^ u64::from(byte)).wrapping_mul(0x0100_0000_01B3)
        });
        Self {
            name: name.into(),
            values: meter::all().filter(of_broker).map(|m| (m, 500.0)).collect(),
            random: seed | 1,
        }
    }

    /// A whole number below the bound, by xorshift.
    fn below(&mut self, bound: u64) -> f64 {
        self.random ^= self.random << 13;
        self.random ^= self.random >> 7;
        self.random ^= self.random << 17;
        (self.random % bound) as f64
    }

    fn poll(&mut self, time: i64) -> Collected {
        let mut gained = 0.0;
        for index in 0..self.values.len() {
            let (meter, value) = self.values[index];
            let next = if meter.meter_type == MeterType::Cumulative {
                gained = self.below(1000);
                value + gained
            } else if meter.unit.ends_with("/s") {
                gained / (TICK as f64 / 1000.0)
            } else {
                (value + self.below(21) - 10.0).max(0.0)
            };
            self.values[index].1 = next;
        }
        Collected {
            resource_id: Arc::clone(&self.name),
            project_id: None,
            timestamp: Timestamp::from_millis(time),
            values: self.values.clone(),
        }
    }
}
