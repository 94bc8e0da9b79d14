//! Requests to the metering API for one poll of panels.

use client::{Client, Credentials, Endpoints, HttpTransport};
use serde_json::{Value, json};

use crate::common::{PASSWORD, USER};
use crate::guests::{SHOP, ask, sent, start, token};

#[tokio::test]
async fn a_poll_of_panels_is_one_request_to_the_metering_api() {
    let (running, _file) = start().await;
    let token = token(&running, 60).await;
    let wants = ["overview", "tiles", "queued-messages", "nodes", "about"]
        .map(|panel| json!({"panel": panel, "broker": "prod", "depth": 600_000, "length": 60_000}));
    let asked = ask(&running, SHOP).header("x-auth-token", &token);
    let text = sent(asked.body(json!({"wants": wants}).to_string())).await;
    let text = text.text().await.expect("a body");
    let answers: Vec<Value> = serde_json::from_str(&text).expect("JSON");
    assert_eq!(answers.len(), wants.len());
    for answer in &answers {
        assert!(answer["Ok"]["broker"].is_object(), "{answer}");
    }
    let endpoints = Endpoints::at(running.metering().parse().expect("a URL"));
    let client = Client::new(HttpTransport::new().expect("a client"), endpoints);
    let signed_in = client.sign_in(&Credentials::new(USER, PASSWORD)).await;
    let portals = signed_in.expect("signed in").session.portals().await;
    let portals = portals.expect("portals");
    let shop = portals.iter().find(|portal| portal.name == "shop");
    assert_eq!(shop.map(|shop| shop.reads), Some(1));
}
