use super::*;

fn with(change: impl FnOnce(&mut ApiConfig)) -> Result<(), String> {
    let broker = |name: &str, url: &str| BrokerConfig {
        name: name.into(),
        url: url.parse().expect("URL"),
        username: "guest".into(),
        password: "guest".into(),
        description: None,
        projects: Vec::new(),
    };
    let mut config = ApiConfig {
        brokers: vec![
            broker("prod", "http://127.0.0.1:15672"),
            broker("test", "https://mq.example/rabbit"),
        ],
        ..ApiConfig::default()
    };
    change(&mut config);
    config.check().map_err(|error| error.to_string())
}

#[test]
fn pinned_queues_have_the_resource_ids_of_their_samples() {
    let pinned = |vhost: &str, name: &str| PinnedQueue {
        broker: "prod".into(),
        vhost: vhost.into(),
        name: name.into(),
    };
    let config = ApiConfig {
        pinned_queues: vec![pinned("/", "amq.gen-x"), pinned("a%", "orders/eu")],
        ..ApiConfig::default()
    };
    let ids = config.pinned_resources();
    let ids: Vec<&str> = ids.iter().map(AsRef::as_ref).collect();
    assert_eq!(ids, ["prod/%2F/amq.gen-x", "prod/a%25/orders/eu"]);
}

#[test]
fn defaults_with_brokers_are_accepted() {
    assert_eq!(with(|_| ()), Ok(()));
    assert_eq!(
        with(|config| config.path_prefix = "/telemetry/v9".into()),
        Ok(())
    );
    assert_eq!(
        with(|config| config.cors_origins = vec!["https://portal.example:8443".into()]),
        Ok(())
    );
}

#[test]
fn invalid_settings_are_refused_with_their_value() {
    let refused = |change: fn(&mut ApiConfig), words: &str| {
        let message = with(change).expect_err(words);
        assert!(message.contains(words), "{message}");
    };
    refused(|c| c.brokers.clear(), "no broker");
    refused(|c| c.brokers[0].name = "a/b".into(), "\"a/b\"");
    refused(
        |c| c.brokers[0].name = "test".into(),
        "\"test\" is given twice",
    );
    refused(
        |c| c.brokers[0].url = "ftp://host".parse().expect("URL"),
        "\"prod\"",
    );
    refused(
        |c| c.brokers[0].url = "http://u:secret@host".parse().expect("URL"),
        "\"prod\"",
    );
    refused(|c| c.tick = Duration::ZERO, "tick 0ns");
    refused(
        |c| c.tick = Duration::from_micros(10_500),
        "whole milliseconds",
    );
    refused(|c| c.path_prefix = "/a/".into(), "\"/a/\"");
    refused(|c| c.path_prefix = "a".into(), "\"a\"");
    refused(|c| c.cors_origins = vec!["*".into()], "\"*\"");
    refused(
        |c| c.cors_origins = vec!["https://a.example/".into()],
        "\"https://a.example/\"",
    );
}

#[test]
fn a_refusal_never_shows_the_password_in_a_url() {
    let message = with(|c| c.brokers[0].url = "http://u:secret@host".parse().expect("URL"));
    assert!(!message.expect_err("refused").contains("secret"));
}

#[test]
fn the_base_carries_the_prefix_once() {
    let base = |public: Option<&str>, prefix: &str| {
        ApiConfig {
            public_url: public.map(|url| url.parse().expect("URL")),
            path_prefix: prefix.into(),
            ..ApiConfig::default()
        }
        .base_url()
    };
    assert_eq!(base(None, ""), "http://127.0.0.1:8777");
    assert_eq!(
        base(Some("https://mq.example/"), "/telemetry"),
        "https://mq.example/telemetry"
    );
    assert_eq!(
        base(Some("https://mq.example/telemetry"), "/telemetry"),
        "https://mq.example/telemetry"
    );
}

#[test]
fn networks_hold_their_addresses_alone() {
    let holds = |network: &str, address: &str| {
        network
            .parse::<Network>()
            .expect(network)
            .contains(address.parse().expect(address))
    };
    assert!(holds("127.0.0.1", "127.0.0.1"));
    assert!(holds("127.0.0.1", "::ffff:127.0.0.1"));
    assert!(!holds("127.0.0.1", "127.0.0.2"));
    assert!(holds("10.0.0.0/8", "10.255.0.1"));
    assert!(!holds("10.0.0.0/8", "11.0.0.1"));
    assert!(holds("0.0.0.0/0", "203.0.113.9"));
    assert!(!holds("0.0.0.0/0", "::1"));
    assert!(holds("fd00::/8", "fdab::1"));
    for text in ["", "10.0.0.0/33", "10.0.0", "10.0.0.0/", "::/129"] {
        assert!(text.parse::<Network>().is_err(), "{text:?} was read");
    }
}
