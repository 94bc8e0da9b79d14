//! No secret in the log, however much is logged.

#[path = "../../api/tests/it/support/captured_log.rs"]
mod captured_log;
#[path = "common/mod.rs"]
mod common;

use std::time::Duration;

use captured_log::CapturedLog;
use common::{Broker, PASSWORD, Running, USER, WRONG, session_cookie};
use server::config::{LogConfig, LogFormat};
use server::logging;

async fn until_logged(log: &CapturedLog, words: &str) {
    let written = async {
        while !log.text().contains(words) {
            tokio::time::sleep(Duration::from_millis(50)).await;
        }
    };
    let in_time = tokio::time::timeout(Duration::from_mins(1), written).await;
    in_time.unwrap_or_else(|_| panic!("not logged within a minute: {words}"));
}

#[tokio::test]
async fn no_secret_is_logged_at_any_level() {
    let log = CapturedLog::default();
    // Everything, also of those that are quiet unless asked for by name.
    let filter = "trace,tower_sessions=trace,tower_sessions_core=trace".to_owned();
    let config = LogConfig {
        format: LogFormat::Text,
        filter,
    };
    let subscriber = logging::subscriber(&config, log.clone(), false);
    tracing::subscriber::set_global_default(subscriber).expect("the only one of this process");

    let api = Running::start(&[]).await;
    // Its plugin, which does not answer, is read while the broker's statistics are off.
    let plugin = ["--broker-prometheus", "http://scraper:hunter4@127.0.0.1:1"];
    let _failing = Running::with_broker(Broker::without_statistics().await, &plugin).await;
    let apart = Running::web_only(&api.metering()).await;
    let mut secrets = vec![
        PASSWORD.to_owned(),
        "hunter2".to_owned(),
        "hunter3-wrong".to_owned(),
        "hunter4".to_owned(),
        // With the user name, as the plugin gets it.
        "c2NyYXBlcjpodW50ZXI0".to_owned(),
        // The same as the broker gets it.
        "bW9uaXRvcjpodW50ZXIyLcOkw58=".to_owned(),
    ];
    for running in [&api, &apart] {
        let wrong = running
            .post("/fn/sign_in", WRONG)
            .send()
            .await
            .expect("an answer");
        assert_eq!(session_cookie(wrong.headers()), "");
        let right = running.sign_in("").send().await.expect("an answer");
        let cookie = session_cookie(right.headers()).to_owned();
        let (cookie, _) = cookie.split_once(';').expect("a session");
        for path in ["/", "/brokers/prod", "/fn/viewer"] {
            running
                .get(path)
                .header("cookie", cookie)
                .send()
                .await
                .expect("an answer");
        }
        running
            .post("/fn/sign_out", "")
            .header("cookie", cookie)
            .send()
            .await
            .expect("an answer");
        secrets.push(cookie.split_once('=').expect("a value").1.to_owned());
    }
    let endpoints = client::Endpoints::at(api.metering().parse().expect("a URL"));
    let client = client::Client::new(client::HttpTransport::new().expect("a client"), endpoints);
    let signed_in = client
        .sign_in(&client::Credentials::new(USER, PASSWORD))
        .await
        .expect("in");
    signed_in.session.brokers().await.expect("brokers");
    secrets.push(signed_in.token.expose().to_owned());

    until_logged(&log, "the Prometheus plugin could not be read").await;
    let log = log.text();
    assert!(
        log.contains("TRACE") && log.contains("path=\"/fn/sign_in\""),
        "nothing was logged"
    );
    for secret in secrets {
        if let Some(line) = log.lines().find(|line| line.contains(&secret)) {
            panic!("a secret is in the log: {line}");
        }
    }
}
