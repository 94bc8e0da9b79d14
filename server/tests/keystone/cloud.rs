//! A Keystone with accounts and projects, and what viewers do there.

use std::fs;
use std::path::PathBuf;
use std::time::{Duration, Instant};

use http::StatusCode;
use reqwest::Response;
use serde_json::Value;
use test_brokers::{KeystoneOptions, PrivateKeystone};

use crate::common::{Broker, Running, header, session_cookie};

/// A Keystone with a service account, and accounts with roles in projects.
pub(crate) struct Cloud {
    pub(crate) keystone: PrivateKeystone,
    pub(crate) folder: PathBuf,
    pub(crate) ops: String,
    pub(crate) dev: String,
    pub(crate) lab: String,
    pub(crate) anna: String,
}

impl Cloud {
    pub(crate) async fn start(options: KeystoneOptions) -> Option<Self> {
        if !PrivateKeystone::installed() {
            eprintln!("skipped: no keystone is installed");
            return None;
        }
        let made = tokio::task::spawn_blocking(move || Self::make(options)).await;
        Some(made.expect("no panic"))
    }

    pub(crate) fn make(options: KeystoneOptions) -> Self {
        let keystone = PrivateKeystone::start(options).expect("Keystone starts");
        let project = |name: &str| keystone.add_project(name).expect("a project");
        let user = |name: &str| keystone.add_user(name, "secret").expect("a user");
        let (service, ops, dev, lab) = (
            project("service"),
            project("ops"),
            project("dev"),
            project("lab"),
        );
        let (anna, carl) = (user("anna"), user("carl"));
        user("nora");
        for (user, project, role) in [
            (&user("warren"), &service, "service"),
            (&user("root"), &dev, "admin"),
            (&anna, &ops, "member"),
            (&anna, &dev, "reader"),
            (&anna, &lab, "heat_stack_owner"),
            (&carl, &lab, "heat_stack_owner"),
        ] {
            keystone.assign(user, project, role).expect("a role");
        }
        let folder = std::env::temp_dir().join(format!("warren-keystone-{}", project("folder")));
        fs::create_dir(&folder).expect("a folder");
        fs::write(folder.join("password"), "secret\n").expect("a file");
        Self {
            keystone,
            folder,
            ops,
            dev,
            lab,
            anna,
        }
    }

    /// Both parts, with a broker `prod` that the project ops sees, and of which dev sees a vhost.
    pub(crate) async fn both(&self) -> Running {
        let flags = self.api_flags();
        let flags: Vec<_> = flags.iter().map(String::as_str).collect();
        Running::with_broker(Broker::start().await, &flags).await
    }

    pub(crate) fn api_flags(&self) -> Vec<String> {
        self.api_flags_at(&self.keystone.url())
    }

    /// The same with another address of the Keystone.
    pub(crate) fn api_flags_at(&self, url: &str) -> Vec<String> {
        [
            "--identity",
            "keystone",
            "--keystone-url",
            url,
            "--keystone-password-file",
            self.folder.join("password").to_str().expect("UTF-8"),
            "--keystone-cache",
            "1s",
            "--broker-project",
            &self.ops,
            "--broker-project",
            &format!("{}:/", self.dev),
        ]
        .map(str::to_owned)
        .to_vec()
    }

    /// Waits until the Keystone's log has `count` revocations: it writes a line after its answer.
    pub(crate) async fn has_revoked(&self, count: usize, what: &str) {
        let deadline = Instant::now() + Duration::from_secs(5);
        loop {
            let seen = self.keystone.revocations().expect("its log");
            if seen == count {
                return;
            }
            assert!(Instant::now() < deadline, "{seen}, not {count}: {what}");
            tokio::time::sleep(Duration::from_millis(50)).await;
        }
    }

    /// Does something to the Keystone where it may block.
    pub(crate) async fn with(
        mut self,
        work: impl FnOnce(&mut PrivateKeystone) + Send + 'static,
    ) -> Self {
        let done = tokio::task::spawn_blocking(move || {
            work(&mut self.keystone);
            self
        });
        done.await.expect("no panic")
    }
}

impl Drop for Cloud {
    fn drop(&mut self) {
        // What cannot be removed is left to the system's own cleaning.
        fs::remove_dir_all(&self.folder).ok();
    }
}

/// The form as a viewer sends it; what is `""` was left empty.
pub(crate) async fn sign_in(
    running: &Running,
    user: &str,
    password: &str,
    project: &str,
) -> Response {
    let form = format!("user={user}&password={password}&domain=Default&project={project}&next=");
    let answer = running.post("/fn/sign_in", form).send().await;
    answer.expect("an answer")
}

/// A session, as the cookie that stands for it.
pub(crate) async fn session(running: &Running, user: &str, project: &str) -> String {
    let answer = sign_in(running, user, "secret", project).await;
    assert_eq!(
        header(answer.headers(), "location"),
        "/",
        "{user}@{project}"
    );
    let cookie = session_cookie(answer.headers()).to_owned();
    let (pair, _) = cookie.split_once(';').expect("a session");
    pair.to_owned()
}

pub(crate) async fn viewer(running: &Running, cookie: &str) -> Response {
    let viewer = running.read("/fn/viewer").header("cookie", cookie);
    viewer.send().await.expect("an answer")
}

/// The viewer's project and its brokers.
pub(crate) async fn seen(running: &Running, cookie: &str) -> (String, Vec<String>) {
    let answer = viewer(running, cookie).await;
    assert_eq!(answer.status(), StatusCode::OK);
    let viewer: Value = answer.json().await.expect("JSON");
    let brokers = viewer["brokers"].as_array().expect("a list").iter();
    let name = |broker: &Value| broker["name"].as_str().expect("a name").to_owned();
    (
        viewer["project"].as_str().unwrap_or_default().to_owned(),
        brokers.map(name).collect(),
    )
}

pub(crate) async fn switch(running: &Running, cookie: &str, project: &str, next: &str) -> String {
    let form = format!("project={project}&next={next}");
    let answer = running
        .post("/fn/switch_project", form)
        .header("cookie", cookie);
    let answer = answer.send().await.expect("an answer");
    assert_eq!(answer.status(), StatusCode::FOUND);
    header(answer.headers(), "location").to_owned()
}

/// Asks for the viewer until the answer has this status. Returns how long that took.
pub(crate) async fn until(running: &Running, cookie: &str, status: StatusCode) -> Duration {
    let start = Instant::now();
    while viewer(running, cookie).await.status() != status {
        assert!(start.elapsed() < Duration::from_secs(40), "never {status}");
        tokio::time::sleep(Duration::from_millis(50)).await;
    }
    start.elapsed()
}
