//! Which of several wins, and what counts where none is given.

use std::time::Duration;

use secrecy::ExposeSecret;
use server::config::{LogFormat, Parts};

use crate::given::{Given, api, web};

fn tick(given: &Given) -> Duration {
    api(&given.accepted()).tick
}

#[test]
fn defaults_watch_this_machines_rabbitmq() {
    let config = Given::nothing().accepted();
    let broker = &api(&config).brokers[0];
    assert_eq!(
        (
            broker.name.as_str(),
            broker.url.as_str(),
            broker.username.as_str()
        ),
        ("127.0.0.1", "http://127.0.0.1:15672/", "guest")
    );
    assert_eq!(broker.password.expose_secret(), "guest");
    assert!(config.default_broker);
    assert_eq!(web(&config).listen.to_string(), "127.0.0.1:8080");
    assert_eq!(api(&config).tick, Duration::from_secs(5));
    assert_eq!(web(&config).session_lifetime, Duration::from_hours(8));
    assert_eq!(config.log.format, LogFormat::Text);
    assert_eq!(config.file, None);
}

#[test]
fn the_file_wins_over_the_default() {
    assert_eq!(
        tick(&Given::nothing().toml("tick = \"7s\"")),
        Duration::from_secs(7)
    );
}

#[test]
fn a_variable_wins_over_the_file() {
    let given = Given::nothing()
        .toml("tick = \"7s\"")
        .variable("WARREN_TICK", "8s");
    assert_eq!(tick(&given), Duration::from_secs(8));
}

#[test]
fn a_flag_wins_over_a_variable() {
    let given = Given::nothing()
        .toml("tick = \"7s\"")
        .variable("WARREN_TICK", "8s")
        .flags(&["--tick", "9s"]);
    assert_eq!(tick(&given), Duration::from_secs(9));
}

#[test]
fn an_empty_variable_is_none() {
    let given = Given::nothing()
        .toml("tick = \"7s\"")
        .variable("WARREN_TICK", " ");
    assert_eq!(tick(&given), Duration::from_secs(7));
}

#[test]
fn a_flag_can_take_back_what_the_file_says() {
    let given = Given::nothing()
        .toml("base_path = \"/warren\"")
        .flags(&["--base-path", ""]);
    assert_eq!(web(&given.accepted()).base_path, "");
}

#[test]
fn another_file_can_be_named() {
    let file = "tick = \"6s\"";
    let by_flag = Given::nothing()
        .toml("tick = \"7s\"")
        .file("other.toml", file);
    assert_eq!(
        tick(&by_flag.flags(&["--config", "other.toml"])),
        Duration::from_secs(6)
    );
    let by_variable = Given::nothing().file("other.toml", file);
    assert_eq!(
        tick(&by_variable.variable("WARREN_CONFIG", "other.toml")),
        Duration::from_secs(6)
    );
}

#[test]
fn brokers_of_flags_replace_those_of_the_file() {
    let given = Given::nothing()
        .toml("[[broker]]\nname = \"file\"\nurl = \"http://localhost:1\"")
        .flags(&[
            "--broker",
            "a=http://localhost:2",
            "--broker",
            "b=http://u:p%40@host/path",
        ]);
    let config = given.accepted();
    let brokers = &api(&config).brokers;
    let names: Vec<_> = brokers.iter().map(|broker| broker.name.as_str()).collect();
    assert_eq!(names, ["a", "b"]);
    assert_eq!(brokers[1].url.as_str(), "http://host/path");
    assert_eq!(brokers[1].password.expose_secret(), "p@");
    assert!(!config.default_broker);
}

#[test]
fn a_variable_holds_several_apart_by_spaces() {
    let given =
        Given::nothing().variable("WARREN_BROKER", "a=http://localhost:1 b=http://localhost:2");
    assert_eq!(api(&given.accepted()).brokers.len(), 2);
}

#[test]
fn a_table_has_all_that_a_broker_has() {
    let given = Given::nothing().file("secret", "hunter2\n").toml(
        "[[broker]]\nname = \"prod\"\nurl = \"https://mq.example:15671\"\nusername = \"monitor\"\n\
         password_file = \"secret\"\ndescription = \"The shop's orders\"\n",
    );
    let config = given.accepted();
    let broker = &api(&config).brokers[0];
    assert_eq!(broker.name, "prod");
    assert_eq!(broker.username, "monitor");
    assert_eq!(broker.password.expose_secret(), "hunter2");
    assert_eq!(broker.description.as_deref(), Some("The shop's orders"));
}

#[test]
fn passwords_and_descriptions_find_their_broker_by_name() {
    let given = Given::nothing()
        .file("secret", "hunter2")
        .flags(&["--broker", "a=http://u@h", "--broker", "b=http://u:p@h"])
        .flags(&["--broker-password-file", "a=secret"])
        .variable("WARREN_BROKER_DESCRIPTION", "b=Two words, x=y");
    let config = given.accepted();
    let brokers = &api(&config).brokers;
    assert_eq!(brokers[0].password.expose_secret(), "hunter2");
    assert_eq!(brokers[1].description.as_deref(), Some("Two words, x=y"));
}

#[test]
fn one_broker_needs_no_name() {
    let given = Given::nothing()
        .file("secret", "hunter2")
        .flags(&[
            "--broker",
            "http://monitor@mq.example",
            "--broker-password-file",
            "secret",
        ])
        .variable("WARREN_BROKER_DESCRIPTION", "Demo traffic = not real");
    let config = given.accepted();
    let broker = &api(&config).brokers[0];
    assert_eq!(broker.name, "mq.example");
    assert_eq!(broker.password.expose_secret(), "hunter2");
    assert_eq!(
        broker.description.as_deref(),
        Some("Demo traffic = not real")
    );
}

#[test]
fn every_other_key_reaches_its_place() {
    let given = Given::nothing().toml(
        "listen = \"[::1]:1\"\napi_listen = \"127.0.0.1:2\"\nbase_path = \"/warren\"\n\
         api_base_path = \"/telemetry\"\npublic_url = \"https://a.example\"\n\
         api_public_url = \"https://b.example\"\ntrusted_proxy = [\"127.0.0.1\", \"10.0.0.0/8\"]\n\
         cors_origin = \"https://portal.example\"\nsession_lifetime = \"1h\"\nlog_format = \"json\"\n\
         log = \"debug,api=trace\"\nsite = \"bundle\"\ndata_dir = \"data\"\n",
    );
    let config = given.accepted();
    let (web, api) = (web(&config), api(&config));
    assert_eq!(web.listen.to_string(), "[::1]:1");
    assert_eq!(
        (web.base_path.as_str(), api.path_prefix.as_str()),
        ("/warren", "/telemetry")
    );
    assert_eq!(
        web.public_url.as_ref().map(url::Url::as_str),
        Some("https://a.example/")
    );
    assert_eq!(
        api.public_url.as_ref().map(url::Url::as_str),
        Some("https://b.example/")
    );
    assert_eq!(
        (web.trusted_proxies.len(), api.trusted_proxies.len()),
        (2, 2)
    );
    assert_eq!(api.cors_origins, ["https://portal.example"]);
    assert_eq!(web.session_lifetime, Duration::from_hours(1));
    assert_eq!(api.token_lifetime, Duration::from_hours(1));
    assert_eq!(
        (config.log.format, config.log.filter.as_str()),
        (LogFormat::Json, "debug,api=trace")
    );
    assert_eq!(
        web.site.as_deref(),
        Some(given.directory().join("bundle").as_path())
    );
    assert!(given.directory().join("data").is_dir());
}

#[test]
fn the_parts_can_run_alone() {
    assert!(matches!(
        Given::nothing().flags(&["--only", "api"]).accepted().parts,
        Parts::Api(_)
    ));
    let web = Given::nothing().flags(&["--only", "web", "--metering-url", "http://api:8777"]);
    let Parts::Web(_, metering) = web.accepted().parts else {
        panic!("not the dashboard alone");
    };
    assert_eq!(metering.url.as_str(), "http://api:8777/");
    assert_eq!(metering.identity, None);
}

#[test]
fn the_data_folder_is_the_service_managers_else_the_accounts_own() {
    let folder = |variables: &[(&str, &str)]| {
        let mut given = Given::nothing();
        for (name, below) in variables {
            let path = given.directory().join(below).to_string_lossy().into_owned();
            given = given.variable(name, &path);
        }
        let directory = given.directory().to_owned();
        let config = given.accepted();
        config
            .data_dir
            .map(|path| path.strip_prefix(directory).expect("below").to_owned())
    };
    let path = |text: &str| Some(std::path::PathBuf::from(text));
    assert_eq!(folder(&[]), None);
    assert_eq!(
        folder(&[("HOME", "home")]),
        path("home/.local/share/warren")
    );
    assert_eq!(
        folder(&[("HOME", "home"), ("XDG_DATA_HOME", "xdg")]),
        path("xdg/warren")
    );
    assert_eq!(
        folder(&[("STATE_DIRECTORY", "state"), ("XDG_DATA_HOME", "xdg")]),
        path("state")
    );
    let config = Given::nothing()
        .variable("HOME", "/nowhere")
        .flags(&["--data-dir", "none"])
        .accepted();
    assert_eq!(config.data_dir, None);
}

#[test]
fn retention_is_given_level_by_level() {
    let config = Given::nothing()
        .flags(&["--retention-raw", "3d", "--retention-log", "7d"])
        .accepted();
    let days = |days: u64| Duration::from_hours(24 * days);
    assert_eq!(config.retention.raw, days(3));
    assert_eq!(config.retention.log, days(7));
    assert_eq!(config.retention.minutes, days(14));
}

#[test]
fn the_quota_of_posted_samples_is_a_number_or_none() {
    let quota = |flags: &[&str]| {
        let config = Given::nothing().flags(flags).accepted();
        api(&config).posted_quota.map(std::num::NonZeroU64::get)
    };
    assert_eq!(quota(&[]), Some(1_000_000));
    assert_eq!(quota(&["--posted-quota", "5"]), Some(5));
    assert_eq!(quota(&["--posted-quota", "none"]), None);
}

#[test]
fn alarms_are_set_by_their_keys() {
    let alarms = |flags: &[&str]| {
        let config = Given::nothing().flags(flags).accepted();
        let api = api(&config);
        let networks: Vec<_> = api
            .alarm_allowed_networks
            .iter()
            .map(ToString::to_string)
            .collect();
        let quota = api.alarm_quota.map(std::num::NonZeroU64::get);
        (api.alarm_interval.as_secs(), quota, networks.join(" "))
    };
    assert_eq!(alarms(&[]), (60, Some(1000), String::new()));
    let flags = [
        "--alarm-interval",
        "5s",
        "--alarm-quota",
        "none",
        "--alarm-allow-network",
        "10.0.0.0/8",
        "--alarm-allow-network",
        "::1",
    ];
    assert_eq!(alarms(&flags), (5, None, "10.0.0.0/8 ::1/128".to_owned()));
}

#[test]
fn the_bound_on_resources_is_set_by_its_key() {
    let bound = |flags: &[&str]| Given::nothing().flags(flags).accepted().max_resources;
    assert_eq!(bound(&[]), 20_000);
    assert_eq!(bound(&["--max-resources", "500"]), 500);
    let bound = |flags: &[&str]| Given::nothing().flags(flags).accepted().max_posted_series;
    assert_eq!(bound(&[]), 100_000);
    assert_eq!(bound(&["--max-posted-series", "500"]), 500);
}

#[test]
fn a_keystone_is_named_by_its_address_and_an_account() {
    const PROJECT: &str = "0123456789abcdef0123456789abcdef";
    let config = Given::nothing()
        .file("password", "hunter2\n")
        .flags(&["--only", "api", "--identity", "keystone"])
        .flags(&["--keystone-url", "https://keystone.example/v3"])
        .flags(&["--keystone-password-file", "password"])
        .flags(&["--keystone-member-role", "operator"])
        .flags(&["--broker-project", &format!("{PROJECT}:/")])
        .accepted();
    let api = api(&config);
    let api::IdentityConfig::Keystone(keystone) = &api.identity else {
        panic!("{:?}", api.identity);
    };
    assert_eq!(keystone.url.as_str(), "https://keystone.example/v3");
    assert_eq!(keystone.public_url, keystone.url);
    assert_eq!(keystone.username, "warren");
    assert_eq!(keystone.password.expose_secret(), "hunter2");
    assert_eq!(keystone.project, "service");
    assert_eq!(keystone.cache, Duration::from_secs(30));
    assert_eq!(keystone.admin_roles, ["admin"]);
    assert_eq!(keystone.member_roles, ["operator"]);
    assert_eq!(
        api.brokers[0].projects,
        [format!("{PROJECT}:/").parse().expect("a project")]
    );
}

#[test]
fn viewers_sign_in_at_the_keystone_of_either_part() {
    const URL: &str = "https://keystone.example/v3";
    let given = Given::nothing()
        .file("password", "hunter2\n")
        .flags(&["--identity", "keystone", "--keystone-url", URL])
        .flags(&["--keystone-password-file", "password"])
        .flags(&["--keystone-ca-file", "ca.pem"])
        .flags(&["--keystone-cert-file", "/etc/warren.pem"])
        .toml("keystone_key_file = \"warren.key\"");
    let both = given.accepted();
    let Parts::Both(web, api) = &both.parts else {
        panic!("{:?}", both.parts);
    };
    let keystone = web.keystone.as_ref().expect("a Keystone");
    let here = |name: &str| Some(given.directory().join(name));
    assert_eq!(keystone.tls.ca, here("ca.pem"));
    assert_eq!(keystone.tls.cert, Some("/etc/warren.pem".into()));
    assert_eq!(keystone.tls.key, here("warren.key"));
    let api::IdentityConfig::Keystone(of_api) = &api.api.identity else {
        panic!("{:?}", api.api.identity);
    };
    assert_eq!(of_api.tls, keystone.tls);
    assert_eq!(keystone.url.as_str(), URL);
    assert_eq!(keystone.domain, "Default");

    // The dashboard alone has no account of its own there.
    let alone = Given::nothing()
        .flags(&["--only", "web", "--metering-url", "http://10.0.0.5:8777"])
        .flags(&["--identity", "keystone", "--keystone-url", URL])
        .flags(&["--keystone-domain", "Lab", "--keystone-ca-file", "/ca.pem"])
        .flags(&["--metering-ca-file", "/other-ca.pem"])
        .accepted();
    let Parts::Web(web, metering) = &alone.parts else {
        panic!("{:?}", alone.parts);
    };
    let keystone = web.keystone.as_ref().expect("a Keystone");
    assert_eq!(keystone.domain, "Lab");
    assert_eq!(keystone.tls.ca, Some("/ca.pem".into()));
    // Errors of connections name the keys that are not given.
    assert_eq!(keystone.tls.cert_key, "--keystone-cert-file");
    assert_eq!(metering.tls.ca, Some("/other-ca.pem".into()));
    let identity = metering.identity.as_ref().expect("its address");
    assert_eq!(identity.as_str(), URL);
}
