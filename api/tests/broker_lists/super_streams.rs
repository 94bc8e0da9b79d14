//! The super streams of a real broker.

use serde_json::{Value, json};
use test_brokers::{Management, Options, PrivateBroker};

use super::{app, segment, start};
use crate::common::blocking;

#[tokio::test]
async fn super_streams_have_their_streams_in_the_order_of_partitions() {
    let broker = start(Options::default()).await;
    let url = broker.management_url();
    blocking(move || {
        let management = Management::new(&url, PrivateBroker::USER, PrivateBroker::PASSWORD);
        for vhost in ["hers/<b>", "theirs"].map(segment) {
            let exchange = |name: &str, arguments: Value| {
                let body = json!({"type": "direct", "durable": true, "arguments": arguments});
                let path = format!("/api/exchanges/{vhost}/{name}");
                management.put(&path, &body).expect("an exchange");
            };
            exchange("invoices", json!({"x-super-stream": true}));
            exchange("empty", json!({"x-super-stream": true}));
            exchange("plain", json!({}));
            exchange("switched-off", json!({"x-super-stream": false}));
            // Neither names nor keys sort as the partitions do.
            for (order, stream, key) in [
                (2, "invoices-a", "k1"),
                (0, "invoices-b", "k3"),
                (1, "invoices-c", "k2"),
            ] {
                let body = json!({"durable": true, "arguments": {"x-queue-type": "stream"}});
                let path = format!("/api/queues/{vhost}/{stream}");
                management.put(&path, &body).expect("a stream");
                for (source, order) in [("invoices", order), ("plain", 7)] {
                    let arguments = json!({"x-stream-partition-order": order});
                    let body = json!({"routing_key": key, "arguments": arguments});
                    let path = format!("/api/bindings/{vhost}/e/{source}/q/{stream}");
                    management.post(&path, &body).expect("a binding");
                }
            }
        }
    })
    .await;
    let app = app(&broker).await;
    let invoices = |vhost: &str| {
        json!({
            "name": "invoices", "vhost": vhost, "partition_count": 3,
            "partitions": ["invoices-b", "invoices-c", "invoices-a"],
            "routing_keys": ["k3", "k2", "k1"],
            "arguments": {"x-super-stream": true},
            "user_who_performed_action": PrivateBroker::USER,
        })
    };
    let name = |row: &Value| row["name"].as_str().expect("a name").to_owned();
    for (tag, vhosts) in [
        ("management", &["hers/<b>"][..]),
        ("administrator", &["hers/<b>", "theirs"][..]),
    ] {
        let token = app.sign_in(tag, "secret").await;
        let rows = app.get(&token, "/v2/rabbit/super-streams").await.ok();
        let rows = rows.as_array().expect("a list");
        let names: Vec<_> = rows.iter().map(name).collect();
        assert_eq!(names, ["empty", "invoices"].repeat(vhosts.len()), "{tag}");
        for vhost in vhosts {
            assert!(rows.contains(&invoices(vhost)), "{tag}: {rows:?}");
        }
        assert_eq!(rows[0]["partition_count"], 0, "{tag}");
    }
    let token = app.sign_in("administrator", "secret").await;
    let path = "/v2/rabbit/super-streams?page=1&sort=partition_count&sort_reverse=true&name=i";
    let page = app.get(&token, path).await.ok();
    assert_eq!(page["items"][0], invoices("hers/<b>"));
    assert_eq!(page["filtered_count"], 2);
    drop(broker);
}
