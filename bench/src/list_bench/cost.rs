//! What a hundred viewers of Warren's list cost the broker, beside what one open tab of its own
//! Queues page does.

use std::{
    fs,
    path::Path,
    sync::{
        Arc,
        atomic::{AtomicBool, Ordering},
    },
    thread,
    time::{Duration, Instant},
};

use serde_json::json;
use test_brokers::{Management, PrivateBroker};
use xtask::{Error, say};

use super::{Figure, ListBench, MOST, PAGE, Row, until_whole};
use crate::metering_bench::Api;

const VIEWERS: usize = 100;
/// From one poll of a viewer to the next, as both pages have it.
const EVERY: Duration = Duration::from_secs(5);
/// For so long it is looked what the broker uses.
const WINDOW: Duration = Duration::from_mins(2);
/// The kernel's ticks a second (`sysconf(_SC_CLK_TCK)`), the same on every Linux.
const TICKS: f64 = 100.0;

pub(super) fn measure(
    bench: ListBench<'_>,
    broker: &mut PrivateBroker,
    folder: &Path,
) -> Result<Figure, Error> {
    let pid = broker
        .pid()
        .ok_or_else(|| Error::Wrong("the broker is gone".to_owned()))?;
    say::doing("what the broker uses by itself");
    let alone = used(bench, pid)?;
    say::doing("what it uses with one tab of its own");
    let plain = with_tab(bench, pid, broker, "page=1&page_size=100")?;
    let sorted = with_tab(bench, pid, broker, PAGE)?;
    say::doing("what it uses with a hundred viewers of Warren's");
    let api = Api::start(bench.with_broker(broker), &["bench"], folder)?;
    until_whole(&api, MOST)?;
    let stop = Arc::new(AtomicBool::new(false));
    let viewers: Vec<_> = (0..VIEWERS)
        .map(|n| {
            let (caller, stop) = (api.caller(), Arc::clone(&stop));
            thread::spawn(move || {
                // Not all at once, as viewers come.
                thread::sleep(EVERY * n as u32 / VIEWERS as u32);
                let mut looks = 0_u32;
                while !stop.load(Ordering::Relaxed) {
                    let started = Instant::now();
                    if caller.get(&format!("/v2/rabbit/queues?{PAGE}")).is_ok() {
                        looks += 1;
                    }
                    thread::sleep(EVERY.saturating_sub(started.elapsed()));
                }
                looks
            })
        })
        .collect();
    let watched = used(bench, pid);
    stop.store(true, Ordering::Relaxed);
    let looks: u32 = viewers
        .into_iter()
        .map(|viewer| viewer.join().unwrap_or(0))
        .sum();
    let watched = watched?;
    let least = VIEWERS as u64 * WINDOW.as_secs() / EVERY.as_secs() * 9 / 10;
    if u64::from(looks) < least {
        return Err(Error::Wrong(format!(
            "a hundred viewers looked {looks} times only, so nothing was measured"
        )));
    }
    let (ours, theirs) = (watched - alone, plain - alone);
    let percent = |share: f64| format!("{:.1} % of a core", share * 100.0);
    Ok(Figure {
        row: Row::Cost,
        warren: percent(ours),
        beside: Some(percent(theirs)),
        ratio: Some(format!("{:.2} ×", ours / theirs)),
        met: ours <= theirs,
        notes: vec![format!(
            "cost: over {} s each, less the {} that the broker uses by itself under traffic; the tab polls its \
             Queues page, overview, vhosts and nodes every 5 s, {} where it is sorted by depth; the viewers made {looks} polls",
            WINDOW.as_secs(),
            percent(alone),
            percent(sorted - alone)
        )],
        raw: json!({ "alone": alone, "tab": plain, "tab_sorted": sorted, "viewers": watched, "looks": looks }),
    })
}

/// With somebody who has the broker's own Queues page open: it asks for one thing after the other.
fn with_tab(
    bench: ListBench<'_>,
    pid: u32,
    broker: &PrivateBroker,
    page: &str,
) -> Result<f64, Error> {
    let stop = Arc::new(AtomicBool::new(false));
    let tab = {
        let stop = Arc::clone(&stop);
        let url = broker.management_url();
        let paths = [
            format!("/api/queues?{page}&name=&use_regex=false&pagination=true"),
            "/api/overview".to_owned(),
            "/api/vhosts".to_owned(),
            "/api/nodes".to_owned(),
        ];
        thread::spawn(move || {
            let management = Management::new(&url, PrivateBroker::USER, PrivateBroker::PASSWORD);
            while !stop.load(Ordering::Relaxed) {
                let started = Instant::now();
                for path in &paths {
                    // One that takes too long is asked for again, as the page does.
                    management.get(path).ok();
                }
                thread::sleep(EVERY.saturating_sub(started.elapsed()));
            }
        })
    };
    let used = used(bench, pid);
    stop.store(true, Ordering::Relaxed);
    tab.join().ok();
    used
}

/// Cores that a process uses, over the window.
fn used(bench: ListBench<'_>, pid: u32) -> Result<f64, Error> {
    let (before, started) = (ticks(pid)?, Instant::now());
    while started.elapsed() < WINDOW {
        if bench.runner.interrupt.happened() {
            return Err(Error::Interrupted);
        }
        thread::sleep(Duration::from_millis(200));
    }
    Ok((ticks(pid)? - before) / TICKS / started.elapsed().as_secs_f64())
}

/// Ticks that a process has used.
fn ticks(pid: u32) -> Result<f64, Error> {
    let path = format!("/proc/{pid}/stat");
    let stat = fs::read_to_string(&path).map_err(Error::io(format!("cannot read {path}")))?;
    of_stat(&stat).ok_or_else(|| Error::Wrong(format!("{path} says {stat:?}")))
}

/// The 14th and 15th field: user and system time. The second, a name in brackets, may hold anything.
fn of_stat(stat: &str) -> Option<f64> {
    let (_, rest) = stat.rsplit_once(") ")?;
    let mut fields = rest.split_whitespace().skip(11);
    let mut next = || fields.next()?.parse::<f64>().ok();
    Some(next()? + next()?)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn time_is_found_behind_any_name() {
        let stat = "7 (a) b) S 1 7 7 0 -1 4194560 1 0 0 0 120 30 0 0 20 0 1 0 9 0 0";
        assert_eq!(of_stat(stat), Some(150.0));
        assert_eq!(of_stat("7 (a"), None);
    }
}
