//! Which broker the dashboard shows.

use std::{
    env, fs,
    io::{BufRead, BufReader},
    process::Stdio,
    time::Duration,
};

use base64::{Engine, prelude::BASE64_STANDARD};
use serde_json::Value;
use test_brokers::process::ChildGroup;
use ureq::Agent;

use super::listen::option_in;
use crate::{
    Error, Runner,
    build::TESTED,
    debian::{self, Package},
    project::Project,
    say,
};

const LOCAL: &str = "127.0.0.1:15672";

/// Where the broker comes from.
#[derive(Debug)]
pub(super) enum Source {
    /// The user has named it, to the server itself.
    Named,
    /// One answers on this machine.
    Local,
    /// We start one of our own.
    Private,
}

impl Source {
    pub(super) fn choose(runner: &Runner, server_args: &[String]) -> Result<Self, Error> {
        if env::var_os("WARREN_BROKER").is_some() || option_in(server_args, "--broker").is_some() {
            return Ok(Self::Named);
        }
        if local_answers() {
            say::note(&format!(
                "showing the broker at {LOCAL}; set WARREN_BROKER for another"
            ));
            return Ok(Self::Local);
        }
        say::note(&format!(
            "WARREN_BROKER is not set and none answers guest at {LOCAL}: starting a private one"
        ));
        let otherwise = "\nor show a broker you have: \
                         WARREN_BROKER=http://user:password@host:15672 cargo xtask run";
        debian::require(runner, &[Package::Rabbitmq], otherwise)?;
        Ok(Self::Private)
    }

    pub(super) fn start(self, project: &Project, runner: &Runner) -> Result<Running, Error> {
        match self {
            Self::Named => Ok(Running::Named),
            Self::Local => Ok(Running::Local),
            Self::Private => Private::start(project, runner).map(Running::Private),
        }
    }
}

fn local_answers() -> bool {
    let config = Agent::config_builder()
        .timeout_global(Some(Duration::from_secs(3)))
        .proxy(None);
    let agent: Agent = config.build().into();
    let authorization = format!("Basic {}", BASE64_STANDARD.encode("guest:guest"));
    let request = agent.get(format!("http://{LOCAL}/api/overview"));
    let Ok(mut answer) = request.header("Authorization", authorization).call() else {
        return false;
    };
    // Anything may listen there; only a broker has a version.
    let overview: Option<Value> = answer.body_mut().read_json().ok();
    overview.is_some_and(|overview| overview["rabbitmq_version"].is_string())
}

/// The broker, running.
#[derive(Debug)]
pub(super) enum Running {
    Named,
    Local,
    Private(Private),
}

impl Running {
    /// `WARREN_BROKER` and `WARREN_BROKER_DESCRIPTION` for the server, unless it knows.
    pub(super) fn settings(&self) -> Option<(String, &'static str)> {
        match self {
            Self::Named => None,
            Self::Local => Some((format!("local=http://guest:guest@{LOCAL}"), "")),
            Self::Private(private) => {
                let url = private.management_url.replacen("//", "//guest:guest@", 1);
                Some((format!("demo={url}"), "Demo traffic from cargo xtask run"))
            }
        }
    }

    /// What the dashboard shows, and how to sign in.
    pub(super) fn description(&self) -> (String, &'static str) {
        match self {
            Self::Named => (
                "the broker you named".to_owned(),
                "with an account of that broker",
            ),
            Self::Local => (format!("the broker at {LOCAL}"), "guest / guest"),
            Self::Private(private) => (
                format!(
                    "a private broker with demo traffic; its own pages: {}/",
                    private.management_url
                ),
                "guest / guest",
            ),
        }
    }

    /// Fails when a broker of ours has ended.
    pub(super) fn check(&mut self) -> Result<(), Error> {
        let Self::Private(private) = self else {
            return Ok(());
        };
        match private
            .child
            .try_wait()
            .map_err(Error::io("cannot watch the broker"))?
        {
            None => Ok(()),
            Some(status) => Err(Error::failed("the private broker", status)),
        }
    }

    /// Ends a broker of ours.
    pub(super) fn end(self) -> Result<(), Error> {
        let Self::Private(mut private) = self else {
            return Ok(());
        };
        say::doing("ending the private broker");
        private
            .child
            .terminate(Duration::from_secs(15))
            .map_err(Error::io("cannot end it"))?;
        Ok(())
    }
}

/// A program `test-brokers` with broker and traffic.
#[derive(Debug)]
pub(super) struct Private {
    child: ChildGroup,
    management_url: String,
}

impl Private {
    fn start(project: &Project, runner: &Runner) -> Result<Self, Error> {
        say::doing("starting a private broker with demo traffic (10 s)");
        let folder = project.scratch().join("broker");
        fs::create_dir_all(&folder).map_err(Error::file("create", &folder))?;
        let program = project.program(TESTED, "test-brokers");
        let mut command = runner.command(&program.to_string_lossy(), &["broker", "--traffic"]);
        // It makes a temporary folder, and removes it.
        command
            .env("TMPDIR", &folder)
            .stdin(Stdio::piped())
            .stdout(Stdio::piped());
        let mut child =
            ChildGroup::spawn(&mut command).map_err(Error::io("cannot start the broker"))?;
        let output = child.child().stdout.take();
        let output = output.ok_or_else(|| Error::Wrong("the broker has no output".to_owned()))?;
        let introduction = first_line(runner, &mut child, output)?;
        let introduction: Value = serde_json::from_str(&introduction)
            .map_err(|e| Error::Wrong(format!("{e} in {introduction:?}")))?;
        let management_url = introduction["management_url"].as_str().map(str::to_owned);
        let management_url = management_url
            .ok_or_else(|| Error::Wrong(format!("no management_url in {introduction}")))?;
        Ok(Self {
            child,
            management_url,
        })
    }
}

/// Waits for the line that says the broker is up, and for Ctrl-C.
fn first_line(
    runner: &Runner,
    child: &mut ChildGroup,
    output: std::process::ChildStdout,
) -> Result<String, Error> {
    let (sender, lines) = std::sync::mpsc::channel();
    std::thread::spawn(move || {
        for line in BufReader::new(output).lines().map_while(Result::ok) {
            if sender.send(line).is_err() {
                return;
            }
        }
    });
    loop {
        if runner.interrupt.happened() {
            return Err(Error::Interrupted);
        }
        if let Ok(line) = lines.recv_timeout(Duration::from_millis(100)) {
            return Ok(line);
        }
        // It has said why on standard error.
        if let Some(status) = child
            .try_wait()
            .map_err(Error::io("cannot watch the broker"))?
        {
            return Err(Error::failed("the private broker", status));
        }
    }
}
