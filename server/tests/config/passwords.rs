//! Passwords: where they come from, that nothing shows them, and who else could read them.

use std::fs;
use std::os::unix::fs::PermissionsExt;

use api::Exposure;
use secrecy::ExposeSecret;

use crate::given::{Given, api};

const BROKER: [&str; 2] = ["--broker", "prod=https://monitor:hunter2@mq.example:15671"];

fn with_mode(given: Given, name: &str, mode: u32) -> Given {
    let given = given.file(name, "hunter3\n");
    let path = given.directory().join(name);
    fs::set_permissions(path, fs::Permissions::from_mode(mode)).expect("a mode");
    given
}

#[test]
fn login_of_a_prometheus_address_is_taken_out_of_it() {
    let config = Given::nothing()
        .flags(&BROKER)
        .flags(&[
            "--broker-prometheus",
            "https://scraper:hunt%40r3@mq.example:15692",
        ])
        .accepted();
    let plugin = &api(&config).prometheus[0];
    assert_eq!(plugin.url.as_str(), "https://mq.example:15692/");
    let (user, password) = plugin.login.as_ref().expect("a login");
    assert_eq!((&**user, password.expose_secret()), ("scraper", "hunt@r3"));
    let shown = format!("{config:?}");
    assert!(
        !shown.contains("hunt@r3") && !shown.contains("hunt%40r3"),
        "{shown}"
    );
}

#[test]
fn password_of_a_prometheus_plugin_comes_from_a_file() {
    let config = with_mode(Given::nothing(), "secret", 0o600)
        .flags(&BROKER)
        .flags(&["--broker-prometheus", "https://scraper@one.example:15692"])
        .flags(&[
            "--broker-prometheus",
            "prod=https://scraper@two.example:15692",
        ])
        .flags(&["--broker-prometheus", "https://three.example:15692"])
        .flags(&["--broker-prometheus-password-file", "prod=secret"])
        .accepted();
    let logins = api(&config).prometheus.iter().map(|plugin| {
        let login = plugin.login.as_ref();
        login.map(|(user, password)| (user.as_str(), password.expose_secret()))
    });
    let logins: Vec<_> = logins.collect();
    let login = Some(("scraper", "hunter3"));
    assert_eq!(logins, [login, login, None]);
}

#[test]
fn prometheus_password_without_user_and_user_without_password_are_refused() {
    let given = || with_mode(Given::nothing(), "secret", 0o600).flags(&BROKER);
    let file = ["--broker-prometheus-password-file", "secret"];
    for (flags, reason) in [
        (
            vec!["--broker-prometheus", "https://scraper@mq.example"],
            "a user without a password",
        ),
        (
            vec!["--broker-prometheus", "https://:hunter3@mq.example"],
            "no user",
        ),
        (file.to_vec(), "names a user"),
        (
            [
                vec!["--broker-prometheus", "https://a:hunter3@mq.example"],
                file.to_vec(),
            ]
            .concat(),
            "given twice",
        ),
    ] {
        let refused = given().flags(&flags).refused();
        assert!(refused.contains(reason), "{reason}: {refused}");
        assert!(!refused.contains("hunter3"), "{refused}");
    }
}

#[test]
fn refused_address_without_scheme_does_not_show_its_login() {
    for flag in ["--broker", "--broker-prometheus"] {
        let refused = Given::nothing()
            .flags(&[flag, "scraper:hunter3@mq.example:15692"])
            .refused();
        assert!(!refused.contains("hunter3"), "{refused}");
        assert!(refused.contains("mq.example"), "{refused}");
    }
}

#[test]
fn remote_brokers_without_tls_are_noted() {
    let config = Given::nothing()
        .flags(&["--broker", "far=http://monitor:hunter2@mq.example:15672"])
        .flags(&["--broker", "near=http://monitor:hunter2@127.0.0.1:15672"])
        .flags(&["--broker", "own=http://monitor:hunter2@localhost:15672"])
        .flags(&["--broker", "safe=https://monitor:hunter2@mq.example:15671"])
        .flags(&[
            "--broker-prometheus",
            "safe=http://scraper:hunter3@mq.example:15692",
        ])
        .flags(&["--broker-prometheus", "near=http://mq.example:15692"])
        .accepted();
    let exposed = &api(&config).exposed_passwords;
    let noted: Vec<_> = exposed
        .iter()
        .map(|exposed| (&*exposed.broker, exposed.how, &*exposed.place))
        .collect();
    assert_eq!(
        noted,
        [
            ("far", Exposure::PlainHttp, "http://mq.example:15672/"),
            ("safe", Exposure::PlainHttp, "http://mq.example:15692/"),
        ]
    );
    let warnings = config.warnings.join("\n");
    assert_eq!(config.warnings.len(), 2, "{warnings}");
    assert!(
        warnings.contains("far") && warnings.contains("https://"),
        "{warnings}"
    );
}

#[test]
fn password_files_that_others_can_read_are_noted() {
    for (mode, noted) in [
        (0o644, true),
        (0o640, true),
        (0o604, true),
        (0o600, false),
        (0o400, false),
    ] {
        let config = with_mode(Given::nothing(), "secret", mode)
            .flags(&["--broker", "prod=https://monitor@mq.example:15671"])
            .flags(&["--broker-password-file", "secret"])
            .accepted();
        let exposed = &api(&config).exposed_passwords;
        assert_eq!(exposed.len(), usize::from(noted), "{mode:o}");
        assert_eq!(config.warnings.len(), usize::from(noted), "{mode:o}");
        if noted {
            assert_eq!(exposed[0].how, Exposure::ReadableFile);
            assert!(
                config.warnings[0].contains("chmod 600 secret"),
                "{:?}",
                config.warnings
            );
        }
    }
}

#[test]
fn configuration_file_with_a_password_is_a_password_file() {
    let with = |password: &str, mode| {
        let given = Given::nothing().toml(&format!(
            "[[broker]]\nname = \"prod\"\nurl = \"https://mq.example\"\nusername = \"monitor\"\n\
             {password}\n"
        ));
        let given = with_mode(given, "secret", 0o600);
        let path = given.directory().join("warren.toml");
        fs::set_permissions(path, fs::Permissions::from_mode(mode)).expect("a mode");
        given.accepted().warnings.len()
    };
    assert_eq!(with("password = \"hunter2\"", 0o644), 1);
    assert_eq!(with("password = \"hunter2\"", 0o600), 0);
    assert_eq!(with("password_file = \"secret\"", 0o644), 0);
}

#[test]
fn other_services_without_tls_are_warned_of() {
    let web =
        Given::nothing().flags(&["--only", "web", "--metering-url", "http://api.example:8777"]);
    let warnings = web.accepted().warnings;
    assert!(
        warnings[0].contains("http://api.example:8777"),
        "{warnings:?}"
    );
    let near =
        Given::nothing().flags(&["--only", "web", "--metering-url", "http://127.0.0.1:8777"]);
    assert_eq!(near.accepted().warnings, [""; 0]);
    let keystone = with_mode(Given::nothing(), "secret", 0o644)
        .flags(&BROKER)
        .flags(&[
            "--identity",
            "keystone",
            "--keystone-url",
            "http://keystone.example/v3",
        ])
        .flags(&["--keystone-password-file", "secret"]);
    let warnings = keystone.accepted().warnings;
    assert_eq!(warnings.len(), 2, "{warnings:?}");
    // The private key that is shown to the Keystone is a secret too.
    let key = with_mode(keystone, "client.key", 0o644).flags(&[
        "--keystone-cert-file",
        "client.pem",
        "--keystone-key-file",
        "client.key",
    ]);
    let warnings = key.accepted().warnings;
    let noted = |warning: &String| warning.contains("chmod 600 client.key");
    assert!(warnings.iter().any(noted), "{warnings:?}");
}
