//! How long guest tokens live: their own time, their source, and the rotation of keys.

use std::sync::Arc;
use std::time::Duration;

use api::{ApiConfig, Clock};
use http::{Method, StatusCode};
use metering::Timestamp;
use serde_json::json;
use store::Store;
use store::testing::NaiveStore;

use crate::guests::{config, fake, ready};
use crate::support::{FakeBroker, TestApp};

/// The service at some time of a clock that stands, on a store that others used before.
fn at(fake: &FakeBroker, store: &Arc<dyn Store>, seconds: i64) -> TestApp {
    let start = Timestamp::from_millis((1_800_000_000 + seconds) * 1000);
    let clock = Clock::Fixed {
        start,
        origin: tokio::time::Instant::now(),
    };
    let config = ApiConfig {
        clock,
        ..config(fake)
    };
    TestApp::with_store(config, Arc::clone(store))
}

async fn opens(app: &TestApp, token: &str) -> bool {
    match app.get(token, "/v2/rabbit/brokers").await.status {
        StatusCode::OK => true,
        StatusCode::UNAUTHORIZED => false,
        status => panic!("{status}"),
    }
}

#[tokio::test]
async fn token_lives_ten_minutes_and_survives_a_restart() {
    let fake = fake();
    let store: Arc<dyn Store> = Arc::new(NaiveStore::new());
    let token = at(&fake, &store, 0).guest(json!({})).await;
    assert!(
        opens(&at(&fake, &store, 590), &token).await,
        "after a restart"
    );
    assert!(
        opens(&at(&fake, &store, 615), &token).await,
        "clocks differ"
    );
    assert!(
        !opens(&at(&fake, &store, 640), &token).await,
        "it has ended"
    );
    assert!(
        opens(&at(&fake, &store, -20), &token).await,
        "clocks differ"
    );
    assert!(
        !opens(&at(&fake, &store, -60), &token).await,
        "it is of the future"
    );
    let elsewhere: Arc<dyn Store> = Arc::new(NaiveStore::new());
    assert!(
        !opens(&at(&fake, &elsewhere, 1), &token).await,
        "another service's key"
    );
}

#[tokio::test]
async fn token_ends_with_the_token_it_was_issued_for() {
    let fake = fake();
    let mut config = config(&fake);
    config.token_lifetime = Duration::from_mins(5);
    let (app, admin) = ready(config).await;
    let answer = app.ask_for_guest(("x-auth-token", &admin), json!({})).await;
    let ends: Timestamp = answer.json()["expires_at"]
        .as_str()
        .expect("a time")
        .parse()
        .expect("a time");
    let lives = ends.as_millis() - Clock::System.now().as_millis();
    assert!((280_000..=300_000).contains(&lives), "{lives} ms");
}

#[tokio::test]
async fn key_stays_valid_for_one_rotation() {
    let fake = fake();
    let (app, admin) = ready(config(&fake)).await;
    let first = app.guest(json!({})).await;
    let rotate = async |token: &str| {
        let headers = [("x-auth-token", token)];
        let answer = app.request(Method::POST, "/v2/rabbit/guest-keys", &headers);
        answer.await.status
    };
    assert_eq!(rotate(&admin).await, StatusCode::CREATED);
    let second = app.guest(json!({})).await;
    assert!(opens(&app, &first).await && opens(&app, &second).await);
    assert_eq!(rotate(&admin).await, StatusCode::CREATED);
    assert!(!opens(&app, &first).await && opens(&app, &second).await);
    let mona = app.sign_in("mona", "secret").await;
    assert_eq!(rotate(&mona).await, StatusCode::FORBIDDEN);
    assert_eq!(rotate(&first).await, StatusCode::UNAUTHORIZED);
}

#[tokio::test]
async fn keys_rotate_automatically() {
    let fake = fake();
    let store: Arc<dyn Store> = Arc::new(NaiveStore::new());
    let kid = |token: &str| token.split('.').next().expect("a head").to_owned();
    let days = |n: i64| n * 24 * 3600;
    let first = kid(&at(&fake, &store, 0).guest(json!({})).await);
    let same = kid(&at(&fake, &store, days(29)).guest(json!({})).await);
    let next = kid(&at(&fake, &store, days(31)).guest(json!({})).await);
    assert_eq!(first, same);
    assert_ne!(first, next);
}
