//! The programs that are measured, and starting them.

use std::{
    env,
    io::{BufRead, BufReader},
    path::PathBuf,
    process::{ChildStderr, Command, Stdio},
    sync::mpsc::{self, Receiver},
    thread,
    time::{Duration, Instant},
};

use serde_json::Value;
use test_brokers::process::ChildGroup;
use xtask::{Error, Runner, build, project::Project, say};

/// From the start of the server to its being ready.
pub(super) const READY: Duration = Duration::from_mins(1);

/// The programs, built in release, or others that the environment names.
#[derive(Debug)]
pub(super) struct Programs {
    warren: PathBuf,
    pub(super) test_brokers: PathBuf,
    pub(super) site: PathBuf,
}

impl Programs {
    /// The bundle only for a dashboard, `test-brokers` for that and for lists.
    pub(super) fn build(
        project: &Project,
        runner: &Runner,
        dashboard: bool,
        lists: bool,
    ) -> Result<Self, Error> {
        let given = |variable| {
            let path = env::var_os(variable).map(PathBuf::from)?;
            say::note(&format!("{variable}: {}", path.display()));
            Some(path)
        };
        let site = if let Some(site) = given("WARREN_SITE") {
            site
        } else {
            if dashboard {
                build::bundle(project, runner)?;
            }
            project.dist()
        };
        let warren = if let Some(warren) = given("WARREN_BIN") {
            warren
        } else {
            build::server(runner, build::RELEASE)?;
            project.program("release", "warren")
        };
        let test_brokers = if let Some(test_brokers) = given("TEST_BROKERS_BIN") {
            test_brokers
        } else {
            if dashboard || lists {
                build::test_brokers(runner, build::RELEASE)?;
            }
            project.program("release", "test-brokers")
        };
        Ok(Self {
            warren,
            test_brokers,
            site,
        })
    }

    /// `test-brokers`, with one of its commands.
    pub(super) fn test_brokers(&self, runner: &Runner, what: &str) -> Command {
        runner.command(&self.test_brokers.to_string_lossy(), &[what])
    }

    /// `warren serve`, without the caller's settings. Its log has a line with the address of each
    /// listener.
    pub(super) fn serve(&self, runner: &Runner) -> Command {
        let mut command = runner.command(&self.warren.to_string_lossy(), &["serve"]);
        for (name, _) in env::vars_os() {
            if name.to_string_lossy().starts_with("WARREN_") {
                command.env_remove(name);
            }
        }
        command
            .args(["--log", "warn,server::run=info", "--log-format", "json"])
            .stderr(Stdio::piped());
        command
    }
}

/// Starts a server, and gives the address of one of its parts, as the log names it.
pub(super) fn started(
    runner: &Runner,
    command: &mut Command,
    part: &'static str,
) -> Result<(ChildGroup, String), Error> {
    let failed = || Error::io("cannot start the server");
    let mut warren = ChildGroup::spawn(command).map_err(failed())?;
    let log = warren.child().stderr.take();
    let log = log.ok_or_else(|| Error::Wrong("the server has no log".to_owned()))?;
    let addresses = addresses(log, part);
    let deadline = Instant::now() + READY;
    while Instant::now() < deadline && !runner.interrupt.happened() {
        if let Ok(url) = addresses.recv_timeout(Duration::from_millis(100)) {
            return Ok((warren, url));
        }
        if let Some(status) = warren.try_wait().map_err(failed())? {
            return Err(Error::failed("warren serve", status));
        }
    }
    Err(if runner.interrupt.happened() {
        Error::Interrupted
    } else {
        Error::Wrong("the server logged no address within a minute".to_owned())
    })
}

/// A part's address, from the log; all else in the log but the announcements is shown.
fn addresses(log: ChildStderr, part: &'static str) -> Receiver<String> {
    let (sender, addresses) = mpsc::channel();
    thread::spawn(move || {
        for line in BufReader::new(log).lines().map_while(Result::ok) {
            let entry: Value = serde_json::from_str(&line).unwrap_or_default();
            if entry["level"] != "INFO" {
                eprintln!("{line}");
            } else if entry["message"] == part
                && let Some(url) = entry["url"].as_str()
            {
                // Only the first is waited for.
                sender.send(url.trim_end_matches('/').to_owned()).ok();
            }
        }
    });
    addresses
}
