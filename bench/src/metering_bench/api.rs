//! A metering API that runs, and requests to it.

use std::{
    path::Path,
    time::{Duration, Instant},
};

use serde_json::{Value, json};
use test_brokers::{PrivateBroker, process::ChildGroup};
use ureq::Agent;
use xtask::Error;

use super::MeteringBench;
use crate::{dashboard_bench::DashboardBench, memory::Resident, polls::Target, programs};

/// `warren serve --only api`. Dropping it ends it.
#[derive(Debug)]
pub(crate) struct Api {
    warren: ChildGroup,
    url: String,
    token: String,
}

/// One connection to it, by an account that sees all.
#[derive(Debug)]
pub(crate) struct Caller {
    agent: Agent,
    url: String,
    token: String,
}

impl Api {
    /// Starts it in front of a broker, which it knows by each of these names.
    pub(crate) fn start(
        bench: MeteringBench<'_>,
        names: &[&str],
        data: &Path,
    ) -> Result<Self, Error> {
        let mut command = bench.programs.serve(bench.runner);
        command
            .args(["--only", "api", "--api-listen", "127.0.0.1:0"])
            .arg("--data-dir")
            .arg(data)
            // The bench posts more in a minute than a project may in a day.
            .args(["--posted-quota", "none"])
            .current_dir(data);
        let address = bench.broker.management_url().replace("http://", "");
        let (user, password) = (PrivateBroker::USER, PrivateBroker::PASSWORD);
        for name in names {
            let broker = format!("{name}=http://{user}:{password}@{address}");
            command.args(["--broker", &broker]);
        }
        let (warren, url) = programs::started(bench.runner, &mut command, "metering API")?;
        let token = sign_in(&url)?;
        Ok(Self { warren, url, token })
    }

    /// What wrk is to ask for: a path of it.
    pub(crate) fn target(&self, path: String) -> Result<Target, Error> {
        let header = ("X-Auth-Token", self.token.clone());
        let (length, _) =
            DashboardBench::get(&format!("{}{path}", self.url), (header.0, &header.1))?;
        Ok(Target {
            url: self.url.clone(),
            path,
            header,
            since: None,
            length,
        })
    }

    pub(crate) fn caller(&self) -> Caller {
        Caller {
            agent: agent(),
            url: self.url.clone(),
            token: self.token.clone(),
        }
    }

    pub(crate) fn memory(&self) -> Result<Resident, Error> {
        Resident::of_process(self.warren.id())
    }
}

impl Caller {
    /// What is answered to a request, and how long that took.
    pub(crate) fn get(&self, path: &str) -> Result<(Duration, Value), Error> {
        let start = Instant::now();
        let text = self.read(path)?;
        let took = start.elapsed();
        let value = serde_json::from_str(&text)
            .map_err(|e| Error::Wrong(format!("{path} is answered with no JSON: {e}")))?;
        Ok((took, value))
    }

    fn read(&self, path: &str) -> Result<String, Error> {
        let wrong = |what: String| Error::Wrong(format!("{path}: {what}"));
        let answer = self
            .agent
            .get(format!("{}{path}", self.url))
            .header("X-Auth-Token", &self.token)
            .header("Accept", "application/json")
            .call();
        let mut answer = answer.map_err(|e| wrong(e.to_string()))?;
        let text = answer
            .body_mut()
            .with_config()
            .limit(u64::MAX)
            .read_to_string()
            .map_err(|e| wrong(e.to_string()))?;
        if answer.status() != 200 {
            let start: String = text.chars().take(200).collect();
            return Err(wrong(format!("{}: {start}", answer.status())));
        }
        Ok(text)
    }

    /// Posts samples of a meter, and waits until they are answered for with `201`.
    pub(crate) fn post(&self, meter: &str, samples: &str) -> Result<(), Error> {
        let wrong = |what: String| Error::Wrong(format!("a post of {meter}: {what}"));
        let answer = self
            .agent
            .post(format!("{}/v2/meters/{meter}", self.url))
            .header("X-Auth-Token", &self.token)
            .content_type("application/json")
            .send(samples);
        let mut answer = answer.map_err(|e| wrong(e.to_string()))?;
        let text = answer.body_mut().read_to_string();
        let text = text.map_err(|e| wrong(e.to_string()))?;
        if answer.status() != 201 {
            let start: String = text.chars().take(200).collect();
            return Err(wrong(format!("{}: {start}", answer.status())));
        }
        Ok(())
    }
}

fn sign_in(url: &str) -> Result<String, Error> {
    let url = format!("{url}/identity/v3/auth/tokens");
    let body = json!({"auth": {"identity": {"methods": ["password"], "password": {"user": {
        "name": PrivateBroker::USER,
        "domain": {"name": "Default"},
        "password": PrivateBroker::PASSWORD,
    }}}}});
    let answer = agent().post(&url).send_json(body);
    let answer = answer.map_err(|e| Error::Wrong(format!("{url}: {e}")))?;
    let token = answer.headers().get("x-subject-token");
    token
        .and_then(|token| Some(token.to_str().ok()?.to_owned()))
        .ok_or_else(|| Error::Wrong(format!("{url}: {}", answer.status())))
}

fn agent() -> Agent {
    let config = Agent::config_builder()
        .timeout_global(Some(Duration::from_mins(1)))
        .http_status_as_error(false)
        .proxy(None);
    config.build().into()
}
