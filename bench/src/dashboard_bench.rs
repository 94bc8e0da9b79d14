//! What is measured in the browser: a private broker with traffic, and a `warren serve` that polls it.

use std::{
    fs,
    net::{Ipv4Addr, SocketAddr, TcpListener},
    time::{Duration, Instant},
};

use serde_json::Value;
use test_brokers::{PrivateBroker, process::ChildGroup};
use ureq::Agent;
use xtask::{Error, Runner, project::Project, say};

use crate::{
    counter::Counter,
    memory::Resident,
    programs::{self, Programs, READY},
};

/// The broker's name in Warren.
pub(super) const BROKER: &str = "bench";
/// What the portal's back end shows as its key.
pub(super) const PORTAL_KEY: &str = "bench-portal-key-of-nobody-else";
/// Its SHA-256, by which Warren knows it.
const PORTAL_KEY_HASH: &str = "318ae79464c58ce9a44c7d30171932008b0de9f2db06ccdb014da36e16924ab3";
/// The second virtual host of the traffic.
const VHOST: &str = "telemetry";

/// All that runs; dropping it ends it, Warren first.
#[derive(Debug)]
pub(super) struct DashboardBench {
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

impl DashboardBench {
    pub(super) fn start(
        project: &Project,
        runner: &Runner,
        programs: &Programs,
        broker: PrivateBroker,
    ) -> Result<Self, Error> {
        say::doing("starting the broker's traffic");
        broker.management().add_vhost(VHOST)?;
        let mut traffic = runner.command(&programs.test_brokers.to_string_lossy(), &["traffic"]);
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
        let mut bench = Self {
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
        bench.wait_until_ready(runner)?;
        Ok(bench)
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
        Resident::of_process(self.warren.id())
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
    programs::started(runner, &mut command, "dashboard")
}
