//! `GET /v2/rabbit/nodes`.

use metering::Node;
use test_fixtures::broker_answer_as;

use crate::support::{FakeBroker, TestApp};

#[tokio::test]
async fn nodes_equal_those_of_the_broker() {
    let fake = FakeBroker::start();
    let (app, token) = TestApp::ready(&fake).await;
    let nodes: Vec<Node> =
        serde_json::from_value(app.get(&token, "/v2/rabbit/nodes").await.ok()).expect("nodes");
    let expected: Vec<Node> = broker_answer_as("3.10.8", "nodes");
    assert_eq!(nodes, expected);
}
