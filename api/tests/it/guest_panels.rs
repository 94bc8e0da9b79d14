//! What the panels of a guest token, and the view of a share link, open of the metering API.

use http::StatusCode;
use metering::Timestamp;
use metering::panel::Panel;
use serde_json::{Value, json};

use crate::support::guest::{shop, with_portals};
use crate::support::{FakeBroker, TestApp, local};

const NODE: &str = "warren@localhost";

fn queue(vhost: &str, name: &str) -> Value {
    json!({"vhost": vhost, "name": name, "messages": 1, "messages_details": {"rate": 0.0},
        "message_stats": {"publish": 7}, "policy": "p",
        "consumer_details": [{"consumer_tag": "t"}]})
}

fn fake() -> FakeBroker {
    let fake = FakeBroker::start();
    fake.set_vhosts(json!([{"name": "a", "messages": 10}, {"name": "b", "messages": 200}]));
    fake.set_list(
        "queues",
        json!([queue("a", "alpha"), queue("a", "order"), queue("b", "beta")]),
    );
    fake.set_list("queues/a/alpha", queue("a", "alpha"));
    fake.set_list(
        "nodes/warren%40localhost",
        json!({"name": NODE, "mem_used": 5, "mem_used_details": {"rate": 0.0}, "disk_free": 6,
            "io_read_count": 1, "io_read_bytes": 2, "config_files": ["/etc/rabbitmq"]}),
    );
    fake
}

/// With a broker that has answered twice, and the token of an administrator.
async fn ready(fake: &FakeBroker) -> (TestApp, String) {
    let app = TestApp::with(with_portals(local(&[("prod", fake)]), vec![shop()]));
    let admin = app.sign_in("guest", "guest").await;
    app.polls("prod", 2).await;
    (app, admin)
}

/// Whether a token opens a path.
async fn opens(app: &TestApp, token: &str, path: &str) -> bool {
    loop {
        let answer = app.get(token, path).await;
        match answer.status {
            StatusCode::OK => return true,
            StatusCode::FORBIDDEN => return false,
            // The machine is busy, and polls are late: the broker is not asked meanwhile.
            StatusCode::SERVICE_UNAVAILABLE => app.polls("prod", 1).await,
            status => panic!("{path}: {status} {:?}", answer.body),
        }
    }
}

/// The requests that panels are made of, with a word for each.
const REQUESTS: [(&str, &str); 14] = [
    ("dashboard", "/v2/rabbit/dashboard"),
    ("nodes", "/v2/rabbit/nodes"),
    ("node", "/v2/rabbit/nodes/warren%40localhost"),
    ("queue", "/v2/rabbit/queues/a/alpha"),
    ("queues", "/v2/rabbit/queues"),
    ("log", "/v2/logs"),
    ("depths", "/v2/rabbit/series?meter=rabbit.messages"),
    ("rates", "/v2/rabbit/series?meter=rabbit.publish.rate"),
    ("totals", "/v2/rabbit/series?meter=rabbit.connections"),
    ("churn", "/v2/rabbit/series?meter=rabbit.queue_created.rate"),
    (
        "memory",
        "/v2/rabbit/series?meter=rabbit.node.memory&resource=prod/warren@localhost",
    ),
    (
        "disk",
        "/v2/rabbit/series?meter=rabbit.node.disk_free&resource=prod/warren@localhost",
    ),
    (
        "queue depths",
        "/v2/rabbit/series?meter=rabbit.messages&resource=prod/a/alpha",
    ),
    (
        "vhost depths",
        "/v2/rabbit/series?meter=rabbit.messages&resource=prod/a/",
    ),
];

#[tokio::test]
async fn each_panel_opens_only_its_own_data() {
    let fake = fake();
    let (app, _) = ready(&fake).await;
    for panel in Panel::ALL {
        let expected = match panel {
            Panel::Overview => "dashboard nodes log depths rates totals churn",
            Panel::Tiles => "dashboard totals",
            Panel::QueuedMessages => "dashboard log depths",
            Panel::MessageRates => "dashboard log rates",
            Panel::Objects => "dashboard log totals",
            Panel::Churn => "dashboard log churn",
            Panel::Nodes | Panel::Alarms => "dashboard nodes",
            Panel::ChurnTotals
            | Panel::About
            | Panel::Listeners
            | Panel::Contexts
            | Panel::ExchangeTypes => "dashboard",
            Panel::QueueDepth => "dashboard queue log queue-depths",
            Panel::QueueRates => "dashboard queue log",
            Panel::QueueFacts => "dashboard queue",
            Panel::NodeMemory => "dashboard node log memory",
            Panel::NodeDisk => "dashboard node log disk",
            Panel::NodeFiles | Panel::NodeProcesses | Panel::NodeIo | Panel::NodeIoBytes => {
                "dashboard node log"
            }
            Panel::NodeFacts => "dashboard nodes node",
        };
        let token = app.guest(json!({"panels": [panel.word()]})).await;
        let mut open = Vec::new();
        for (word, path) in REQUESTS {
            if opens(&app, &token, path).await {
                open.push(word.replace(' ', "-"));
            }
        }
        assert_eq!(open.join(" "), expected, "{}", panel.word());
    }
}

#[tokio::test]
async fn dashboard_has_only_the_parts_of_the_panels() {
    let fake = fake();
    let (app, _) = ready(&fake).await;
    let dashboard = async |panels: Value| {
        let token = app.guest(json!({"panels": panels})).await;
        let path = "/v2/rabbit/dashboard?length=600000";
        app.get(&token, path).await.ok()
    };
    let meters = |series: &Value| -> Vec<String> {
        let columns = series["columns"].as_array().into_iter().flatten();
        let names = columns.map(|column| column["meter"].as_str().expect("a meter").to_owned());
        names.collect()
    };
    let shown = dashboard(json!(["queued-messages"])).await;
    for series in ["series", "charts"] {
        let meters = meters(&shown[series]);
        assert!(!meters.is_empty(), "{series} of {shown}");
        let is_depth = |meter: &String| meter.starts_with("rabbit.messages");
        assert!(meters.iter().all(is_depth), "{meters:?}");
    }
    assert_eq!(shown.get("nodes"), None);
    let overview = shown["overview"].as_object().expect("an object");
    assert_eq!(overview.keys().collect::<Vec<_>>(), ["observed_at"]);
    let shown = dashboard(json!(["tiles", "alarms"])).await;
    assert!(shown["overview"]["object_totals"].is_object());
    assert_eq!(shown["overview"].get("listeners"), None);
    assert_eq!(shown["nodes"][0]["name"], NODE);
    assert_eq!(shown["nodes"][0].get("mem_used"), None);
    let shown = dashboard(json!(["listeners"])).await;
    assert!(shown["overview"]["listeners"].is_array());
    assert_eq!(meters(&shown["series"]), Vec::<String>::new());
    // Two tokens of different panels never share a validator.
    let etag = async |panel: &str| {
        let token = app.guest(json!({"panels": [panel]})).await;
        let answer = app.get(&token, "/v2/rabbit/overview").await;
        answer.header("etag").expect("a validator").to_owned()
    };
    assert_ne!(etag("tiles").await, etag("listeners").await);
}

#[tokio::test]
async fn queue_and_node_have_only_the_fields_of_the_panel() {
    let fake = fake();
    let (app, _) = ready(&fake).await;
    let keys = async |panel: &str, path: &str| {
        let token = app.guest(json!({"panels": [panel]})).await;
        let object = app.get(&token, &format!("/v2/rabbit/{path}")).await.ok();
        let mut keys: Vec<_> = object
            .as_object()
            .expect("an object")
            .keys()
            .cloned()
            .collect();
        keys.sort();
        keys.join(" ")
    };
    let queue = "queues/a/alpha";
    assert_eq!(
        keys("queue-depth", queue).await,
        "messages messages_details name vhost"
    );
    assert_eq!(keys("queue-rates", queue).await, "message_stats name vhost");
    let facts = keys("queue-facts", queue).await;
    assert!(
        facts.contains("policy") && !facts.contains("consumer_details"),
        "{facts}"
    );
    let node = "nodes/warren%40localhost";
    assert_eq!(
        keys("node-memory", node).await,
        "mem_used mem_used_details name"
    );
    assert_eq!(keys("node-io", node).await, "io_read_count name");
    assert!(keys("node-facts", node).await.contains("config_files"));
}

#[tokio::test]
async fn charts_get_only_warnings_and_errors_of_the_log() {
    let fake = fake();
    let (app, admin) = ready(&fake).await;
    let all = app.get(&admin, "/v2/logs?limit=500").await.ok().to_string();
    assert!(all.contains("\"info\""), "{all}");
    let token = app.guest(json!({"panels": ["queued-messages"]})).await;
    for query in ["limit=500", "q.field=level&q.value=info"] {
        let lines = app.get(&token, &format!("/v2/logs?{query}")).await.ok();
        assert!(!lines.to_string().contains("\"info\""), "{lines}");
    }
}

#[tokio::test]
async fn panels_taken_from_a_portal_are_refused_at_once() {
    let fake = fake();
    let (app, _) = ready(&fake).await;
    let token = app.guest(json!({})).await;
    assert!(opens(&app, &token, "/v2/rabbit/nodes").await);
    let mut narrower = shop();
    narrower.panels = crate::support::guest::only(&["tiles"]);
    app.api.register_portals(vec![narrower]).expect("accepted");
    assert!(!opens(&app, &token, "/v2/rabbit/nodes").await);
    assert!(opens(&app, &token, "/v2/rabbit/overview").await);
}

/// The token of a link to a view.
async fn shared(app: &TestApp, maker: &str, page: &str, view: &str) -> String {
    let until = api::Clock::System.now().as_millis() + 3_600_000;
    let wanted = json!({"view": view, "page": page, "broker": "prod",
        "expires_at": Timestamp::from_millis(until).to_string()});
    let headers = [("x-auth-token", maker)];
    let made = app.post("/v2/rabbit/share-links", &wanted, &headers).await;
    assert_eq!(made.status, StatusCode::CREATED, "{:?}", made.body);
    let secret = json!({"secret": made.json()["secret"]});
    let opened = app.post("/v2/rabbit/share-links/open", &secret, &[]).await;
    opened.json()["token"].as_str().expect("a token").to_owned()
}

#[tokio::test]
async fn link_to_an_overview_opens_only_that_overview() {
    let fake = fake();
    let (app, admin) = ready(&fake).await;
    let token = shared(&app, &admin, "overview", "/brokers/prod?range=1h").await;
    let mut open = Vec::new();
    for (word, path) in REQUESTS {
        if opens(&app, &token, path).await {
            open.push(word);
        }
    }
    assert_eq!(
        open,
        [
            "dashboard",
            "nodes",
            "log",
            "depths",
            "rates",
            "totals",
            "churn"
        ]
    );
    let lines = app.get(&token, "/v2/logs?limit=500").await.ok();
    assert!(!lines.to_string().contains("\"info\""), "{lines}");
    let panels =
        json!(["overview", "queue-facts"].map(|panel| json!({"panel": panel, "broker": "prod"})));
    let headers = [("x-auth-token", token.as_str())];
    let answers = app.post("/v2/rabbit/panels", &panels, &headers).await.ok();
    assert!(answers[0]["Ok"].is_object(), "{answers}");
    assert_eq!(answers[1]["Err"], "Forbidden");
}

#[tokio::test]
async fn a_link_to_a_list_opens_the_rows_of_its_view() {
    let fake = fake();
    let (app, admin) = ready(&fake).await;
    for (view, expected) in [
        ("/brokers/prod/queues", "alpha order beta"),
        ("/brokers/prod/queues?vhost=a", "alpha order"),
        (
            "/brokers/prod/queues?vhost=a&name=ORD&sort=messages",
            "order",
        ),
        (
            "/brokers/prod/queues?name=%5E(al%7Cbe)&use_regex=true",
            "alpha beta",
        ),
        ("/brokers/prod/queues?vhost=a&vhost=b", "beta"),
        ("/brokers/prod/queues?vhost=&name=", "alpha order beta"),
    ] {
        let token = shared(&app, &admin, "queues", view).await;
        for query in [
            "",
            "&name=a",
            "&vhost=b",
            "&vhost=a",
            "&name=.&use_regex=true",
        ] {
            let path = |token: &str| {
                let path = format!("/v2/rabbit/queues?broker=prod{query}");
                let app = &app;
                let token = token.to_owned();
                async move { app.get(&token, &path).await.ok() }
            };
            let names = |rows: &Value| -> Vec<String> {
                let rows = rows.as_array().expect("rows").iter();
                rows.map(|row| row["name"].as_str().expect("a name").to_owned())
                    .collect()
            };
            let (seen, all) = (names(&path(&token).await), names(&path(&admin).await));
            let expected: Vec<_> = all
                .into_iter()
                .filter(|name| expected.split(' ').any(|shown| shown == name))
                .collect();
            assert_eq!(seen, expected, "{view} {query}");
        }
        for path in [
            "/v2/rabbit/overview",
            "/v2/logs",
            "/v2/rabbit/queues/a/alpha",
        ] {
            assert!(!opens(&app, &token, path).await, "{path}");
        }
    }
}

#[tokio::test]
async fn view_with_an_unreadable_filter_is_not_shared() {
    let fake = fake();
    let (app, admin) = ready(&fake).await;
    let until = api::Clock::System.now().as_millis() + 3_600_000;
    let wanted = json!({"view": "/brokers/prod/queues?name=(&use_regex=true", "page": "queues",
        "broker": "prod", "expires_at": Timestamp::from_millis(until).to_string()});
    let headers = [("x-auth-token", admin.as_str())];
    let made = app.post("/v2/rabbit/share-links", &wanted, &headers).await;
    assert_eq!(made.status, StatusCode::BAD_REQUEST, "{:?}", made.body);
}
