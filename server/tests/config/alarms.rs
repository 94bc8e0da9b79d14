//! Built-in rules in the file, and who is notified.

use std::time::Duration;

use api::{AlertConfig, RuleOverride};
use server::Config;
use server::config::Parts;

use crate::given::Given;

fn alerts(config: Config) -> AlertConfig {
    match config.parts {
        Parts::Both(_, api) | Parts::Api(api) => api.api.alerts,
        Parts::Web(..) => panic!("it watches nothing"),
    }
}

#[test]
fn tables_change_rules() {
    let config = Given::nothing()
        .flags(&["--broker", "prod=http://guest:guest@mq:15672"])
        .toml(
            "[[alarm]]\nrule = \"fd-high\"\nfor = \"5m\"\nkeep_firing_for = \"0s\"\nthreshold = 0.9\n\
             [[alarm]]\nrule = \"basic-get\"\nbroker = \"prod\"\nenabled = false\n",
        )
        .accepted();
    let expected = [
        RuleOverride {
            rule: "fd-high".into(),
            broker: None,
            enabled: None,
            hold: Some(Duration::from_mins(5)),
            keep: Some(Duration::ZERO),
            threshold: Some(0.9),
        },
        RuleOverride {
            rule: "basic-get".into(),
            broker: Some("prod".into()),
            enabled: Some(false),
            hold: None,
            keep: None,
            threshold: None,
        },
    ];
    assert_eq!(alerts(config).overrides, expected);
}

#[test]
fn refusal_of_a_table_names_key_and_line() {
    for (table, expected, accepted) in [
        (
            "rule = \"nope\"",
            "alarm.rule = \"nope\" (warren.toml:2): there is no such rule",
            "memory-alarm",
        ),
        (
            "enabled = true",
            "alarm.rule (warren.toml:1): it is missing",
            "memory-alarm",
        ),
        (
            "rule = \"fd-high\"\nbroker = \"test\"",
            "alarm.broker = \"test\" (warren.toml:3): there is no such broker",
            "prod",
        ),
        (
            "rule = \"node-down\"\nthreshold = 2",
            "alarm.threshold = \"2\" (warren.toml:3): the rule has no threshold",
            "a number",
        ),
        (
            "rule = \"fd-high\"\nthreshold = \"high\"",
            "alarm.threshold = \"high\" (warren.toml:3)",
            "0.8",
        ),
        (
            "rule = \"fd-high\"\nfor = \"5\"",
            "alarm.for = \"5\" (warren.toml:3): it has no unit",
            "0s to 30d",
        ),
        (
            "rule = \"fd-high\"\nsince = 1",
            "alarm.since (warren.toml:3): there is no such key",
            "threshold",
        ),
    ] {
        let message = Given::nothing()
            .flags(&["--broker", "prod=http://guest:guest@mq:15672"])
            .toml(&format!("[[alarm]]\n{table}\n"))
            .refused();
        assert!(message.contains(expected), "{message} lacks {expected}");
        assert!(message.contains(accepted), "{message} lacks {accepted}");
    }
}

#[test]
fn webhooks_are_named_by_flag_variable_or_file() {
    let url = "https://hooks.example/T1?token=abc";
    for given in [
        Given::nothing().flags(&["--alarm-webhook", url]),
        Given::nothing().variable("WARREN_ALARM_WEBHOOK", url),
        Given::nothing().toml(&format!("alarm_webhook = [\"{url}\", \"{url}\"]\n")),
    ] {
        let webhooks = alerts(given.accepted()).webhooks;
        let urls: Vec<_> = webhooks
            .iter()
            .map(|webhook| webhook.url.as_str())
            .collect();
        assert_eq!(urls, [url]);
    }
}

#[test]
fn refusal_of_a_webhook_does_not_repeat_its_address() {
    for url in [
        "ftp://hooks.example/secret",
        "https://me:secret@hooks.example",
        "secret",
    ] {
        let message = Given::nothing().flags(&["--alarm-webhook", url]).refused();
        assert!(
            message.starts_with("alarm_webhook (--alarm-webhook): "),
            "{message}"
        );
        assert!(!message.contains("secret"), "{message}");
    }
}
