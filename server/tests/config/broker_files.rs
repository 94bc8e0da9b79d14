//! Certificates and tokens for brokers.

use crate::given::{Given, api};

#[test]
fn a_brokers_files_are_named_by_flag_or_in_its_table() {
    let given = Given::nothing()
        .toml(
            "[[broker]]\nname = \"a\"\nurl = \"https://a.example\"\ntoken_file = \"a.token\"\n\
             ca_file = \"a.pem\"\n[[broker]]\nname = \"b\"\nurl = \"https://u:p@b.example\"",
        )
        .flags(&[
            "--broker-ca-file",
            "b=/etc/b.pem",
            "--broker-cert-file",
            "b=b-client.pem",
            "--broker-key-file",
            "b=b-client.key",
        ]);
    let config = given.accepted();
    let access = &api(&config).broker_access;
    let here = |name: &str| Some(given.directory().join(name));
    assert_eq!((&*access[0].broker, &*access[1].broker), ("a", "b"));
    assert_eq!(access[0].token_file, here("a.token"));
    assert_eq!(access[0].tls.ca, here("a.pem"));
    assert_eq!(access[1].token_file, None);
    assert_eq!(access[1].tls.ca, Some("/etc/b.pem".into()));
    assert_eq!(access[1].tls.cert, here("b-client.pem"));
    assert_eq!(access[1].tls.key, here("b-client.key"));
}

#[test]
fn a_certificate_needs_its_key_and_a_file_its_broker() {
    let broker = ["--broker", "https://u:p@mq.example"];
    for (flags, words) in [
        (
            ["--broker-cert-file", "c.pem"],
            ["--broker-cert-file", "it needs --broker-key-file too"],
        ),
        (
            ["--broker-key-file", "c.key"],
            ["--broker-key-file", "it needs --broker-cert-file too"],
        ),
    ] {
        let message = Given::nothing().flags(&broker).flags(&flags).refused();
        for word in words {
            assert!(message.contains(word), "{message}");
        }
    }
    let message = Given::nothing()
        .flags(&["--broker", "a=https://u:p@a", "--broker", "b=https://u:p@b"])
        .flags(&["--broker-ca-file", "/ca.pem"])
        .refused();
    assert!(
        message.contains("names none of the brokers a, b"),
        "{message}"
    );
}

#[test]
fn with_a_token_a_broker_needs_no_account() {
    let given = Given::nothing().flags(&[
        "--broker",
        "https://mq.example",
        "--broker-token-file",
        "token",
    ]);
    assert_eq!(api(&given.accepted()).brokers[0].username, "");
}
