//! Lists of a broker whose statistics are switched off.

use api::PrometheusConfig;
use serde_json::json;
use test_brokers::{Management, Options, PrivateBroker};

use super::{app, app_with, free_port, hostile, segment, start};
use crate::common::blocking;

#[tokio::test]
async fn without_statistics_queue_depths_are_reported() {
    let options = Options::default().conf("management_agent.disable_metrics_collector = true");
    let broker = start(options).await;
    let app = app(&broker).await;
    let token = app.sign_in("administrator", "secret").await;
    let page = app
        .get(
            &token,
            "/v2/rabbit/queues?page=1&sort=messages&sort_reverse=true",
        )
        .await
        .ok();
    assert_eq!(page["total_count"], 2 * hostile().len());
    let row = &page["items"][0];
    assert!(
        row["messages"].is_i64() && row["type"] == "classic",
        "{row}"
    );
    assert!(row.get("message_stats").is_none(), "{row}");
    drop(broker);
}

#[tokio::test]
async fn without_statistics_lists_work_and_name_missing_fields() {
    let port = free_port();
    let options = Options::default()
        .plugin("rabbitmq_prometheus")
        .conf("management_agent.disable_metrics_collector = true")
        .conf("prometheus.tcp.ip = 127.0.0.1")
        .conf(format!("prometheus.tcp.port = {port}"));
    let broker = start(options).await;
    let publish = json!({"properties": {}, "routing_key": "tab\there", "payload": "x", "payload_encoding": "string"});
    let management = broker.management_url();
    blocking(move || {
        let management = Management::new(&management, PrivateBroker::USER, PrivateBroker::PASSWORD);
        let path = format!("/api/exchanges/{}/amq.default/publish", segment("hers/<b>"));
        management.post(&path, &publish).expect("published");
    })
    .await;

    // The management API alone.
    let app = app(&broker).await;
    let token = app.sign_in("administrator", "secret").await;
    let get = async |path: &str| app.get(&token, &format!("/v2/rabbit/{path}")).await;
    let overview = app
        .until_some("prod", async || {
            let overview = get("overview").await.ok();
            overview["queue_totals"]["messages"]
                .is_i64()
                .then_some(overview)
        })
        .await;
    assert_eq!(
        overview["queue_totals"]["messages"], 1,
        "summed from the list"
    );
    let missing = overview["missing"].to_string();
    for field in ["message_stats", "object_totals.channels", "nodes"] {
        assert!(missing.contains(field), "{missing}");
    }
    let page = get("queues?page=1").await.ok();
    let missing = page["missing"].to_string();
    assert!(
        missing.contains("message_stats") && missing.contains("consumers"),
        "{missing}"
    );
    for list in ["channels", "consumers"] {
        let answer = get(list).await;
        assert_eq!(answer.status, http::StatusCode::NOT_FOUND, "{list}");
        let body = answer.json().to_string();
        assert!(body.contains("statistics are off"), "{body}");
    }
    for list in [
        "connections",
        "exchanges",
        "bindings",
        "vhosts",
        "policies",
        "users",
    ] {
        assert_eq!(get(list).await.status, http::StatusCode::OK, "{list}");
    }
    let vhost = segment("hers/<b>");
    let queue = get(&format!("queues/{vhost}/{}", segment("tab\there")))
        .await
        .ok();
    assert_eq!(queue["messages"], 1, "{queue}");
    let exchange = get(&format!("exchanges/{vhost}/amq.direct")).await.ok();
    assert_eq!(exchange["type"], "direct");
    let exchange = get(&format!("exchanges/{vhost}/amq.default")).await.ok();
    assert!(exchange["bindings_source"].is_array(), "{exchange}");
    let health = get("health").await.ok();
    assert!(health.to_string().contains("disable_stats"), "{health}");
    drop(app);

    // With its Prometheus plugin.
    let plugin = PrometheusConfig {
        broker: "prod".into(),
        url: format!("http://127.0.0.1:{port}").parse().expect("URL"),
        login: None,
    };
    let app = app_with(&broker, vec![plugin]).await;
    let token = app.sign_in("administrator", "secret").await;
    let overview = app
        .until_some("prod", async || {
            let overview = app.get(&token, "/v2/rabbit/overview").await.ok();
            let published = overview["message_stats"]["publish"].as_i64();
            published
                .is_some_and(|published| published >= 1)
                .then_some(overview)
        })
        .await;
    let missing = overview["missing"].to_string();
    assert!(
        !missing.contains("message_stats") && !missing.contains("nodes"),
        "{missing}"
    );
    assert!(overview["object_totals"]["channels"].is_i64(), "{overview}");
    let nodes = app.get(&token, "/v2/rabbit/nodes").await.ok();
    assert!(nodes[0]["mem_used"].as_i64() > Some(1_000_000), "{nodes}");
    let page = app.get(&token, "/v2/rabbit/queues?page=1").await.ok();
    assert_eq!(page["items"][0]["consumers"], 0, "{}", page["items"][0]);
    drop(app);
    drop(broker);
}
