//! A Keystone behind TLS with a private authority.

use client::{Client, ClientError, Credentials, Endpoints, HttpOptions, HttpTransport, TlsFiles};
use test_brokers::KeystoneOptions;

use crate::cloud::{Cloud, seen, session, sign_in};
use crate::common::{Broker, Running, header};
use crate::tls_listener;

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
