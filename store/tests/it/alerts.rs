//! Alerts: states, changes, notifications.

use metering::requests::AlertHistoryQuery;
use metering::{AlertChange, AlertSeverity, AlertState, Timestamp};
use store::testing::NaiveStore;
use store::{AlertRow, AlertScope, AlertWrite, Notification, Options, SqliteStore, Store};
use tempfile::tempdir;

fn at(millis: i64) -> Timestamp {
    Timestamp::from_millis(millis)
}

fn row(id: &str, broker: &str, body: Option<&str>) -> AlertRow {
    AlertRow {
        id: id.into(),
        broker: broker.into(),
        body: body.map(str::to_owned),
    }
}

fn change(second: i64, broker: &str, rule: &str, severity: AlertSeverity) -> AlertChange {
    AlertChange {
        time: at(second * 1000),
        alert: format!("{broker}-{rule}"),
        rule: rule.into(),
        broker: broker.into(),
        node: Some("rabbit@a".into()),
        severity,
        from: AlertState::Pending,
        to: AlertState::Firing,
        value: Some(0.5),
        summary: "Too much.".into(),
    }
}

fn notification(key: &str) -> Notification {
    Notification {
        channel: "hook".into(),
        key: key.into(),
        time: at(1000),
        body: "{}".into(),
    }
}

fn whole(broker: &str) -> AlertScope {
    AlertScope {
        broker: broker.into(),
        rule: None,
    }
}

/// What a history answers, as seconds and rules.
async fn history(
    store: &dyn Store,
    query: AlertHistoryQuery,
    scopes: &[AlertScope],
) -> Vec<(i64, String)> {
    let changes = store.alert_history(query, scopes.to_vec()).await;
    let changes = changes.expect("a history").into_iter();
    changes
        .map(|change| (change.time.as_millis() / 1000, change.rule))
        .collect()
}

async fn fill(store: &dyn Store) {
    let write = AlertWrite {
        rows: vec![
            row("1", "prod", Some("one")),
            row("2", "prod", Some("two")),
            row("3", "test", Some("three")),
        ],
        changes: vec![
            change(1, "prod", "disk-low", AlertSeverity::Moderate),
            change(2, "test", "disk-low", AlertSeverity::Moderate),
            change(3, "prod", "memory-alarm", AlertSeverity::Critical),
        ],
        notifications: vec![notification("a"), notification("b")],
        ..AlertWrite::default()
    };
    store.write_alerts(write).await.expect("written");
    let write = AlertWrite {
        rows: vec![row("1", "prod", Some("changed")), row("2", "prod", None)],
        delivered: vec![("hook".into(), "a".into()), ("other".into(), "b".into())],
        ..AlertWrite::default()
    };
    store.write_alerts(write).await.expect("written");
}

async fn holds_what_was_written(store: &dyn Store) {
    let states = store.alerts("prod").await.expect("states");
    assert_eq!(states, [row("1", "prod", Some("changed"))]);
    let waiting = store.notifications().await.expect("notifications");
    assert_eq!(waiting, [notification("b")]);
    let both = [whole("prod"), whole("test")];
    let every = history(store, AlertHistoryQuery::default(), &both).await;
    let named = |seconds: &[(i64, &str)]| -> Vec<_> {
        let owned = seconds
            .iter()
            .map(|(second, rule)| (*second, (*rule).to_owned()));
        owned.collect()
    };
    assert_eq!(
        every,
        named(&[(3, "memory-alarm"), (2, "disk-low"), (1, "disk-low")])
    );
    let only = AlertScope {
        broker: "prod".into(),
        rule: Some("memory-alarm".into()),
    };
    let seen = history(store, AlertHistoryQuery::default(), &[only]).await;
    assert_eq!(seen, named(&[(3, "memory-alarm")]));
    for (query, expected) in [
        (
            AlertHistoryQuery {
                broker: Some("test".into()),
                ..AlertHistoryQuery::default()
            },
            named(&[(2, "disk-low")]),
        ),
        (
            AlertHistoryQuery {
                severity: Some(AlertSeverity::Critical),
                ..AlertHistoryQuery::default()
            },
            named(&[(3, "memory-alarm")]),
        ),
        (
            AlertHistoryQuery {
                from: Some(at(1000)),
                to: Some(at(3000)),
                ..AlertHistoryQuery::default()
            },
            named(&[(2, "disk-low"), (1, "disk-low")]),
        ),
        (
            AlertHistoryQuery {
                rule: Some("disk-low".into()),
                limit: Some(1),
                ..AlertHistoryQuery::default()
            },
            named(&[(2, "disk-low")]),
        ),
    ] {
        assert_eq!(
            history(store, query.clone(), &both).await,
            expected,
            "{query:?}"
        );
    }
}

#[tokio::test]
async fn alerts_survive_a_restart() {
    let folder = tempdir().expect("a folder");
    let path = folder.path().join("warren.db");
    let store = SqliteStore::open(&path, Options::default()).expect("opens");
    fill(&store).await;
    holds_what_was_written(&store).await;
    store.close().await;
    drop(store);
    let store = SqliteStore::open(&path, Options::default()).expect("opens again");
    holds_what_was_written(&store).await;
    store.close().await;
}

#[tokio::test]
async fn store_in_memory_answers_the_same() {
    let naive = NaiveStore::new();
    fill(&naive).await;
    holds_what_was_written(&naive).await;
}
