//! Portals by flags, by variables and in the file, and what is refused.

use api::{PortalConfig, Shown};
use server::Config;

use crate::given::{Given, api, web};

const KEY: &str = "5f2b8c1e9d7a4f60b3c8e1d2a7f49065";
/// Of the text `abc`.
const HASH: &str = "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad";

fn portals(config: &Config) -> Vec<PortalConfig> {
    config.parts.portals().now().to_vec()
}

fn only(names: &[&str]) -> Shown {
    Shown::Only(names.iter().map(|&name| name.to_owned()).collect())
}

#[test]
fn by_flags_of_one_name() {
    let config = Given::nothing()
        .file("key", &format!("{KEY}\n"))
        .flags(&["--portal", "shop=https://shop.example"])
        .flags(&["--portal", "wiki=https://wiki.example"])
        .flags(&["--portal", "shop=https://shop.test:8443"])
        .flags(&[
            "--portal-key-file",
            "shop=key",
            "--portal-key-hash",
            &format!("wiki={HASH}"),
        ])
        .flags(&[
            "--portal-panel",
            "shop=nodes",
            "--portal-panel",
            "shop=churn",
        ])
        .flags(&[
            "--portal-broker",
            "shop=127.0.0.1",
            "--portal-vhost",
            "shop=/orders",
        ])
        .flags(&["--portal-rate-limit", "shop=60"])
        .accepted();
    let [shop, wiki] = &portals(&config)[..] else {
        panic!("{:?}", portals(&config));
    };
    assert_eq!(
        shop.origins,
        ["https://shop.example", "https://shop.test:8443"]
    );
    assert!(shop.key.as_ref().is_some_and(|hash| hash.is_of(KEY)));
    assert_eq!(shop.panels, only(&["nodes", "churn"]));
    assert_eq!(shop.brokers, only(&["127.0.0.1"]));
    assert_eq!(shop.vhosts, only(&["/orders"]));
    assert_eq!(
        (shop.rate_limit, wiki.rate_limit),
        (60, PortalConfig::RATE_LIMIT)
    );
    assert!(wiki.key.as_ref().is_some_and(|hash| hash.is_of("abc")));
    assert_eq!(wiki.panels, Shown::All);
    let (of_api, of_web) = (&api(&config).portals, &web(&config).portals);
    of_api.replace(Vec::new()).expect("accepted");
    assert!(of_web.now().is_empty(), "one list for both parts");
}

#[test]
fn in_the_file() {
    let config = Given::nothing()
        .file("key", KEY)
        .toml(
            "[[portal]]\nname = \"shop\"\norigins = [\"https://shop.example\"]\nkey_file = \"key\"\n\
             panels = [\"nodes\"]\nvhosts = \"/orders\"\nrate_limit = 60\n\
             [[portal]]\nname = \"horizon\"\norigins = \"https://horizon.example\"\n",
        )
        .accepted();
    let [shop, horizon] = &portals(&config)[..] else {
        panic!("{:?}", portals(&config));
    };
    assert!(shop.key.as_ref().is_some_and(|hash| hash.is_of(KEY)));
    assert_eq!(
        (&shop.panels, &shop.vhosts),
        (&only(&["nodes"]), &only(&["/orders"]))
    );
    assert_eq!(shop.rate_limit, 60);
    assert_eq!(horizon.origins, ["https://horizon.example"]);
    assert_eq!(horizon.key, None);
}

#[test]
fn flags_win_over_the_file() {
    let config = Given::nothing()
        .toml("[[portal]]\nname = \"shop\"\norigins = \"https://shop.example\"\n")
        .variable(
            "WARREN_PORTAL",
            "wiki=https://wiki.example blog=https://blog.example",
        )
        .accepted();
    let names: Vec<_> = portals(&config)
        .into_iter()
        .map(|portal| portal.name)
        .collect();
    assert_eq!(names, ["wiki", "blog"]);
}

#[test]
fn the_dashboard_alone_needs_no_keys() {
    let config = Given::nothing()
        .flags(&["--only", "web", "--metering-url", "http://localhost:8777"])
        .toml(
            "[[portal]]\nname = \"shop\"\norigins = \"https://shop.example\"\n\
             key_file = \"/run/secrets/of-another-machine\"\nbrokers = [\"prod\"]\n",
        )
        .accepted();
    assert!(web(&config).portals.admits("https://shop.example"));
}

#[test]
fn invalid_portals_are_refused_with_the_accepted_values() {
    let shop = ["--portal", "shop=https://shop.example"];
    for (flag, value, reason) in [
        ("--portal", "https://shop.example", "it has no name"),
        ("--portal", "shop", "it has no name"),
        (
            "--portal",
            "Shop=https://shop.example",
            "\"Shop\" cannot be used",
        ),
        (
            "--portal",
            "shop=https://shop.example/",
            "more than scheme, host and port",
        ),
        ("--portal", "shop=*", "not an address"),
        ("--portal-key-file", "shop=nowhere", "No such file"),
        (
            "--portal-key-file",
            "wiki=nowhere",
            "none of the portals shop",
        ),
        ("--portal-key-hash", "shop=abc", "not a SHA-256"),
        ("--portal-panel", "shop=No Panel", "not a panel's name"),
        (
            "--portal-broker",
            "shop=nobodys",
            "no such broker among 127.0.0.1",
        ),
        ("--portal-rate-limit", "shop=0", "not a number from 1 on"),
        ("--guest-key-rotation", "1m", "too short"),
    ] {
        let message = Given::nothing()
            .flags(&shop)
            .flags(&[flag, value])
            .refused();
        let key = flag.trim_start_matches("--").replace('-', "_");
        assert!(message.starts_with(&format!("{key} = ")), "{message}");
        assert!(
            message.contains(reason) && message.contains("; accepted: "),
            "{message}"
        );
    }
}

#[test]
fn invalid_portals_of_the_file_are_refused_with_their_line() {
    let refused = |lines: &str| {
        let portal = "[[portal]]\nname = \"shop\"\norigins = \"https://shop.example\"\n";
        Given::nothing().toml(&format!("{portal}{lines}")).refused()
    };
    for (lines, start, reason) in [
        (
            "origin = \"x\"\n",
            "portal.origin (warren.toml:4)",
            "no such key",
        ),
        (
            "panels = []\n",
            "portal.panels (warren.toml:1)",
            "it is empty",
        ),
        (
            "panels = [1, []]\n",
            "portal.panels (warren.toml:4)",
            "not a text",
        ),
        (
            "key = \"a\"\n",
            "portal.key (warren.toml:4)",
            "shorter than 24",
        ),
        (
            "rate_limit = -1\n",
            "portal.rate_limit = \"-1\" (warren.toml:4)",
            "from 1 on",
        ),
        (
            "[[portal]]\nname = \"wiki\"\n",
            "portal.origins (warren.toml:4)",
            "it is missing",
        ),
        (
            "[[portal]]\norigins = \"https://a.example\"\n",
            "portal.name (warren.toml:4)",
            "it is missing",
        ),
        (
            "[[portal]]\nname = \"shop\"\norigins = \"https://b.example\"\n",
            "portal.name (warren.toml:4)",
            "is given twice",
        ),
    ] {
        let message = refused(lines);
        assert!(message.starts_with(start), "{message}");
        assert!(message.contains(reason), "{message}");
    }
    let twice = format!("key = \"{KEY}\"\nkey_hash = \"{HASH}\"\n");
    let message = refused(&twice);
    assert!(
        message.contains("given twice") && !message.contains(KEY),
        "{message}"
    );
}
