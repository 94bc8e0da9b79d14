//! What is measured: a private broker with traffic, and a `warren serve` that watches it.

use std::{
    env, fs,
    io::{BufRead, BufReader},
    net::{Ipv4Addr, SocketAddr, TcpListener},
    path::PathBuf,
    process::{ChildStderr, Command, Stdio},
    sync::mpsc::{self, Receiver},
    thread,
    time::{Duration, Instant},
};

use rig::{PrivateBroker, process::ChildGroup};
use serde_json::Value;
use ureq::Agent;

use super::{counter::Counter, memory::Resident};
use crate::{Error, Runner, build, project::Project, say};

/// The broker's name in Warren.
pub(super) const BROKER: &str = "bench";
/// What the portal's back end shows as its key.
pub(super) const PORTAL_KEY: &str = "bench-portal-key-of-nobody-else";
/// Its SHA-256, by which Warren knows it.
const PORTAL_KEY_HASH: &str = "318ae79464c58ce9a44c7d30171932008b0de9f2db06ccdb014da36e16924ab3";
/// The second virtual host of the traffic.
const VHOST: &str = "telemetry";
/// From the start of the server to its being ready.
const READY: Duration = Duration::from_mins(1);

/// The programs, built in release, or others that the environment names.
#[derive(Debug)]
pub(super) struct Programs {
    warren: PathBuf,
    rig: PathBuf,
    site: PathBuf,
}

impl Programs {
    /// The bundle only for a dashboard, `rig` for that and for lists.
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
            build::server(runner)?;
            project.program("release", "warren")
        };
        let rig = if let Some(rig) = given("RIG_BIN") {
            rig
        } else {
            if dashboard || lists {
                build::rig(runner, &["--release"])?;
            }
            project.program("release", "rig")
        };
        Ok(Self { warren, rig, site })
    }

    /// `rig`, with one of its commands.
    pub(super) fn rig(&self, runner: &Runner, what: &str) -> Command {
        runner.command(&self.rig.to_string_lossy(), &[what])
    }

    /// `warren serve`, without the settings of whoever calls us. One line of its log tells where
    /// each of its parts listens.
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

/// All that runs; dropping it ends it, Warren first.
#[derive(Debug)]
pub(super) struct Stage {
    warren: ChildGroup,
    _traffic: ChildGroup,
    pub(super) broker: PrivateBroker,
    /// Before the broker, for Warren.
    pub(super) collector: Counter,
    /// Before the broker, for a viewer of its own UI.
    pub(super) viewer: Counter,
    /// The dashboard's address, without a slash at its end.
    pub(super) url: String,
    /// The metering API's address, likewise.
    pub(super) api: String,
    /// Where the registered portal's pages are to be.
    pub(super) portal_port: u16,
    /// When Warren was started.
    started: Instant,
}

impl Stage {
    pub(super) fn set(
        project: &Project,
        runner: &Runner,
        programs: &Programs,
        broker: PrivateBroker,
    ) -> Result<Self, Error> {
        say::doing("starting the broker's traffic");
        broker.management().add_vhost(VHOST)?;
        let mut traffic = runner.command(&programs.rig.to_string_lossy(), &["traffic"]);
        traffic
            .args(["--amqp", &broker.amqp_url()])
            .args(["--vhost", "/", "--vhost", VHOST]);
        let traffic =
            ChildGroup::spawn(&mut traffic).map_err(Error::io("cannot start the traffic"))?;

        let management = broker.management_url();
        let address = management.trim_start_matches("http://").parse();
        let address: SocketAddr =
            address.map_err(|e| Error::Wrong(format!("{management} has no address: {e}")))?;
        let counter = || Counter::before(address).map_err(Error::io("cannot listen"));
        let (collector, viewer) = (counter()?, counter()?);

        say::doing("starting the dashboard");
        let started = Instant::now();
        let [api, portal_port] = free_ports()?;
        let (warren, url) = start_warren(
            project,
            runner,
            programs,
            collector.address(),
            [api, portal_port],
        )?;
        let mut stage = Self {
            warren,
            _traffic: traffic,
            broker,
            collector,
            viewer,
            url,
            api: format!("http://127.0.0.1:{api}"),
            portal_port,
            started,
        };
        stage.wait_until_ready(runner)?;
        Ok(stage)
    }

    /// Waits until Warren has run for `age`.
    pub(super) fn wait_for_age(&mut self, runner: &Runner, age: Duration) -> Result<(), Error> {
        while self.started.elapsed() < age {
            self.pause(runner)?;
        }
        Ok(())
    }

    pub(super) fn pid(&self) -> u32 {
        self.warren.id()
    }

    pub(super) fn memory(&self) -> Result<Resident, Error> {
        Resident::of(self.warren.id())
    }

    /// The value of the cookie of a new session.
    pub(super) fn sign_in(&self) -> Result<String, Error> {
        let answer = agent()
            .post(format!("{}/fn/sign_in", self.url))
            .header("Origin", &self.url)
            .send_form([
                ("user", PrivateBroker::USER),
                ("password", PrivateBroker::PASSWORD),
            ]);
        let answer = answer.map_err(|e| Error::Wrong(format!("sign-in: {e}")))?;
        let cookies = answer.headers().get_all("set-cookie");
        let session = cookies.iter().find_map(|cookie| {
            let (pair, _) = cookie.to_str().ok()?.split_once(';')?;
            pair.strip_prefix("warren_session=")
        });
        let leads_back = answer
            .headers()
            .get("location")
            .is_none_or(|to| to.to_str().is_ok_and(|to| to.contains("sign-in")));
        match session {
            Some(session) if !leads_back => Ok(session.to_owned()),
            _ => Err(Error::Wrong(format!(
                "Warren does not sign us in: {}",
                answer.status()
            ))),
        }
    }

    /// The length and the content of an answer that is to be 200 and JSON.
    pub(super) fn get(url: &str, header: (&str, &str)) -> Result<(usize, Value), Error> {
        let wrong = |what: String| Error::Wrong(format!("{url}: {what}"));
        let answer = agent().get(url).header(header.0, header.1).call();
        let mut answer = answer.map_err(|e| wrong(e.to_string()))?;
        if answer.status() != 200 {
            return Err(wrong(format!("was answered {}", answer.status())));
        }
        let text = answer.body_mut().read_to_string();
        let text = text.map_err(|e| wrong(e.to_string()))?;
        let value = serde_json::from_str(&text).map_err(|e| wrong(e.to_string()))?;
        Ok((text.len(), value))
    }

    fn wait_until_ready(&mut self, runner: &Runner) -> Result<(), Error> {
        let url = format!("{}/readyz", self.url);
        let is_ready = || agent().get(&url).call().is_ok_and(|a| a.status() == 200);
        while !is_ready() {
            if self.started.elapsed() > READY {
                return Err(Error::Wrong(format!("{url} is not 200 after a minute")));
            }
            self.pause(runner)?;
        }
        Ok(())
    }

    /// A moment, unless there is nothing to wait for any more.
    fn pause(&mut self, runner: &Runner) -> Result<(), Error> {
        if runner.interrupt.happened() {
            return Err(Error::Interrupted);
        }
        let status = self.warren.wait_timeout(Duration::from_millis(100));
        match status.map_err(Error::io("cannot watch the server"))? {
            None => Ok(()),
            Some(status) => Err(Error::failed("warren serve", status)),
        }
    }
}

fn agent() -> Agent {
    let config = Agent::config_builder()
        .timeout_global(Some(Duration::from_secs(10)))
        .http_status_as_error(false)
        .max_redirects(0)
        .max_redirects_will_error(false)
        .proxy(None);
    config.build().into()
}

/// Two ports that nobody listens on: they must be known before the server starts.
fn free_ports() -> Result<[u16; 2], Error> {
    let bind = || TcpListener::bind((Ipv4Addr::LOCALHOST, 0));
    let listeners = [bind(), bind()];
    let mut ports = [0; 2];
    for (port, listener) in ports.iter_mut().zip(listeners) {
        let address = listener.and_then(|listener| listener.local_addr());
        *port = address.map_err(Error::io("cannot listen"))?.port();
    }
    Ok(ports)
}

/// Starts the server as one does in production, and gives the dashboard's address.
fn start_warren(
    project: &Project,
    runner: &Runner,
    programs: &Programs,
    broker: SocketAddr,
    [api, portal]: [u16; 2],
) -> Result<(ChildGroup, String), Error> {
    // Where no warren.toml of ours lies.
    let folder = project.scratch().join("bench");
    fs::create_dir_all(&folder).map_err(Error::file("create", &folder))?;
    let mut command = programs.serve(runner);
    command.arg("--data-dir").arg(folder.join("data"));
    let any = SocketAddr::from((Ipv4Addr::LOCALHOST, 0)).to_string();
    let (user, password) = (PrivateBroker::USER, PrivateBroker::PASSWORD);
    command
        .args(["--listen", &any])
        .args(["--api-listen", &format!("127.0.0.1:{api}")])
        .args(["--portal", &format!("bench=http://localhost:{portal}")])
        .args(["--portal-key-hash", &format!("bench={PORTAL_KEY_HASH}")])
        .arg("--site")
        .arg(&programs.site)
        .env(
            "WARREN_BROKER",
            format!("{BROKER}=http://{user}:{password}@{broker}"),
        )
        .current_dir(folder);
    started(runner, &mut command, "dashboard")
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
        Error::Wrong("the server has not told its address within a minute".to_owned())
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
