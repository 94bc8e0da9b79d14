//! What is not accepted, and that a refusal names key, origin, value and remedy, but no password.

use crate::given::Given;

/// The refusal of a flag's value names all there is to know.
pub(crate) fn refuses(flag: &str, value: &str, reason: &str, accepts: &str) {
    let key = flag.trim_start_matches("--").replace('-', "_");
    let message = Given::nothing().flags(&[flag, value]).refused();
    let expected = format!("{key} = {value:?} ({flag}): ");
    assert!(message.starts_with(&expected), "{message}");
    assert!(message.contains(reason), "{message}");
    assert!(
        message.contains("; accepted: ") && message.contains(accepts),
        "{message}"
    );
}

#[test]
fn durations_out_of_bounds() {
    refuses("--tick", "500ms", "too short", "1s to 5m");
    refuses("--tick", "6m", "too long", "1s to 5m");
    refuses("--tick", "5", "no unit", "such as 5s");
    refuses("--session-lifetime", "1m", "too short", "5m to 30d");
}

#[test]
fn invalid_addresses() {
    refuses(
        "--listen",
        "8080",
        "not an address and a port",
        "0.0.0.0:8080",
    );
    refuses(
        "--api-listen",
        "example.com:80",
        "not an address and a port",
        "0.0.0.0:8777",
    );
}

#[test]
fn invalid_parts() {
    refuses("--only", "both", "no such part", "api or web");
}

#[test]
fn invalid_paths() {
    refuses(
        "--base-path",
        "warren",
        "does not start with a slash",
        "/warren",
    );
    refuses("--api-base-path", "/a/", "ends with a slash", "/telemetry");
}

#[test]
fn invalid_urls() {
    refuses(
        "--public-url",
        "portal.example",
        "not an address",
        "https://mq.example.com",
    );
    refuses(
        "--api-public-url",
        "ftp://a",
        "not an address of HTTP",
        "http:// or https://",
    );
    refuses("--public-url", "https://a/?b=c", "a query", "https://");
}

#[test]
fn invalid_networks_and_origins() {
    refuses(
        "--trusted-proxy",
        "10.0.0.0/33",
        "not a network",
        "10.0.0.0/8",
    );
    refuses(
        "--trusted-proxy",
        "proxy.example",
        "not a network",
        "127.0.0.1",
    );
    refuses(
        "--cors-origin",
        "https://a.example/b",
        "more than scheme",
        "https://portal",
    );
    refuses("--cors-origin", "*", "not an address", "https://portal");
}

#[test]
fn invalid_log_settings() {
    refuses("--log-format", "xml", "no such format", "text or json");
    refuses("--log", "api=loud", "", "info,api=debug");
}

#[test]
fn a_data_folder_that_is_a_file() {
    let message = Given::nothing()
        .file("taken", "")
        .flags(&["--data-dir", "taken"])
        .refused();
    assert!(
        message.contains("data_dir = \"taken\" (--data-dir): "),
        "{message}"
    );
}

#[test]
fn invalid_retention() {
    refuses("--retention-raw", "1h", "too short", "2h to 3650d");
    // Roll-ups by the minute are kept for 14 days.
    let message = Given::nothing()
        .flags(&["--retention-raw", "15d"])
        .refused();
    assert!(message.contains("retention_minutes"), "{message}");
}

#[test]
fn invalid_quota() {
    for value in ["0", "1.5", "many"] {
        refuses("--posted-quota", value, "not a whole number", "or none");
    }
}

#[test]
fn bound_on_resources_names_what_is_accepted() {
    for value in ["99", "1000001", "many"] {
        refuses(
            "--max-resources",
            value,
            "not a number",
            "from 100 to 1000000",
        );
    }
}

#[test]
fn bound_on_posted_series_names_what_is_accepted() {
    for value in ["99", "none"] {
        refuses(
            "--max-posted-series",
            value,
            "not a number",
            "from 100 to 10000000",
        );
    }
}

#[test]
fn invalid_switch() {
    refuses("--password-hashes", "maybe", "neither", "yes or no");
}

#[test]
fn invalid_keystone() {
    refuses(
        "--identity",
        "ldap",
        "no such service",
        "embedded or keystone",
    );
    refuses("--keystone-cache", "1m", "--identity keystone", "1s to 5m");
    let keystone = ["--only", "api", "--identity", "keystone"];
    refuses(
        "--keystone-domain",
        "Lab",
        "--identity keystone",
        "the name of a domain",
    );
    for flag in ["ca", "cert", "key"].map(|file| format!("--keystone-{file}-file")) {
        refuses(&flag, "/a.pem", "--identity keystone", "a PEM file");
    }
    for flag in ["ca", "cert", "key"].map(|file| format!("--metering-{file}-file")) {
        refuses(&flag, "/a.pem", "it needs --only web", "a PEM file");
    }
    for (given, missing) in [("cert", "key"), ("key", "cert")] {
        let message = Given::nothing()
            .flags(&keystone)
            .flags(&[format!("--keystone-{given}-file").as_str(), "/a.pem"])
            .refused();
        let expected = format!("it needs --keystone-{missing}-file too");
        assert!(message.contains(&expected), "{message}");
    }
    let message = Given::nothing().flags(&keystone).refused();
    for key in ["keystone_url", "keystone_password_file"] {
        assert!(message.contains(key), "{message}");
    }
    let message = Given::nothing()
        .flags(&keystone)
        .flags(&["--keystone-url", "https://keystone.example/v2.0"])
        .refused();
    assert!(message.contains("it does not end with /v3"), "{message}");
}

#[test]
fn a_keystone_that_a_part_alone_cannot_use() {
    let web = ["--only", "web", "--metering-url", "http://10.0.0.5:8777"];
    let refused = |flags: &[&str]| Given::nothing().flags(&web).flags(flags).refused();
    let message = refused(&["--identity", "keystone"]);
    assert!(message.contains("keystone_url"), "{message}");
    let message = refused(&["--keystone-url", "https://keystone.example/v3"]);
    assert!(message.contains("--identity keystone"), "{message}");
    let message = refused(&["--keystone-ca-file", "/ca.pem"]);
    assert!(message.contains("--identity keystone"), "{message}");
    let message = refused(&["--keystone-user", "warren"]);
    assert!(message.contains("validates no tokens"), "{message}");
    let keystone = ["--identity", "keystone", "--keystone-url", "http://k/v3"];
    let identity = ["--identity-url", "http://10.0.0.5:8777/identity/v3"];
    let message = refused(&[&keystone[..], &identity[..]].concat());
    assert!(message.contains("that is --keystone-url"), "{message}");
    let message = Given::nothing()
        .flags(&["--only", "api", "--keystone-domain", "Lab"])
        .refused();
    assert!(message.contains("no sign-in form"), "{message}");
}

#[test]
fn a_variable_is_named() {
    let message = Given::nothing().variable("WARREN_TICK", "fast").refused();
    assert!(
        message.starts_with("tick = \"fast\" (WARREN_TICK): "),
        "{message}"
    );
}

#[test]
fn a_line_of_the_file_is_named() {
    let message = Given::nothing()
        .toml("# ours\n\ntick = \"fast\"\n")
        .refused();
    assert!(
        message.starts_with("tick = \"fast\" (warren.toml:3): "),
        "{message}"
    );
}

#[test]
fn unknown_key() {
    let message = Given::nothing()
        .toml("tick = \"5s\"\ntickle = 1\n")
        .refused();
    assert!(
        message.starts_with("tickle (warren.toml:2): there is no such key"),
        "{message}"
    );
    assert!(message.contains("tick, listen"), "{message}");
    let message = Given::nothing()
        .toml("[[broker]]\nurl = \"http://localhost\"\nport = 1\n")
        .refused();
    assert!(
        message.starts_with("broker.port (warren.toml:3): there is no such key"),
        "{message}"
    );
}

#[test]
fn a_value_of_another_kind() {
    let message = Given::nothing().toml("tick = [\"5s\", \"6s\"]").refused();
    assert!(
        message.starts_with("tick (warren.toml:1): takes one value"),
        "{message}"
    );
    let message = Given::nothing()
        .toml("broker = \"http://localhost\"")
        .refused();
    assert!(message.contains("not a list of tables"), "{message}");
}

#[test]
fn a_table_without_an_address() {
    let message = Given::nothing()
        .toml("\n[[broker]]\nname = \"prod\"\n")
        .refused();
    assert!(
        message.starts_with("broker.url (warren.toml:2): it is missing"),
        "{message}"
    );
}

#[test]
fn a_password_given_twice() {
    let table = "[[broker]]\nurl = \"http://u:hunter2@host\"\npassword = \"hunter3\"\n";
    let message = Given::nothing().toml(table).refused();
    assert!(message.starts_with("broker.password (warren.toml:3): the password is given twice"));
    assert!(!message.contains("hunter"), "{message}");
}

#[test]
fn a_file_that_is_no_toml() {
    let message = Given::nothing()
        .toml("tick = 5s\npassword = \"hunter2\n")
        .refused();
    assert!(message.starts_with("warren.toml:1: "), "{message}");
    assert!(!message.contains("hunter2"), "{message}");
}

#[test]
fn a_named_file_that_is_not_there() {
    let message = Given::nothing()
        .flags(&["--config", "nowhere.toml"])
        .refused();
    assert!(
        message.starts_with("config = \"nowhere.toml\" (--config): "),
        "{message}"
    );
}

#[test]
fn the_dashboard_alone_without_an_api() {
    let message = Given::nothing().flags(&["--only", "web"]).refused();
    assert!(
        message.starts_with("metering_url (--only): it is missing"),
        "{message}"
    );
}

#[test]
fn conflicting_settings() {
    let message = Given::nothing()
        .flags(&["--metering-url", "http://api:8777"])
        .refused();
    assert!(message.contains("it needs --only web"), "{message}");
    let web = ["--only", "web", "--metering-url", "http://api:8777"];
    let message = Given::nothing()
        .flags(&web)
        .flags(&["--broker", "http://localhost"])
        .refused();
    assert!(
        message.contains("--only web watches no broker"),
        "{message}"
    );
}

#[test]
fn all_errors_are_reported_at_once() {
    let message = Given::nothing()
        .flags(&["--tick", "0s", "--only", "x", "--log-format", "y"])
        .refused();
    assert_eq!(message.lines().count(), 3, "{message}");
}

#[test]
fn no_refusal_shows_a_password() {
    for broker in [
        "prod=http://monitor:hunter2@",
        "http://monitor:hunter2@host?x",
        "a/b=http://monitor:hunter2@host",
        "amqp://monitor:hunter2@host",
        "http://monitor:hun/ter2@host:port",
    ] {
        let message = Given::nothing().flags(&["--broker", broker]).refused();
        assert!(
            !message.contains("hunter2") && !message.contains("ter2"),
            "{message}"
        );
    }
}

#[test]
fn no_debug_output_shows_a_password() {
    let given = Given::nothing().flags(&["--broker", "prod=http://monitor:hunter2@host"]);
    let shown = format!("{:?}", given.accepted());
    assert!(
        shown.contains("monitor") && !shown.contains("hunter2"),
        "{shown}"
    );
    let table =
        "[[broker]]\nurl = \"http://host\"\nusername = \"monitor\"\npassword = \"hunter2\"\n";
    let shown = format!("{:?}", Given::nothing().toml(table).accepted());
    assert!(
        shown.contains("monitor") && !shown.contains("hunter2"),
        "{shown}"
    );
}
