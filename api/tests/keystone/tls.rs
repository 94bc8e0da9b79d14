//! A Keystone behind TLS: private authorities and client certificates.

use std::sync::Arc;

use api::{ApiConfig, IdentityConfig, KeystoneConfig, TlsFiles};
use http::StatusCode;
use metering::requests::LogQuery;
use store::Store;
use test_brokers::KeystoneOptions;

use super::{BROKERS, Cloud, keystone_at, must_be_unavailable};
use crate::support::tls_listener::{listen, path};
use crate::support::{FakeBroker, TestApp, local, sqlite};

fn files(ca: Option<&str>, cert: Option<&str>) -> TlsFiles {
    TlsFiles {
        ca_key: "--keystone-ca-file".into(),
        ca: ca.map(path),
        cert_key: "--keystone-cert-file".into(),
        cert: cert.map(|name| path(&format!("{name}.pem"))),
        key_key: "--keystone-key-file".into(),
        key: cert.map(|name| path(&format!("{name}.key"))),
    }
}

/// Why tokens cannot be validated, if the system log says so.
async fn trouble(store: &Arc<dyn Store>) -> Option<String> {
    let query = LogQuery {
        limit: Some(1),
        source: Some("identity".into()),
        text: Some("Tokens cannot be validated".into()),
        ..LogQuery::default()
    };
    let page = store.logs(query, None).await.expect("a log");
    page.entries.into_iter().next().map(|entry| entry.desc)
}

#[tokio::test]
async fn keystone_with_a_private_authority_and_mutual_tls_validates_tokens() {
    let Some(cloud) = Cloud::start(KeystoneOptions::default()).await else {
        return;
    };
    let keystone: url::Url = cloud.keystone.url().parse().expect("a URL");
    let keystone = keystone.port().expect("a port");
    let one_sided = listen("broker", keystone, false).await;
    let mutual = listen("broker", keystone, true).await;
    let (cloud, token) = cloud.token("anna", Some("ops")).await;
    let fake = FakeBroker::start();
    for (port, tls, words) in [
        (one_sided, files(None, None), &["--keystone-ca-file"][..]),
        (one_sided, files(Some("ca.pem"), None), &[]),
        (mutual, files(Some("ca.pem"), Some("client")), &[]),
        (
            one_sided,
            files(Some("other-ca.pem"), None),
            &["other-ca.pem", "--keystone-ca-file"],
        ),
        (
            mutual,
            files(Some("ca.pem"), None),
            &["client certificate", "--keystone-cert-file"],
        ),
        (
            mutual,
            files(Some("ca.pem"), Some("stranger")),
            &["stranger.pem", "--keystone-cert-file"],
        ),
    ] {
        let mut config = cloud.with_keystone(local(&[("prod", &fake)]), "secret");
        let IdentityConfig::Keystone(keystone) = &mut config.identity else {
            unreachable!("it is one");
        };
        keystone.url = format!("https://localhost:{port}/v3")
            .parse()
            .expect("a URL");
        keystone.tls = tls.clone();
        let store = sqlite();
        let app = TestApp::with_store(config, Arc::clone(&store));
        let answer = app.get(&token, BROKERS).await;
        if words.is_empty() {
            assert_eq!(answer.status, StatusCode::OK, "{tls:?}");
            continue;
        }
        must_be_unavailable(&answer);
        let desc = app.until_some("prod", async || trouble(&store).await).await;
        for word in words {
            assert!(desc.contains(word), "{desc}");
        }
    }
}

#[tokio::test]
async fn keystone_certificate_file_that_cannot_be_used_is_named_at_the_start() {
    let fake = FakeBroker::start();
    for (tls, words) in [
        (
            files(Some("absent.pem"), None),
            ["--keystone-ca-file", "absent.pem", "No such file"],
        ),
        (
            files(None, Some("README")),
            ["--keystone-cert-file", "README.pem", "No such file"],
        ),
    ] {
        let keystone = KeystoneConfig {
            tls,
            ..keystone_at("https://localhost:9/v3", "secret")
        };
        let config = ApiConfig {
            identity: IdentityConfig::Keystone(Box::new(keystone)),
            ..local(&[("prod", &fake)])
        };
        let refused = api::Api::start(config, sqlite());
        let why = refused.expect_err("refused").to_string();
        for word in words {
            assert!(why.contains(word), "{why}");
        }
    }
}
