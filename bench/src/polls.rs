//! Answers a second under load, by wrk.

use std::time::Duration;

use base64::{Engine, prelude::BASE64_STANDARD};
use serde_json::{Value, json};
use test_brokers::PrivateBroker;
use xtask::{Error, Runner, project::Project};

use super::{
    capture,
    dashboard_bench::{BROKER, DashboardBench},
    report::{Figure, median},
    row::Row,
};

const CONNECTIONS: u32 = 64;
const SECONDS: u32 = 10;
/// The two in turn, so often.
const ROUNDS: usize = 3;
/// Times of Warren's broker's `/api/overview`.
const BAR: f64 = 20.0;
const BAR_P99_MS: f64 = 10.0;
/// From one time of a page's series to the next, in milliseconds.
const STEP: i64 = 5_000;

/// A slow answer is not a wrong one: it counts with the time that it took. Brokers with many queues
/// are slow.
const PATIENCE: &str = "--timeout=15s";

/// One run of wrk.
#[derive(Clone, Copy, Debug)]
pub(super) struct Run {
    pub(super) per_second: f64,
    pub(super) p50_ms: f64,
    pub(super) p99_ms: f64,
    /// What an answer came to with its head, in bytes.
    pub(super) bytes_each: f64,
}

impl Run {
    pub(super) fn json(self) -> Value {
        json!({
            "per_second": self.per_second,
            "p50_ms": self.p50_ms,
            "p99_ms": self.p99_ms,
            "bytes_each": self.bytes_each,
        })
    }
}

/// What wrk is to ask for.
pub(super) struct Target {
    pub(super) url: String,
    pub(super) path: String,
    pub(super) header: (&'static str, String),
    pub(super) since: Option<i64>,
    /// Length of an answer's body, in bytes.
    pub(super) length: usize,
}

pub(super) fn measure(
    project: &Project,
    runner: &Runner,
    dashboard: &DashboardBench,
) -> Result<Figure, Error> {
    let cookie = format!("warren_session={}", dashboard.sign_in()?);
    let (mut warren, mut broker) = (Vec::new(), Vec::new());
    for _ in 0..ROUNDS {
        warren.push(wrk(
            project,
            runner,
            &overview_page(dashboard, &cookie)?,
            CONNECTIONS,
        )?);
        broker.push(wrk(
            project,
            runner,
            &api_overview(dashboard)?,
            CONNECTIONS,
        )?);
    }
    Ok(figure(&warren, &broker))
}

/// The load alone, for what comes after it.
pub(super) fn load(
    project: &Project,
    runner: &Runner,
    dashboard: &DashboardBench,
) -> Result<(), Error> {
    let cookie = format!("warren_session={}", dashboard.sign_in()?);
    for _ in 0..ROUNDS {
        wrk(
            project,
            runner,
            &overview_page(dashboard, &cookie)?,
            CONNECTIONS,
        )?;
    }
    Ok(())
}

/// A poll as a page makes it that has last polled one step ago.
fn overview_page(dashboard: &DashboardBench, cookie: &str) -> Result<Target, Error> {
    let path = format!("/fn/overview?broker={BROKER}");
    let ask = |query: &str| {
        DashboardBench::get(
            &format!("{}{path}{query}", dashboard.url),
            ("Cookie", cookie),
        )
    };
    let (_, whole) = ask("")?;
    let last = whole["series"]["timestamps"]
        .as_array()
        .and_then(|times| times.last()?.as_i64())
        .ok_or_else(|| Error::Wrong("the overview page has no series".to_owned()))?;
    let since = last - STEP;
    let (length, poll) = ask(&format!("&since={since}"))?;
    let broker = &poll["broker"]["state"];
    if broker != "ok" {
        return Err(Error::Wrong(format!("Warren says the broker is {broker}")));
    }
    Ok(Target {
        url: dashboard.url.clone(),
        path,
        header: ("Cookie", cookie.to_owned()),
        since: Some(since),
        length,
    })
}

fn api_overview(dashboard: &DashboardBench) -> Result<Target, Error> {
    of_broker(&dashboard.broker, "/api/overview".to_owned())
}

/// A path of a broker's own API.
pub(super) fn of_broker(broker: &PrivateBroker, path: String) -> Result<Target, Error> {
    let login = format!("{}:{}", PrivateBroker::USER, PrivateBroker::PASSWORD);
    let header = (
        "Authorization",
        format!("Basic {}", BASE64_STANDARD.encode(login)),
    );
    let url = broker.management_url();
    let (length, _) = DashboardBench::get(&format!("{url}{path}"), (header.0, &header.1))?;
    Ok(Target {
        url,
        path,
        header,
        since: None,
        length,
    })
}

/// Asks for it over so many connections.
pub(super) fn wrk(
    project: &Project,
    runner: &Runner,
    target: &Target,
    connections: u32,
) -> Result<Run, Error> {
    let script = project.root.join("bench/src/polls.lua");
    let mut command = runner.command("wrk", &["-t1", "--latency", PATIENCE]);
    command
        .arg(format!("-c{connections}"))
        .arg(format!("-d{SECONDS}s"))
        .arg("-s")
        .arg(script)
        .arg(&target.url)
        // Not as arguments: everybody may read these.
        .env("BENCH_PATH", &target.path)
        .env("BENCH_HEADER", target.header.0)
        .env("BENCH_VALUE", &target.header.1);
    if let Some(since) = target.since {
        command.env("BENCH_SINCE", since.to_string());
    }
    let limit = Duration::from_secs(u64::from(SECONDS) + 20);
    run(&capture::last_line(runner, &mut command, limit)?, target)
}

/// Reads wrk's report, and checks that it received the requested answers.
fn run(report: &Value, target: &Target) -> Result<Run, Error> {
    let number = |key: &str| {
        let value = report[key].as_f64();
        value.ok_or_else(|| Error::Wrong(format!("wrk reports no {key}: {report}")))
    };
    let (requests, seconds) = (number("requests")?, number("microseconds")? / 1e6);
    let wrong = |what: &str| {
        Err(Error::Wrong(format!(
            "{}{} {what}: {report}",
            target.url, target.path
        )))
    };
    if requests < 1.0 || seconds <= 0.0 {
        return wrong("was never answered");
    }
    if number("refused")? > 0.0 || number("broken")? > 0.0 {
        return wrong("was not always answered well");
    }
    let bytes_each = number("bytes")? / requests;
    // Bodies differ a little from tick to tick; an answer without one is far shorter.
    let length = u32::try_from(target.length).map_or(f64::MAX, f64::from);
    if bytes_each < 0.8 * length {
        return wrong(&format!(
            "was answered with {bytes_each:.0} bytes instead of {length}"
        ));
    }
    Ok(Run {
        per_second: requests / seconds,
        p50_ms: number("p50")? / 1000.0,
        p99_ms: number("p99")? / 1000.0,
        bytes_each,
    })
}

fn figure(warren: &[Run], broker: &[Run]) -> Figure {
    let middle =
        |runs: &[Run], get: fn(&Run) -> f64| median(&runs.iter().map(get).collect::<Vec<_>>());
    let text = |runs: &[Run]| {
        format!(
            "{:.0} /s, p99 {:.1} ms",
            middle(runs, |run| run.per_second),
            middle(runs, |run| run.p99_ms)
        )
    };
    let ratio = middle(warren, |run| run.per_second) / middle(broker, |run| run.per_second);
    let p99 = middle(warren, |run| run.p99_ms);
    let each = |runs: &[Run]| {
        let rates: Vec<_> = runs
            .iter()
            .map(|run| format!("{:.0}", run.per_second))
            .collect();
        rates.join(", ")
    };
    Figure {
        row: Row::Polls,
        warren: text(warren),
        beside: Some(text(broker)),
        ratio: Some(format!("{ratio:.1} ×")),
        met: ratio >= BAR && p99 <= BAR_P99_MS,
        notes: vec![format!(
            "polls: wrk -t1 -c{CONNECTIONS} -d{SECONDS}s, the two in turn, medians of {ROUNDS} \
             rounds: {} and {} /s; {:.0} and {:.0} bytes an answer; wrk takes up to one core itself",
            each(warren),
            each(broker),
            middle(warren, |run| run.bytes_each),
            middle(broker, |run| run.bytes_each),
        )],
        raw: json!({
            "warren": warren.iter().map(|run| run.json()).collect::<Vec<_>>(),
            "broker": broker.iter().map(|run| run.json()).collect::<Vec<_>>(),
        }),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn target() -> Target {
        Target {
            url: "http://127.0.0.1:1".to_owned(),
            path: "/a".to_owned(),
            header: ("Cookie", String::new()),
            since: None,
            length: 1000,
        }
    }

    fn report(bytes: u32, refused: u32) -> Value {
        json!({
            "requests": 100, "microseconds": 2_000_000, "bytes": bytes, "p50": 500, "p99": 9000,
            "max": 9500, "refused": refused, "broken": 0,
        })
    }

    #[test]
    fn wrk_report_is_read() {
        let run = run(&report(110_000, 0), &target()).expect("fine");
        let read = [run.per_second, run.p99_ms, run.bytes_each].map(f64::to_bits);
        assert_eq!(read, [50.0, 9.0, 1100.0].map(f64::to_bits));
    }

    #[test]
    fn refusals_are_no_polls() {
        run(&report(110_000, 1), &target()).expect_err("one was refused");
    }

    #[test]
    fn answers_without_their_bodies_are_no_polls() {
        run(&report(30_000, 0), &target()).expect_err("300 bytes are no body of 1000");
    }

    #[test]
    fn both_rate_and_latency_must_meet_the_bar() {
        let run = |per_second, p99_ms| Run {
            per_second,
            p50_ms: 1.0,
            p99_ms,
            bytes_each: 1.0,
        };
        let broker = [run(100.0, 300.0)];
        let met = [(2000.0, 10.0), (1999.0, 10.0), (2000.0, 10.1)]
            .map(|(rate, p99)| figure(&[run(rate, p99)], &broker).met);
        assert_eq!(met, [true, false, false]);
    }
}
