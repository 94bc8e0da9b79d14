//! What outlives a restart, and what lies beyond the last hour in memory.

use std::sync::Arc;
use std::time::Duration;

use async_trait::async_trait;
use http::StatusCode;
use metering::event::Event;
use metering::meter;
use metering::requests::{AlertHistoryQuery, LogQuery};
use metering::telemetry::{Meter, Sample, Statistics};
use metering::{AlertChange, BrokerState, Series, Timestamp};
use serde_json::{Value, json};
use store::testing::NaiveStore;
use store::{
    Aggregate, AlarmChangeRecord, AlarmCursor, AlarmRecord, AlarmSelection, AlarmStore, AlarmWrite,
    AlertRow, AlertScope, AlertWrite, ByResource, Collected, EventCursor, EventQuery, Filter,
    LogPage, LogRecord, MeterQuery, Notification, OutboxMessage, Page, Posted, Range,
    ResourceQuery, SampleQuery, StatisticsQuery, Store, StoreError,
};
use test_fixtures::broker_answer_as;

use crate::collector::{connections, end_of};
use crate::support::{Account, FakeBroker, Mode, TestApp, local};

const MINUTE: i64 = 60_000;

async fn series(app: &TestApp, token: &str, query: &str) -> Series {
    let answer = app.get(token, &format!("/v2/rabbit/series?{query}")).await;
    serde_json::from_value(answer.ok()).expect("series")
}

async fn signed_in(app: &TestApp) -> String {
    let token = app.sign_in("guest", "guest").await;
    app.until(&token, "prod", |broker| broker.state == BrokerState::Ok)
        .await;
    token
}

fn collected(resource: &str, meter: &str, millis: i64, value: f64) -> Collected {
    Collected {
        resource_id: resource.into(),
        project_id: None,
        timestamp: Timestamp::from_millis(millis),
        values: vec![(meter::find(meter).expect("known"), value)],
    }
}

#[tokio::test]
async fn every_reported_meter_is_stored() {
    let fake = FakeBroker::start();
    let store = Arc::new(NaiveStore::new());
    let app = TestApp::with_store(local(&[("prod", &fake)]), Arc::clone(&store) as _);
    let token = signed_in(&app).await;
    let shown = series(&app, &token, "").await;
    let found = store.meters(MeterQuery {
        limit: 1000,
        ..MeterQuery::default()
    });
    let found = found.await.expect("meters");
    let node = broker_answer_as::<Value>("3.10.8", "nodes")[0]["name"].clone();
    let node = format!("prod/{}", node.as_str().expect("a name"));
    for column in shown.columns {
        let is_kept = |meter: &&Meter| {
            meter.name == column.meter && meter.resource_id.as_ref() == Some(&column.resource_id)
        };
        assert!(
            found.iter().any(|meter| is_kept(&meter)),
            "{}",
            column.meter
        );
    }
    for definition in meter::NODE {
        let is_kept = |meter: &Meter| {
            meter.name == definition.name && meter.resource_id.as_deref() == Some(&node)
        };
        assert!(found.iter().any(is_kept), "{}", definition.name);
    }
}

#[tokio::test]
async fn stored_values_equal_the_shown_ones() {
    let fake = FakeBroker::start();
    // Slow enough to be asked rarely, so that ticks in between are bridged.
    fake.set_delay(Duration::from_millis(40));
    let store = Arc::new(NaiveStore::new());
    let app = TestApp::with_store(local(&[("prod", &fake)]), Arc::clone(&store) as _);
    let token = signed_in(&app).await;
    app.until(&token, "prod", |broker| broker.tick >= 400).await;
    app.polls("prod", 1).await;
    let from = end_of(&app, &token).await;
    app.polls("prod", 3).await;
    let shown = connections(&app, &token, from, end_of(&app, &token).await).await;
    let kept = store.series(Range {
        resource_id: "prod".into(),
        meters: vec![meter::find("rabbit.connections").expect("known")],
        start: shown.timestamps[0],
        step: 50,
        count: shown.timestamps.len(),
    });
    let kept = kept.await.expect("series").remove(0).expect("samples");
    assert!(shown.timestamps.len() > 6);
    assert_eq!(kept.avg, shown.columns[0].avg);
}

#[tokio::test]
async fn a_restart_of_the_service_keeps_the_charts() {
    let fake = FakeBroker::start();
    let store = Arc::new(NaiveStore::new());
    let start = || TestApp::with_store(local(&[("prod", &fake)]), Arc::clone(&store) as _);
    let app = start();
    let token = signed_in(&app).await;
    let from = end_of(&app, &token).await - 5000;
    app.polls("prod", 5).await;
    let to = end_of(&app, &token).await;
    let before = connections(&app, &token, from, to).await;
    assert!(before.columns[0].avg.known().count() >= 3);
    // The end of what is known: a longer step may have reached beyond, and the last answer may be on
    // its way.
    let values = &before.columns[0].avg;
    let last = (0..before.timestamps.len()).rfind(|&index| values.get(index).is_some());
    let to = before.timestamps[last.expect("values")] + i64::from(before.step);
    let before = connections(&app, &token, from, to).await;
    app.api.shutdown().await;

    fake.set_mode(Mode::Status(500));
    let app = start();
    // The broker does not answer yet: nobody else but the store knows.
    app.polls("prod", 1).await;
    fake.set_mode(Mode::Good);
    let token = signed_in(&app).await;
    let after = connections(&app, &token, from, to).await;
    assert_eq!(after, before, "what no broker keeps");
}

#[tokio::test]
async fn long_ranges_come_from_the_store_and_their_end_from_memory() {
    let fake = FakeBroker::start();
    let store = Arc::new(NaiveStore::new());
    let now = api::Clock::System.now().as_millis();
    let day = now - 24 * 60 * MINUTE;
    for n in 0..10 {
        let at = day + n * MINUTE;
        store.collect(collected("prod", "rabbit.queues", at, 100.0 + n as f64));
        store.collect(collected("prod/rabbit@gone", "rabbit.node.memory", at, 5e6));
    }
    let app = TestApp::with_store(local(&[("prod", &fake)]), store);
    let token = signed_in(&app).await;
    let query = format!(
        "meter=rabbit.queues&meter=rabbit.node.memory&from={}",
        day - 60 * MINUTE
    );
    let series = series(&app, &token, &query).await;
    assert_eq!(i64::from(series.step), 3 * MINUTE);
    assert!(series.timestamps.len() <= 601);
    let queues = series.column("rabbit.queues", "prod").expect("a column");
    let least = queues.min.as_ref().expect("asked for").known().next();
    assert_eq!(least, Some(100.0), "a day ago");
    assert!(queues.avg.known().count() < 10, "gaps are gaps");
    let overview: Value = broker_answer_as("3.10.8", "overview");
    assert_eq!(
        queues.avg.last(),
        overview["object_totals"]["queues"].as_f64(),
        "just now"
    );
    let gone = series.column("rabbit.node.memory", "prod/rabbit@gone");
    assert_eq!(gone.expect("a node of then").avg.last(), Some(5e6));
    let live = self::series(&app, &token, "meter=rabbit.node.memory").await;
    assert!(
        live.column("rabbit.node.memory", "prod/rabbit@gone")
            .is_none()
    );
}

#[tokio::test]
async fn history_of_the_whole_broker_is_hidden_from_accounts_of_one_vhost() {
    let fake = FakeBroker::start();
    fake.add(Account::new("anna", "secret", &["management"], &["/"]));
    let store = Arc::new(NaiveStore::new());
    let day = api::Clock::System.now().as_millis() - 24 * 60 * MINUTE;
    store.collect(collected("prod", "rabbit.messages", day, 7777.0));
    let app = TestApp::with_store(local(&[("prod", &fake)]), store);
    let admin = signed_in(&app).await;
    let query = format!("meter=rabbit.messages&from={}", day - MINUTE);
    let known = |series: &Series| {
        let column = series.column("rabbit.messages", "prod");
        column.is_some_and(|column| column.avg.known().any(|value| value > 7000.0))
    };
    assert!(known(&series(&app, &admin, &query).await));
    let anna = app.sign_in("anna", "secret").await;
    assert!(!known(&series(&app, &anna, &query).await));
}

/// A store whose disk is full; the log may be elsewhere.
#[derive(Debug, Default)]
struct Failing {
    log: Option<NaiveStore>,
}

fn fails<T>() -> Result<T, StoreError> {
    Err(StoreError::Unavailable("the disk is full".into()))
}

#[async_trait]
impl AlarmStore for Failing {
    async fn alarms_page(
        &self,
        _: AlarmSelection,
        _: AlarmCursor,
    ) -> Result<Page<AlarmRecord, AlarmCursor>, StoreError> {
        fails()
    }
    async fn alarm(&self, _: &str) -> Result<Option<AlarmRecord>, StoreError> {
        fails()
    }
    async fn count_alarms(&self, _: &str) -> Result<u64, StoreError> {
        fails()
    }
    async fn alarm_changes_page(
        &self,
        _: AlarmSelection,
        _: AlarmCursor,
    ) -> Result<Page<AlarmChangeRecord, AlarmCursor>, StoreError> {
        fails()
    }
    async fn write_alarms(&self, _: AlarmWrite) -> Result<(), StoreError> {
        fails()
    }
    async fn outbox(&self, _: Timestamp, _: usize) -> Result<Vec<OutboxMessage>, StoreError> {
        fails()
    }
}

#[async_trait]
impl Store for Failing {
    async fn post(&self, _: Vec<Posted>) -> Result<Vec<Sample>, StoreError> {
        fails()
    }
    fn collect(&self, _: Collected) {}
    async fn samples(&self, _: SampleQuery) -> Result<Vec<Sample>, StoreError> {
        fails()
    }
    async fn posted_since(&self, _: &str, _: Timestamp) -> Result<u64, StoreError> {
        fails()
    }
    async fn sample(&self, _: &str, _: Filter) -> Result<Option<Sample>, StoreError> {
        fails()
    }
    async fn meters(&self, _: MeterQuery) -> Result<Vec<Meter>, StoreError> {
        fails()
    }
    async fn resources(&self, _: ResourceQuery) -> Result<Vec<ByResource>, StoreError> {
        fails()
    }
    async fn statistics(&self, _: StatisticsQuery) -> Result<Vec<Statistics>, StoreError> {
        fails()
    }
    async fn series(&self, _: Range) -> Result<Vec<Option<Aggregate>>, StoreError> {
        fails()
    }
    async fn collected_resources(
        &self,
        _: &str,
        _: Timestamp,
        _: Timestamp,
    ) -> Result<Vec<Arc<str>>, StoreError> {
        fails()
    }
    fn log(&self, record: LogRecord) {
        if let Some(log) = &self.log {
            log.log(record);
        }
    }
    async fn logs(
        &self,
        query: LogQuery,
        brokers: Option<Vec<String>>,
    ) -> Result<LogPage, StoreError> {
        match &self.log {
            Some(log) => log.logs(query, brokers).await,
            None => fails(),
        }
    }
    async fn events_page(
        &self,
        query: Arc<EventQuery>,
        cursor: EventCursor,
    ) -> Result<Page<Event, EventCursor>, StoreError> {
        match &self.log {
            Some(log) => log.events_page(query, cursor).await,
            None => fails(),
        }
    }
    fn log_generation(&self) -> u64 {
        self.log.as_ref().map_or(0, Store::log_generation)
    }
    async fn put_kv(
        &self,
        _: &'static str,
        _: String,
        _: Option<String>,
    ) -> Result<(), StoreError> {
        fails()
    }
    async fn list_kv(&self, _: &'static str) -> Result<Vec<(String, String)>, StoreError> {
        fails()
    }
    async fn write_alerts(&self, _: AlertWrite) -> Result<(), StoreError> {
        fails()
    }
    async fn alerts(&self, _: &str) -> Result<Vec<AlertRow>, StoreError> {
        fails()
    }
    async fn alert_history(
        &self,
        _: AlertHistoryQuery,
        _: Vec<AlertScope>,
    ) -> Result<Vec<AlertChange>, StoreError> {
        fails()
    }
    async fn notifications(&self) -> Result<Vec<Notification>, StoreError> {
        fails()
    }
    fn write_error(&self) -> Option<String> {
        Some("the disk is full".into())
    }
    async fn close(&self) {}
}

#[tokio::test]
async fn failing_store_does_not_stop_the_live_view() {
    let fake = FakeBroker::start();
    let app = TestApp::with_store(local(&[("prod", &fake)]), Arc::new(Failing::default()));
    let token = signed_in(&app).await;
    for path in ["brokers", "overview", "nodes", "users"] {
        let answer = app.get(&token, &format!("/v2/rabbit/{path}")).await;
        assert_eq!(answer.status, StatusCode::OK, "{path}");
    }
    let end = api::Clock::System.now().as_millis();
    let live = connections(&app, &token, end - 10_000, end).await;
    assert!(live.columns[0].avg.last().is_some());
    let day = end - 24 * 60 * MINUTE;
    for path in [format!("rabbit/series?from={day}"), "logs".into()] {
        let answer = app.get(&token, &format!("/v2/{path}")).await;
        assert_eq!(answer.status, StatusCode::SERVICE_UNAVAILABLE, "{path}");
        assert_eq!(answer.header("retry-after"), Some("5"));
        assert_eq!(
            answer.json(),
            json!({"error_message": {"faultcode": "Server", "debuginfo": null,
                "faultstring": "the store cannot be used: the disk is full"}})
        );
    }
}

#[tokio::test]
async fn store_failure_is_logged_when_it_starts() {
    let fake = FakeBroker::start();
    let app = TestApp::with_store(
        local(&[("prod", &fake)]),
        Arc::new(Failing {
            log: Some(NaiveStore::new()),
        }),
    );
    let token = signed_in(&app).await;
    let lines = app
        .until_some("prod", async || {
            let lines = app
                .get(&token, "/v2/logs?q.field=source&q.value=store")
                .await;
            let lines = lines.ok();
            (!lines.as_array()?.is_empty()).then_some(lines)
        })
        .await;
    assert_eq!(
        (&lines[0]["desc"], &lines[0]["level"]),
        (&json!("the disk is full"), &json!("error"))
    );
}
