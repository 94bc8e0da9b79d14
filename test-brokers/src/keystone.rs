//! A private Keystone: Debian's, with its own folder, database, keys and port.

mod set_up;

use std::{
    fs,
    path::{Path, PathBuf},
    sync::{Mutex, PoisonError},
    thread,
    time::{Duration, Instant},
};

use rustix::process::Signal;
use serde_json::{Value, json};
use ureq::{Agent, http::Method};

use self::set_up::{SERVER, serve, set_up};
use crate::{Error, folder::Folder, ports::Port, process::ChildGroup};

/// How long it may take to come up, on a machine that is busy compiling; alone it takes 2 s.
const START: Duration = Duration::from_mins(2);
/// How long an answer may take, on such a machine.
const PATIENCE: Duration = Duration::from_mins(1);
/// How a private Keystone is to be started.
#[derive(Clone, Copy, Debug)]
pub struct KeystoneOptions {
    /// How long its tokens live. Default: an hour, as Keystone's own.
    pub token_lifetime: Duration,
}

impl Default for KeystoneOptions {
    fn default() -> Self {
        Self {
            token_lifetime: Duration::from_hours(1),
        }
    }
}

/// A running Keystone of our own, on loopback: `SQLite`, Fernet tokens, one region.
#[derive(Debug)]
pub struct PrivateKeystone {
    // Fields drop in this order: the process before its folder and its port.
    process: Option<ChildGroup>,
    dir: Folder,
    port: Port,
    agent: Agent,
    /// The administrator's last token, and when it was got.
    admin: Mutex<Option<(String, Instant)>>,
    token_lifetime: Duration,
}

impl PrivateKeystone {
    /// The administrator of a fresh Keystone: role `admin` in the project `admin`.
    pub const ADMIN: &str = "admin";
    /// The password of [`Self::ADMIN`].
    pub const PASSWORD: &str = "s3cret";

    /// Whether there is a Keystone that can be started.
    pub fn installed() -> bool {
        Path::new(SERVER).is_file()
    }

    /// Makes a Keystone's database and keys, starts it, and waits until it answers.
    ///
    /// # Errors
    ///
    /// When Keystone is not installed, cannot be set up, or does not come up in time.
    pub fn start(options: KeystoneOptions) -> Result<Self, Error> {
        if !Self::installed() {
            return Err(Error::NoKeystone(PathBuf::from(SERVER)));
        }
        let dir = Folder::make(None)?;
        let [port] = Port::reserve()?;
        set_up(&dir.path, &port, options)?;
        let config = Agent::config_builder()
            .timeout_global(Some(PATIENCE))
            .http_status_as_error(false)
            // The environment's proxy knows nothing of our loopback.
            .proxy(None)
            .build();
        let mut keystone = Self {
            process: None,
            dir,
            port,
            agent: config.into(),
            admin: Mutex::default(),
            token_lifetime: options.token_lifetime,
        };
        keystone.restart()?;
        Ok(keystone)
    }

    /// Its v3 address.
    pub fn url(&self) -> String {
        url(&self.port)
    }

    /// Starts it again, on the same port and with its data, and waits until it answers. One that is
    /// still running is killed first.
    ///
    /// # Errors
    ///
    /// When it does not come up in time.
    pub fn restart(&mut self) -> Result<(), Error> {
        self.kill()?;
        self.process = Some(serve(&self.dir.path, &self.port)?);
        let deadline = Instant::now() + START;
        while self.request(Method::GET, "", None, None).is_err() {
            let process = self.process.as_mut().ok_or(Error::NotRunning)?;
            let ended = process
                .try_wait()
                .map_err(Error::io("cannot watch Keystone"))?;
            let log = || fs::read_to_string(log_of(&self.dir.path)).unwrap_or_default();
            if let Some(status) = ended {
                let (what, log) = ("Keystone", log());
                return Err(Error::Ended { what, status, log });
            }
            if Instant::now() >= deadline {
                let (what, log, after) = ("Keystone", log(), START);
                return Err(Error::NotUp { what, after, log });
            }
            thread::sleep(Duration::from_millis(50));
        }
        Ok(())
    }

    /// Stops it in its tracks (`SIGSTOP`): connections stay open, nobody answers.
    ///
    /// # Errors
    ///
    /// When it is not running.
    pub fn freeze(&mut self) -> Result<(), Error> {
        self.signal(Signal::STOP)
    }

    /// Lets a frozen one go on (`SIGCONT`).
    ///
    /// # Errors
    ///
    /// When it is not running.
    pub fn thaw(&mut self) -> Result<(), Error> {
        self.signal(Signal::CONT)
    }

    /// Kills it (`SIGKILL`). Its files and its port stay reserved for [`Self::restart`].
    ///
    /// # Errors
    ///
    /// When the operating system refuses.
    pub fn kill(&mut self) -> Result<(), Error> {
        if let Some(mut process) = self.process.take() {
            process.kill().map_err(Error::io("cannot kill Keystone"))?;
        }
        Ok(())
    }

    /// A token of an account of the domain `Default`, for a project by its name, or for none.
    ///
    /// # Errors
    ///
    /// When Keystone does not answer, or refuses.
    pub fn sign_in(
        &self,
        user: &str,
        password: &str,
        project: Option<&str>,
    ) -> Result<String, Error> {
        let domain = json!({"id": "default"});
        let scope = project.map_or(
            json!("unscoped"),
            |name| json!({"project": {"name": name, "domain": domain}}),
        );
        let user = json!({"name": user, "domain": domain, "password": password});
        let body = json!({"auth": {
            "identity": {"methods": ["password"], "password": {"user": user}},
            "scope": scope,
        }});
        let (_, token) = self.request(Method::POST, "/auth/tokens", None, Some(&body))?;
        Ok(token)
    }

    /// Ends a token.
    ///
    /// # Errors
    ///
    /// When Keystone does not answer, or refuses.
    pub fn revoke(&self, token: &str) -> Result<(), Error> {
        self.request(Method::DELETE, "/auth/tokens", Some(token), None)
            .map(drop)
    }

    /// Adds a project to the domain `Default`, and returns its id.
    ///
    /// # Errors
    ///
    /// When Keystone does not answer, or refuses.
    pub fn add_project(&self, name: &str) -> Result<String, Error> {
        self.add("project", &json!({"name": name, "domain_id": "default"}))
    }

    /// Adds an account to the domain `Default`, and returns its id.
    ///
    /// # Errors
    ///
    /// When Keystone does not answer, or refuses.
    pub fn add_user(&self, name: &str, password: &str) -> Result<String, Error> {
        self.add(
            "user",
            &json!({"name": name, "domain_id": "default", "password": password}),
        )
    }

    /// Gives an account a role in a project, both by id; the role by name, made where it is missing.
    ///
    /// # Errors
    ///
    /// When Keystone does not answer, or refuses.
    pub fn assign(&self, user: &str, project: &str, role: &str) -> Result<(), Error> {
        let admin = self.admin()?;
        let path = format!("/roles?name={role}");
        let (found, _) = self.request(Method::GET, &path, Some(&admin), None)?;
        let role = match found["roles"][0]["id"].as_str() {
            Some(id) => id.to_owned(),
            None => self.add("role", &json!({"name": role}))?,
        };
        let path = format!("/projects/{project}/users/{user}/roles/{role}");
        self.request(Method::PUT, &path, Some(&admin), None)
            .map(drop)
    }

    /// Puts a service into the catalog, public, at this address.
    ///
    /// # Errors
    ///
    /// When Keystone does not answer, or refuses.
    pub fn add_service(&self, service_type: &str, url: &str) -> Result<(), Error> {
        let service = self.add(
            "service",
            &json!({"type": service_type, "name": service_type}),
        )?;
        let endpoint = json!({
            "service_id": service, "interface": "public", "url": url, "region_id": "RegionOne",
        });
        self.add("endpoint", &endpoint).map(drop)
    }

    /// How many requests about tokens it has answered, by its log of the last start.
    ///
    /// # Errors
    ///
    /// When the log cannot be read.
    pub fn requests(&self) -> Result<usize, Error> {
        self.logged(|line| line.contains("/v3/auth/tokens") && line.contains("HTTP/1."))
    }

    /// How many tokens were revoked there, by its log of the last start.
    ///
    /// # Errors
    ///
    /// When the log cannot be read.
    pub fn revocations(&self) -> Result<usize, Error> {
        let is_one =
            |line: &str| line.contains("\"DELETE /v3/auth/tokens") && line.contains(" 204 ");
        self.logged(is_one)
    }

    /// Disables an account, by id: Keystone refuses its tokens from then on.
    ///
    /// # Errors
    ///
    /// When Keystone does not answer, or refuses.
    pub fn disable(&self, user: &str) -> Result<(), Error> {
        let admin = self.admin()?;
        let change = json!({"user": {"enabled": false}});
        let path = format!("/users/{user}");
        self.request(Method::PATCH, &path, Some(&admin), Some(&change))
            .map(drop)
    }

    fn logged(&self, is_one: impl Fn(&str) -> bool) -> Result<usize, Error> {
        let path = log_of(&self.dir.path);
        let what = format!("cannot read {}", path.display());
        let log = fs::read_to_string(path).map_err(Error::io(what))?;
        Ok(log.lines().filter(|line| is_one(line)).count())
    }

    /// A token of the administrator, for a while the same: each costs a hash of the password.
    fn admin(&self) -> Result<String, Error> {
        let mut kept = self.admin.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some((token, since)) = kept.as_ref()
            && since.elapsed() < self.token_lifetime / 4
        {
            return Ok(token.clone());
        }
        let since = Instant::now();
        let token = self.sign_in(Self::ADMIN, Self::PASSWORD, Some("admin"))?;
        *kept = Some((token.clone(), since));
        Ok(token)
    }

    fn add(&self, kind: &str, what: &Value) -> Result<String, Error> {
        let (path, body) = (format!("/{kind}s"), json!({ kind: what }));
        let admin = self.admin()?;
        let (answer, _) = self.request(Method::POST, &path, Some(&admin), Some(&body))?;
        Ok(answer[kind]["id"].as_str().unwrap_or_default().to_owned())
    }

    /// The answer, and the token in its head.
    fn request(
        &self,
        method: Method,
        path: &str,
        token: Option<&str>,
        body: Option<&Value>,
    ) -> Result<(Value, String), Error> {
        let shown = match method {
            Method::GET => "GET",
            Method::POST => "POST",
            Method::PUT => "PUT",
            Method::PATCH => "PATCH",
            _ => "DELETE",
        };
        let failed = |source| Error::Http {
            method: shown,
            path: path.to_owned(),
            source: Box::new(source),
        };
        let mut request = ureq::http::Request::builder()
            .method(method)
            .uri(format!("{}{path}", self.url()))
            .header("Content-Type", "application/json");
        if let Some(token) = token {
            request = request
                .header("X-Auth-Token", token)
                .header("X-Subject-Token", token);
        }
        let body = body.map(Value::to_string).unwrap_or_default();
        let request = request.body(body).map_err(|error| failed(error.into()))?;
        let mut answer = self.agent.run(request).map_err(failed)?;
        let text = answer.body_mut().read_to_string().map_err(failed)?;
        if !answer.status().is_success() {
            return Err(Error::Refused {
                method: shown,
                path: path.to_owned(),
                status: answer.status().as_u16(),
                body: text,
            });
        }
        let subject = answer.headers().get("X-Subject-Token");
        let subject = subject
            .and_then(|token| token.to_str().ok())
            .unwrap_or_default();
        // Some answers have no body.
        Ok((
            serde_json::from_str(&text).unwrap_or_default(),
            subject.to_owned(),
        ))
    }

    fn signal(&mut self, signal: Signal) -> Result<(), Error> {
        let process = self.process.as_mut().ok_or(Error::NotRunning)?;
        process.signal(signal).map_err(|_| Error::NotRunning)
    }
}

fn url(port: &Port) -> String {
    format!("http://127.0.0.1:{}/v3", port.number)
}

fn log_of(dir: &Path) -> PathBuf {
    dir.join("keystone.log")
}
