//! The real python-ceilometerclient, library and command line, against the service: it signs in at
//! the embedded identity, whose accounts are those of a real broker, or at a real Keystone.
//!
//! `cargo xtask test --only clients` installs the client and names its folder in
//! `CEILOMETERCLIENT`; without that these tests are left out.

#[path = "../common/mod.rs"]
mod common;
#[path = "../it/support/mod.rs"]
#[expect(
    dead_code,
    unused_imports,
    reason = "shared with the tests against a fake broker"
)]
mod support;

mod alarms;
mod events;

use std::net::SocketAddr;
use std::path::PathBuf;
use std::process::{Command, Output};
use std::sync::Arc;

use api::{Api, ApiConfig, IdentityConfig, KeystoneConfig};
use common::prod;
use store::testing::NaiveStore;
use test_brokers::{KeystoneOptions, Options, PrivateBroker, PrivateKeystone};
use tokio::net::TcpListener;

/// The service on a port of its own, with a real broker behind it.
struct Service {
    /// Held while it runs.
    _api: Api,
    _broker: PrivateBroker,
    url: String,
}

async fn bind() -> (TcpListener, String) {
    let listener = TcpListener::bind("127.0.0.1:0").await.expect("a port");
    let url = format!("http://{}", listener.local_addr().expect("an address"));
    (listener, url)
}

async fn start() -> Service {
    let (listener, url) = bind().await;
    serve(listener, url, IdentityConfig::Embedded).await
}

async fn serve(listener: TcpListener, url: String, identity: IdentityConfig) -> Service {
    let broker = tokio::task::spawn_blocking(|| PrivateBroker::start(Options::default()));
    let broker = broker.await.expect("no panic").expect("the broker starts");
    let config = ApiConfig {
        brokers: vec![prod(&broker)],
        public_url: Some(url.parse().expect("URL")),
        identity,
        ..ApiConfig::default()
    };
    let api = Api::start(config, Arc::new(NaiveStore::new())).expect("starts");
    let service = api
        .router()
        .into_make_service_with_connect_info::<SocketAddr>();
    tokio::spawn(async move { axum::serve(listener, service).await });
    Service {
        _api: api,
        _broker: broker,
        url,
    }
}

/// A program beside this test.
fn script(name: &str) -> String {
    let folder = test_fixtures::checkout().join("api/tests/ceilometerclient");
    folder.join(name).to_string_lossy().into_owned()
}

/// A program of the client's, in its environment.
fn client(program: &str) -> Command {
    let folder = std::env::var_os("CEILOMETERCLIENT").expect("CEILOMETERCLIENT names a folder");
    let folder = PathBuf::from(folder);
    let mut command = Command::new("python3");
    // Proxies of the machine, and accounts of whoever runs the test, are none of its business.
    for (name, _) in std::env::vars_os() {
        let name = name.to_string_lossy().into_owned();
        if name.starts_with("OS_") || name.to_lowercase().ends_with("_proxy") {
            command.env_remove(name);
        }
    }
    command
        .env("PYTHONPATH", &folder)
        .env("PYTHONWARNINGS", "ignore");
    if program == "ceilometer" {
        command.arg(folder.join("bin/ceilometer"));
    } else {
        command.arg(program);
    }
    command
}

async fn run(mut command: Command) -> Output {
    tokio::task::spawn_blocking(move || command.output().expect("python3 runs"))
        .await
        .expect("no panic")
}

/// What the command line says to a user who has signed in, where it ends well.
async fn say(service: &Service, arguments: &[&str]) -> String {
    let auth_url = format!("{}/identity/v2.0", service.url);
    let account = [
        ("OS_AUTH_URL", auth_url.as_str()),
        ("OS_USERNAME", "guest"),
        ("OS_PASSWORD", "guest"),
        ("OS_TENANT_NAME", "warren"),
    ];
    say_as(&account, arguments).await
}

/// The same to one with this account in its environment.
async fn say_as(account: &[(&str, &str)], arguments: &[&str]) -> String {
    let mut command = client("ceilometer");
    command.envs(account.iter().copied()).args(arguments);
    let output = run(command).await;
    let said = String::from_utf8_lossy(&output.stdout).into_owned();
    let complaint = String::from_utf8_lossy(&output.stderr);
    assert!(
        output.status.success(),
        "ceilometer {}: {said}{complaint}",
        arguments.join(" ")
    );
    said
}

/// The cells of a table's rows, without its head.
fn rows(table: &str) -> Vec<Vec<String>> {
    let cells = |line: &str| {
        line.trim_matches('|')
            .split('|')
            .map(|cell| cell.trim().to_owned())
            .collect()
    };
    let lines = table.lines().filter(|line| line.starts_with('|'));
    lines.skip(1).map(cells).collect()
}

/// The value of a property in a table of properties.
fn property(table: &str, name: &str) -> String {
    let found = rows(table).into_iter().find(|row| row[0] == name);
    found.unwrap_or_else(|| panic!("no {name} in {table}"))[1].clone()
}

#[tokio::test(flavor = "multi_thread")]
#[ignore = "needs the real client: cargo xtask test --only clients"]
async fn the_library_works_unmodified() {
    let service = start().await;
    for version in ["", "/v2.0", "/v3"] {
        let auth_url = format!("{}/identity{version}", service.url);
        let mut command = client(&script("sign_in.py"));
        command.arg(&auth_url);
        let output = run(command).await;
        let complaint = String::from_utf8_lossy(&output.stderr);
        assert!(output.status.success(), "{auth_url}: {complaint}");
    }
    let mut command = client(&script("library.py"));
    command.arg(format!("{}/identity/v2.0", service.url));
    let output = run(command).await;
    let complaint = String::from_utf8_lossy(&output.stderr);
    assert!(output.status.success(), "{complaint}");
}

/// An operator's own manager, and those that the Horizon package has for the client.
#[tokio::test(flavor = "multi_thread")]
#[ignore = "needs the real client: cargo xtask test --only clients"]
async fn managers_read_what_the_api_adds() {
    let service = start().await;
    let mut command = client(&script("managers.py"));
    let horizon = test_fixtures::checkout().join("horizon");
    let folder = std::env::var("CEILOMETERCLIENT").expect("CEILOMETERCLIENT names a folder");
    command
        .env("PYTHONPATH", format!("{folder}:{}", horizon.display()))
        .env("PYTHONDONTWRITEBYTECODE", "1")
        .arg(format!("{}/identity/v2.0", service.url));
    let output = run(command).await;
    let complaint = String::from_utf8_lossy(&output.stderr);
    assert!(output.status.success(), "{complaint}");
}

#[tokio::test(flavor = "multi_thread")]
#[ignore = "needs the real client: cargo xtask test --only clients"]
async fn the_command_line_works_unmodified() {
    let service = start().await;
    for (volume, time) in [("1", "2015-01-01T00:00:00"), ("2.5", "2015-01-01T01:00:00")] {
        let created = say(
            &service,
            &[
                "sample-create",
                "-r",
                "vm/1",
                "-m",
                "cli",
                "--meter-type",
                "gauge",
                "--meter-unit",
                "B",
                "--sample-volume",
                volume,
                "--timestamp",
                time,
                "--resource-metadata",
                r#"{"size": "small"}"#,
            ],
        )
        .await;
        assert_eq!(property(&created, "resource_id"), "vm/1");
        assert!(property(&created, "source").ends_with(":openstack"));
    }

    let meters = rows(&say(&service, &["meter-list", "-q", "resource=vm/1"]).await);
    assert_eq!(meters[0][..4], ["cli", "gauge", "B", "vm/1"]);
    let unique = rows(&say(&service, &["meter-list", "--unique", "True", "-l", "1000"]).await);
    assert_eq!(unique.iter().filter(|row| row[0] == "cli").count(), 1);

    let samples = rows(&say(&service, &["sample-list", "-m", "cli", "-l", "1"]).await);
    assert_eq!(
        samples,
        [["vm/1", "cli", "gauge", "2.5", "B", "2015-01-01T01:00:00"]]
    );
    let samples = say(
        &service,
        &[
            "sample-list",
            "-q",
            "meter=cli;timestamp<2015-01-01T01:00:00",
        ],
    )
    .await;
    let samples = rows(&samples);
    assert_eq!(samples.len(), 1);
    let shown = say(&service, &["sample-show", &samples[0][0]]).await;
    assert_eq!(property(&shown, "volume"), "1.0");
    let small = say(
        &service,
        &[
            "sample-list",
            "-m",
            "cli",
            "-q",
            "metadata.size=string::small",
        ],
    )
    .await;
    assert_eq!(rows(&small).len(), 2);

    let statistics = say(
        &service,
        &[
            "statistics",
            "-m",
            "cli",
            "-p",
            "3600",
            "-g",
            "resource_id",
            "-a",
            "max",
            "-a",
            "cardinality<-resource_id",
        ],
    )
    .await;
    let statistics = rows(&statistics);
    assert_eq!(statistics.len(), 2);
    assert_eq!(
        statistics[1][..6],
        [
            "3600",
            "2015-01-01T01:00:00",
            "2015-01-01T02:00:00",
            "{'resource_id': 'vm/1'}",
            "2.5",
            "1.0"
        ]
    );
    let plain = rows(&say(&service, &["statistics", "-m", "cli"]).await);
    assert_eq!(plain[0][3..8], ["2.5", "1.0", "1.75", "3.5", "2"]);

    let resources = rows(&say(&service, &["resource-list", "-q", "resource=vm/1"]).await);
    assert_eq!(resources[0][0], "vm/1");
    let resource = say(&service, &["resource-show", "vm/1"]).await;
    assert_eq!(property(&resource, "resource_id"), "vm/1");

    let found = say(
        &service,
        &[
            "query-samples",
            "-f",
            r#"{"and": [{"=": {"meter": "cli"}}, {">": {"volume": 1}}]}"#,
            "-o",
            r#"[{"timestamp": "DESC"}]"#,
            "-l",
            "3",
        ],
    )
    .await;
    assert_eq!(rows(&found).len(), 1);
    let capabilities = say(&service, &["capabilities"]).await;
    assert!(
        capabilities.contains("samples:query:complex"),
        "{capabilities}"
    );
}

#[tokio::test(flavor = "multi_thread")]
#[ignore = "needs the real client: cargo xtask test --only clients"]
async fn the_command_line_works_with_a_real_keystone_and_finds_the_service_in_its_catalog() {
    if !PrivateKeystone::installed() {
        eprintln!("skipped: no keystone is installed");
        return;
    }
    let (listener, url) = bind().await;
    let named = url.clone();
    let made = tokio::task::spawn_blocking(move || {
        let keystone = PrivateKeystone::start(KeystoneOptions::default()).expect("Keystone starts");
        for (user, project, role) in [
            ("warren", "service", "service"),
            ("anna", "ops", "member"),
            ("bert", "dev", "member"),
        ] {
            let project = keystone.add_project(project).expect("a project");
            let user = keystone.add_user(user, "secret").expect("a user");
            keystone.assign(&user, &project, role).expect("a role");
        }
        keystone
            .add_service("metering", &named)
            .expect("in the catalog");
        keystone
    });
    let keystone = made.await.expect("no panic");
    let identity = IdentityConfig::Keystone(Box::new(KeystoneConfig {
        public_url: keystone.url().parse().expect("a URL"),
        url: keystone.url().parse().expect("a URL"),
        tls: api::TlsFiles::default(),
        username: "warren".into(),
        password: "secret".into(),
        user_domain: "Default".into(),
        project: "service".into(),
        project_domain: "Default".into(),
        cache: KeystoneConfig::CACHE,
        timeout: KeystoneConfig::TIMEOUT,
        admin_roles: vec![KeystoneConfig::ADMIN_ROLE.into()],
        member_roles: KeystoneConfig::MEMBER_ROLES.map(str::to_owned).to_vec(),
    }));
    let _service = serve(listener, url, identity).await;
    let auth_url = keystone.url();
    let account = |user: &'static str, project: &'static str| {
        [
            ("OS_AUTH_URL", auth_url.clone()),
            ("OS_USERNAME", user.to_owned()),
            ("OS_PASSWORD", "secret".to_owned()),
            ("OS_PROJECT_NAME", project.to_owned()),
            ("OS_USER_DOMAIN_NAME", "Default".to_owned()),
            ("OS_PROJECT_DOMAIN_NAME", "Default".to_owned()),
        ]
    };
    let (anna, bert) = (account("anna", "ops"), account("bert", "dev"));
    let sample = [
        "sample-create",
        "-r",
        "vm/1",
        "-m",
        "cli",
        "--meter-type",
        "gauge",
        "--meter-unit",
        "B",
        "--sample-volume",
        "1",
    ];
    let ask = async |account: &[(&'static str, String)], arguments: &[&str]| {
        let account: Vec<_> = account
            .iter()
            .map(|(name, value)| (*name, value.as_str()))
            .collect();
        say_as(&account, arguments).await
    };
    let created = ask(&anna, &sample).await;
    assert_eq!(property(&created, "resource_id"), "vm/1");
    let meters = ["meter-list", "-q", "resource=vm/1"];
    assert_eq!(rows(&ask(&anna, &meters).await).len(), 1);
    // Another project does not see it.
    assert_eq!(rows(&ask(&bert, &meters).await).len(), 0);
    let statistics = rows(&ask(&anna, &["statistics", "-m", "cli"]).await);
    assert_eq!(statistics[0][3..8], ["1.0", "1.0", "1.0", "1.0", "1"]);
}
