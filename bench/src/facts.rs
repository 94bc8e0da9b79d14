//! The machine and the versions that a run's figures belong to.

use std::{fs, thread};

use serde_json::{Value, json};
use test_brokers::PrivateBroker;

use xtask::{Error, Runner};

pub(super) fn gather(runner: &Runner, broker: &PrivateBroker) -> Result<Value, Error> {
    let overview = broker.management().get("/api/overview")?;
    let said = |program: &str, args: &[&str]| {
        let text = runner.output(program, args)?;
        Ok::<_, Error>(text.trim().to_owned())
    };
    let changed = !said("git", &["status", "--porcelain"])?.is_empty();
    Ok(json!({
        "commit": said("git", &["rev-parse", "--short=10", "HEAD"])?,
        "changed": changed,
        "rabbitmq": overview["rabbitmq_version"],
        "erlang": overview["erlang_version"],
        // Not there where only the metering API is measured.
        "chromium": said("/usr/bin/chromium", &["--version"]).ok(),
        "cores": thread::available_parallelism().map_or(0, usize::from),
        "processor": field("/proc/cpuinfo", "model name"),
        "memory": field("/proc/meminfo", "MemTotal"),
    }))
}

/// How busy the machine was in the last minute.
pub(super) fn load() -> Option<f64> {
    let text = fs::read_to_string("/proc/loadavg").ok()?;
    text.split_whitespace().next()?.parse().ok()
}

/// A value of one of the kernel's files, where there is one.
fn field(path: &str, name: &str) -> Option<String> {
    let text = fs::read_to_string(path).ok()?;
    let line = text.lines().find(|line| line.starts_with(name))?;
    Some(line.split_once(':')?.1.trim().to_owned())
}

/// In one line.
pub(super) fn line(facts: &Value) -> String {
    let text = |key: &str| facts[key].as_str().unwrap_or("?").to_owned();
    format!(
        "{} cores ({}), {} of memory; RabbitMQ {} on Erlang {}; browser {}; Warren at {}{}",
        facts["cores"],
        text("processor"),
        text("memory"),
        text("rabbitmq"),
        text("erlang"),
        text("chromium"),
        text("commit"),
        if facts["changed"] == true {
            " with changes"
        } else {
            ""
        }
    )
}
