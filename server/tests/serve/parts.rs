use http::StatusCode;
use server::{Server, StartError};

use crate::common::{Running, configuration, header, session_cookie};
use crate::tls_listener;

#[tokio::test]
async fn the_two_parts_work_apart() {
    let api = Running::start(&[]).await;
    let web = Running::web_only(&api.metering()).await;
    let answer = web.sign_in("").send().await.expect("an answer");
    let cookie = session_cookie(answer.headers()).to_owned();
    let (cookie, _) = cookie.split_once(';').expect("a session");
    let viewer = web.read("/fn/viewer").header("cookie", cookie);
    let viewer = viewer.send().await.expect("an answer");
    assert_eq!(viewer.status(), StatusCode::OK);
    assert!(viewer.text().await.expect("a viewer").contains("\"prod\""));
}

#[tokio::test]
async fn metering_api_with_a_private_authority_and_mutual_tls_serves_a_dashboard_elsewhere() {
    let api = Running::start(&[]).await;
    let port = api.server.metering().expect("an API").port();
    let port = tls_listener::listen("broker", port, true).await;
    let url = format!("https://localhost:{port}");
    let files = ["ca.pem", "other-ca.pem", "client.pem", "client.key"].map(tls_listener::path);
    let [ca, other_ca, cert, key] = files.each_ref().map(|path| path.to_str().expect("UTF-8"));
    let shown = ["--metering-cert-file", cert, "--metering-key-file", key];
    for (flags, signs_in) in [
        ([&["--metering-ca-file", ca][..], &shown].concat(), true),
        (vec!["--metering-ca-file", ca], false),
        (
            [&["--metering-ca-file", other_ca][..], &shown].concat(),
            false,
        ),
        (shown.to_vec(), false),
    ] {
        let web = Running::web_only_with(&url, &flags).await;
        let answer = web.sign_in("").send().await.expect("an answer");
        let location = header(answer.headers(), "location");
        let is_in = !location.starts_with("/sign-in?error=unavailable");
        assert_eq!(is_in, signs_in, "{flags:?}: {location}");
    }
}

#[tokio::test]
async fn the_catalog_names_the_address_that_was_bound() {
    let running = Running::start(&[]).await;
    let endpoints = client::Endpoints::at(running.metering().parse().expect("a URL"));
    let client = client::Client::new(client::HttpTransport::new().expect("a client"), endpoints);
    let credentials = client::Credentials::new(crate::common::USER, crate::common::PASSWORD);
    let signed_in = client.sign_in(&credentials).await.expect("signed in");
    let catalog = &signed_in.account.catalog;
    let metering = catalog
        .iter()
        .find(|service| service.service_type == "metering");
    let urls = &metering.expect("an entry").endpoints;
    assert!(
        urls.iter()
            .all(|found| found.url.starts_with(&running.metering())),
        "{urls:?}"
    );
}

#[tokio::test]
async fn a_path_may_stand_in_front_of_the_api() {
    let running = Running::start(&["--api-base-path", "/telemetry"]).await;
    let answer = running.sign_in("").send().await.expect("an answer");
    assert_eq!(
        header(answer.headers(), "location"),
        "/",
        "the dashboard does not find the API"
    );
    let client = crate::common::browser();
    let url = format!("{}/telemetry/v2/rabbit/brokers", running.metering());
    let answer = client.get(url).send().await.expect("an answer");
    assert_eq!(answer.status(), StatusCode::UNAUTHORIZED);
}

#[tokio::test]
async fn a_taken_port_is_named_with_its_key() {
    let taken = std::net::TcpListener::bind("127.0.0.1:0").expect("a port");
    let address = taken.local_addr().expect("an address").to_string();
    let flags = ["warren", "serve", "--only", "api", "--api-listen", &address];
    let Err(error) = Server::start(configuration(flags.into_iter())).await else {
        panic!("it started");
    };
    assert!(matches!(
        error,
        StartError::Listen {
            key: "api_listen",
            ..
        }
    ));
    assert!(error.to_string().contains(&address), "{error}");
}
