//! The dashboard with a real Keystone: signing in at it, switching projects, tokens that end, and a
//! Keystone that is frozen or gone.

mod common;
#[path = "../../api/tests/it/support/tls_listener.rs"]
mod tls_listener;

use std::fs;
use std::path::PathBuf;
use std::time::{Duration, Instant};

use client::{Client, ClientError, Credentials, Endpoints, HttpOptions, HttpTransport, TlsFiles};
use common::{Broker, Running, header, session_cookie};
use http::StatusCode;
use reqwest::Response;
use serde_json::Value;
use test_brokers::{KeystoneOptions, PrivateKeystone};

/// For how long the metering API believes what the Keystone said.
const CACHE: Duration = Duration::from_secs(1);

/// A Keystone with a service account, and accounts with roles in projects.
struct Cloud {
    keystone: PrivateKeystone,
    folder: PathBuf,
    ops: String,
    dev: String,
    lab: String,
    anna: String,
}

impl Cloud {
    async fn start(options: KeystoneOptions) -> Option<Self> {
        if !PrivateKeystone::installed() {
            eprintln!("skipped: no keystone is installed");
            return None;
        }
        let made = tokio::task::spawn_blocking(move || Self::make(options)).await;
        Some(made.expect("no panic"))
    }

    fn make(options: KeystoneOptions) -> Self {
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
    async fn both(&self) -> Running {
        let flags = self.api_flags();
        let flags: Vec<_> = flags.iter().map(String::as_str).collect();
        Running::with_broker(Broker::start().await, &flags).await
    }

    fn api_flags(&self) -> Vec<String> {
        self.api_flags_at(&self.keystone.url())
    }

    /// The same with another address of the Keystone.
    fn api_flags_at(&self, url: &str) -> Vec<String> {
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

    /// Waits until the Keystone's log tells of so many revocations: it writes a line after it has
    /// answered.
    async fn has_revoked(&self, count: usize, what: &str) {
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
    async fn with(mut self, work: impl FnOnce(&mut PrivateKeystone) + Send + 'static) -> Self {
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
async fn sign_in(running: &Running, user: &str, password: &str, project: &str) -> Response {
    let form = format!("user={user}&password={password}&domain=Default&project={project}&next=");
    let answer = running.post("/fn/sign_in", form).send().await;
    answer.expect("an answer")
}

/// A session, as the cookie that stands for it.
async fn session(running: &Running, user: &str, project: &str) -> String {
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

async fn viewer(running: &Running, cookie: &str) -> Response {
    let viewer = running.read("/fn/viewer").header("cookie", cookie);
    viewer.send().await.expect("an answer")
}

/// The viewer's project and its brokers.
async fn seen(running: &Running, cookie: &str) -> (String, Vec<String>) {
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

async fn switch(running: &Running, cookie: &str, project: &str, next: &str) -> String {
    let form = format!("project={project}&next={next}");
    let answer = running
        .post("/fn/switch_project", form)
        .header("cookie", cookie);
    let answer = answer.send().await.expect("an answer");
    assert_eq!(answer.status(), StatusCode::FOUND);
    header(answer.headers(), "location").to_owned()
}

/// Asks who looks until the answer has a status, and tells after how long.
async fn until(running: &Running, cookie: &str, status: StatusCode) -> Duration {
    let start = Instant::now();
    while viewer(running, cookie).await.status() != status {
        assert!(start.elapsed() < Duration::from_secs(40), "never {status}");
        tokio::time::sleep(Duration::from_millis(50)).await;
    }
    start.elapsed()
}

#[tokio::test]
async fn accounts_of_the_keystone_sign_in_and_see_what_their_project_sees() {
    let Some(cloud) = Cloud::start(KeystoneOptions::default()).await else {
        return;
    };
    let running = cloud.both().await;
    let prod = || vec!["prod".to_owned()];
    for (user, project, seen_as) in [
        ("anna", "ops", "ops"),
        ("anna", "dev", "dev"),
        // The first by name that opens something.
        ("anna", "", "dev"),
        ("root", "", "dev"),
    ] {
        let cookie = session(&running, user, project).await;
        let expected = (seen_as.to_owned(), prod());
        assert_eq!(seen(&running, &cookie).await, expected, "{user}@{project}");
    }
    for (user, password, project, reason) in [
        ("anna", "wrong", "ops", "credentials"),
        ("anna", "wrong", "", "credentials"),
        ("nobody", "secret", "", "credentials"),
        ("anna", "secret", "prod", "project"),
        ("anna", "secret", "lab", "role"),
        ("carl", "secret", "", "role"),
        ("nora", "secret", "", "no-project"),
    ] {
        let answer = sign_in(&running, user, password, project).await;
        let location = header(answer.headers(), "location");
        let expected = format!("/sign-in?error={reason}&");
        assert!(
            location.starts_with(&expected),
            "{user}@{project}: {location}"
        );
        assert!(location.contains("&domain=Default"), "{location}");
        assert!(
            !location.contains(user),
            "a name may be a mistyped password"
        );
        assert_eq!(session_cookie(answer.headers()), "", "{user}@{project}");
    }
    // An account of another domain than the form names at first.
    let form = "user=anna&password=secret&domain=Nowhere&project=ops";
    let answer = running.post("/fn/sign_in", form).send().await;
    let answer = answer.expect("an answer");
    assert!(header(answer.headers(), "location").contains("error=credentials"));
    drop(cloud);
}

#[tokio::test]
async fn projects_are_switched_and_no_token_outlives_its_use() {
    let Some(cloud) = Cloud::start(KeystoneOptions::default()).await else {
        return;
    };
    let running = cloud.both().await;
    let cookie = session(&running, "anna", "ops").await;
    let listed = running.read("/fn/projects").header("cookie", &cookie);
    let listed: Value = listed
        .send()
        .await
        .expect("an answer")
        .json()
        .await
        .expect("JSON");
    let names = listed.as_array().expect("a list").iter();
    let names: Vec<_> = names
        .map(|project| (project["name"].as_str(), project["current"].as_bool()))
        .collect();
    assert_eq!(
        names,
        [
            (Some("dev"), Some(false)),
            (Some("lab"), Some(false)),
            (Some("ops"), Some(true)),
        ]
    );
    assert_eq!(cloud.keystone.revocations().expect("its log"), 0);

    let to = "%2Fbrokers%2Fprod%3Frange%3D1h";
    let location = switch(&running, &cookie, &cloud.dev, to).await;
    assert_eq!(location, "/brokers/prod?range=1h");
    assert_eq!(seen(&running, &cookie).await.0, "dev");
    cloud.has_revoked(1, "the token of the project left").await;
    // And back, from a page of a broker that this project does not see.
    let location = switch(&running, &cookie, &cloud.ops, "%2Fbrokers%2Ftest").await;
    assert_eq!(location, "/");
    cloud.has_revoked(2, "the other project's token").await;

    for (project, reason) in [
        (cloud.lab.as_str(), "role"),
        ("0123456789abcdef0123456789abcdef", "project"),
    ] {
        let location = switch(&running, &cookie, project, "%2Flog").await;
        assert_eq!(location, format!("/projects?error={reason}&next=%2Flog"));
        assert_eq!(
            seen(&running, &cookie).await.0,
            "ops",
            "it stays where it was"
        );
    }
    cloud
        .has_revoked(3, "the token of the project that did not open")
        .await;

    let out = running.post("/fn/sign_out", "").header("cookie", &cookie);
    let out = out.send().await.expect("an answer");
    assert_eq!(header(out.headers(), "location"), "/sign-in");
    cloud
        .has_revoked(5, "the project's token, and the one for nothing")
        .await;
    let answer = viewer(&running, &cookie).await;
    assert_eq!(answer.status(), StatusCode::UNAUTHORIZED);
}

#[tokio::test]
async fn what_the_keystone_ends_leads_back_to_the_form_and_from_there_to_the_same_page() {
    let options = KeystoneOptions {
        token_lifetime: Duration::from_secs(20),
    };
    let Some(cloud) = Cloud::start(options).await else {
        return;
    };
    let running = cloud.both().await;
    let cookie = session(&running, "anna", "ops").await;
    until(&running, &cookie, StatusCode::UNAUTHORIZED).await;
    let page = running
        .get("/brokers/prod?range=1h")
        .header("cookie", &cookie);
    let page = page.send().await.expect("an answer");
    assert_eq!(page.status(), StatusCode::FOUND);
    let form = header(page.headers(), "location");
    assert_eq!(form, "/sign-in?next=%2Fbrokers%2Fprod%3Frange%3D1h");
    let location = switch(&running, &cookie, &cloud.dev, "%2Flog").await;
    assert_eq!(location, "/sign-in?next=%2Flog");
    let again = "user=anna&password=secret&domain=Default&project=ops\
                 &next=%2Fbrokers%2Fprod%3Frange%3D1h";
    let again = running.post("/fn/sign_in", again).header("cookie", &cookie);
    let again = again.send().await.expect("an answer");
    assert_eq!(
        header(again.headers(), "location"),
        "/brokers/prod?range=1h"
    );

    // An account that is disabled is out within the time that answers are believed.
    let cookie = session(&running, "anna", "ops").await;
    let anna = cloud.anna.clone();
    let cloud = cloud
        .with(move |keystone| keystone.disable(&anna).expect("disabled"))
        .await;
    let took = until(&running, &cookie, StatusCode::UNAUTHORIZED).await;
    assert!(took < CACHE + Duration::from_secs(2), "{took:?}");
    drop(cloud);
}

#[tokio::test]
async fn a_keystone_that_is_frozen_or_gone_lets_nobody_in_and_nobody_down_for_good() {
    let Some(cloud) = Cloud::start(KeystoneOptions::default()).await else {
        return;
    };
    let running = cloud.both().await;
    let cookie = session(&running, "anna", "ops").await;
    let cloud = cloud
        .with(|keystone| keystone.freeze().expect("frozen"))
        .await;
    let start = Instant::now();
    for password in ["secret", "wrong"] {
        let answer = sign_in(&running, "anna", password, "ops").await;
        let location = header(answer.headers(), "location");
        assert!(
            location.starts_with("/sign-in?error=unavailable"),
            "{location}"
        );
        assert_eq!(session_cookie(answer.headers()), "");
    }
    assert!(
        start.elapsed() < Duration::from_secs(20),
        "{:?}",
        start.elapsed()
    );
    until(&running, &cookie, StatusCode::SERVICE_UNAVAILABLE).await;
    let location = switch(&running, &cookie, &cloud.dev, "%2Flog").await;
    assert_eq!(location, "/projects?error=unavailable&next=%2Flog");
    let cloud = cloud
        .with(|keystone| keystone.thaw().expect("thawed"))
        .await;
    until(&running, &cookie, StatusCode::OK).await;

    let cloud = cloud
        .with(|keystone| keystone.kill().expect("killed"))
        .await;
    let answer = sign_in(&running, "anna", "secret", "ops").await;
    let location = header(answer.headers(), "location");
    assert!(
        location.starts_with("/sign-in?error=unavailable"),
        "{location}"
    );
    until(&running, &cookie, StatusCode::SERVICE_UNAVAILABLE).await;
    let cloud = cloud
        .with(|keystone| keystone.restart().expect("back"))
        .await;
    until(&running, &cookie, StatusCode::OK).await;
    session(&running, "anna", "dev").await;
    drop(cloud);
}

#[tokio::test]
async fn the_dashboard_alone_signs_in_at_the_keystone_too_and_roles_are_the_operators() {
    let Some(cloud) = Cloud::start(KeystoneOptions::default()).await else {
        return;
    };
    let mut flags = cloud.api_flags();
    flags.extend(
        [
            "--keystone-admin-role",
            "heat_stack_owner",
            "--keystone-member-role",
            "auditor",
        ]
        .map(str::to_owned),
    );
    let flags: Vec<_> = flags.iter().map(String::as_str).collect();
    let api = Running::with_broker(Broker::start().await, &flags).await;
    let url = cloud.keystone.url();
    let flags = [
        "--identity",
        "keystone",
        "--keystone-url",
        &url,
        "--keystone-domain",
        "Default",
    ];
    let web = Running::web_only_with(&api.metering(), &flags).await;
    // The role that sees all here is another one than usual.
    let cookie = session(&web, "carl", "").await;
    let expected = ("lab".to_owned(), vec!["prod".to_owned()]);
    assert_eq!(seen(&web, &cookie).await, expected);
    let cookie = session(&web, "anna", "lab").await;
    assert_eq!(seen(&web, &cookie).await.0, "lab");
    // Nor is the one that lets members in the usual one.
    for (user, project) in [("anna", "ops"), ("root", "dev")] {
        let answer = sign_in(&web, user, "secret", project).await;
        let location = header(answer.headers(), "location");
        assert!(
            location.starts_with("/sign-in?error=role"),
            "{user}: {location}"
        );
    }
    drop(cloud);
}

#[tokio::test]
async fn the_form_asks_for_what_a_keystone_needs() {
    let flags = [
        "--identity",
        "keystone",
        "--keystone-url",
        "http://127.0.0.1:9/v3",
        "--keystone-domain",
        "Lab",
    ];
    let web = Running::web_only_with("http://127.0.0.1:9", &flags).await;
    let page = web
        .get("/sign-in?error=unavailable&project=ops")
        .send()
        .await;
    let page = page.expect("an answer").text().await.expect("a page");
    for part in [
        "name=\"domain\"",
        "value=\"Lab\"",
        "name=\"project\"",
        "value=\"ops\"",
        "The identity service does not answer",
    ] {
        assert!(page.contains(part), "{part} is missing in {page}");
    }
    let plain = Running::start(&[]).await;
    let page = plain.get("/sign-in").send().await.expect("an answer");
    let page = page.text().await.expect("a page");
    assert!(!page.contains("name=\"domain\""), "{page}");
}

/// The files of these names, as flags.
fn certificates(ca: &str, cert: Option<&str>) -> Vec<String> {
    let file = |name: String| {
        let path = tls_listener::path(&name);
        path.to_str().expect("UTF-8").to_owned()
    };
    let mut flags = vec!["--keystone-ca-file".to_owned(), file(ca.to_owned())];
    if let Some(name) = cert {
        for (flag, end) in [
            ("--keystone-cert-file", "pem"),
            ("--keystone-key-file", "key"),
        ] {
            flags.extend([flag.to_owned(), file(format!("{name}.{end}"))]);
        }
    }
    flags
}

#[tokio::test]
async fn viewers_sign_in_at_a_keystone_with_a_private_authority_and_mutual_tls() {
    let Some(cloud) = Cloud::start(KeystoneOptions::default()).await else {
        return;
    };
    let keystone: reqwest::Url = cloud.keystone.url().parse().expect("a URL");
    let port = keystone.port().expect("a port");
    let port = tls_listener::listen("broker", port, true).await;
    let url = format!("https://localhost:{port}/v3");
    let mut flags = cloud.api_flags_at(&url);
    flags.extend(certificates("ca.pem", Some("client")));
    let flags: Vec<_> = flags.iter().map(String::as_str).collect();
    let both = Running::with_broker(Broker::start().await, &flags).await;
    let cookie = session(&both, "anna", "ops").await;
    assert_eq!(seen(&both, &cookie).await.0, "ops");

    // The dashboard alone, with and without what it needs.
    for (files, signs_in) in [
        (certificates("ca.pem", Some("client")), true),
        (certificates("ca.pem", None), false),
        (certificates("other-ca.pem", Some("client")), false),
        (Vec::new(), false),
    ] {
        let mut flags = ["--identity", "keystone", "--keystone-url", &url]
            .map(str::to_owned)
            .to_vec();
        flags.extend(files);
        let flags: Vec<_> = flags.iter().map(String::as_str).collect();
        let web = Running::web_only_with(&both.metering(), &flags).await;
        let answer = sign_in(&web, "anna", "secret", "ops").await;
        let location = header(answer.headers(), "location");
        if signs_in {
            assert_eq!(location, "/", "{flags:?}");
        } else {
            let expected = "/sign-in?error=unavailable";
            assert!(location.starts_with(expected), "{flags:?}: {location}");
        }
    }

    // What the log says in these cases.
    for (ca, cert, words) in [
        (None, None, ["localhost:", "--keystone-ca-file"]),
        (
            Some("other-ca.pem"),
            None,
            ["other-ca.pem", "--keystone-ca-file"],
        ),
        (
            Some("ca.pem"),
            None,
            ["client certificate", "--keystone-cert-file"],
        ),
        (
            Some("ca.pem"),
            Some("stranger"),
            ["stranger.pem", "--keystone-cert-file"],
        ),
    ] {
        let file = |end: &str| cert.map(|name| tls_listener::path(&format!("{name}.{end}")));
        let transport = HttpTransport::with(HttpOptions {
            tls: TlsFiles {
                ca_key: "--keystone-ca-file".into(),
                ca: ca.map(tls_listener::path),
                cert_key: "--keystone-cert-file".into(),
                cert: file("pem"),
                key_key: "--keystone-key-file".into(),
                key: file("key"),
            },
            ..HttpOptions::default()
        });
        let endpoints = Endpoints::from_catalog(url.parse().expect("a URL"));
        let client = Client::new(transport.expect("a transport"), endpoints);
        let refused = client.sign_in(&Credentials::new("anna", "secret")).await;
        let error = refused.expect_err("no connection");
        assert!(matches!(error, ClientError::Transport(_)), "{error:?}");
        for word in words {
            assert!(error.to_string().contains(word), "{error}");
        }
    }
    drop(cloud);
}

#[tokio::test]
async fn each_of_thirty_projects_is_on_the_page_and_can_be_chosen() {
    let Some(cloud) = Cloud::start(KeystoneOptions::default()).await else {
        return;
    };
    let made = tokio::task::spawn_blocking(move || {
        let mona = cloud.keystone.add_user("mona", "secret").expect("a user");
        let projects: Vec<_> = (0..30)
            .map(|number| {
                let name = format!("p{number:02}");
                let id = cloud.keystone.add_project(&name).expect("a project");
                cloud.keystone.assign(&mona, &id, "member").expect("a role");
                (name, id)
            })
            .collect();
        (cloud, projects)
    });
    let (cloud, projects) = made.await.expect("no panic");
    let (last, last_id) = projects.last().expect("thirty");
    let mut flags = cloud.api_flags();
    flags.extend(["--broker-project", last_id].map(str::to_owned));
    let flags: Vec<_> = flags.iter().map(String::as_str).collect();
    let running = Running::with_broker(Broker::start().await, &flags).await;
    // Of all these only the last one sees a broker.
    let cookie = session(&running, "mona", "").await;
    let expected = (last.clone(), vec!["prod".to_owned()]);
    assert_eq!(seen(&running, &cookie).await, expected);

    let page = running.get("/projects").header("cookie", &cookie);
    let page = page.send().await.expect("an answer");
    let page = page.text().await.expect("a page");
    for (name, id) in &projects {
        assert!(page.contains(name), "{name} is missing in {page}");
        let is_choice = page.contains(&format!("value=\"{id}\""));
        assert_eq!(is_choice, id != last_id, "{name}");
    }
    for (name, id) in &projects {
        assert_eq!(switch(&running, &cookie, id, "%2F").await, "/", "{name}");
        assert_eq!(seen(&running, &cookie).await.0, *name);
    }
    drop(cloud);
}
