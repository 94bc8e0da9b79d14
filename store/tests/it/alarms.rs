//! Alarms, their history, and messages that wait to be sent.

use metering::alarm::{Alarm, AlarmChange, AlarmChangeType, Severity};
use serde_json::json;
use store::testing::NaiveStore;
use store::{
    AlarmChangeRecord, AlarmCursor, AlarmRecord, AlarmSelection, AlarmWrite, Options,
    OutboxMessage, SqliteStore, Store,
};
use tempfile::tempdir;

use crate::support::{MINUTE, at, this_hour};

fn record(number: i64) -> AlarmRecord {
    let alarm = json!({
        "alarm_id": format!("alarm-{number:04}"), "name": "a", "description": "", "enabled": true, "ok_actions": null,
        "alarm_actions": [], "insufficient_data_actions": [], "repeat_actions": false, "type": "combination",
        "time_constraints": [], "project_id": format!("p{}", number % 3), "user_id": "u",
        // Several alarms of one time.
        "timestamp": at(number / 7 * MINUTE), "state": "ok", "state_timestamp": at(0), "severity": "low",
        "combination_rule": {"operator": "and", "alarm_ids": ["x", "y"]},
    });
    AlarmRecord {
        alarm: serde_json::from_value::<Alarm>(alarm).expect("an alarm"),
        scope: "\"All\"".to_owned(),
        seen_event: number.cast_unsigned(),
    }
}

fn change(number: i64) -> AlarmChangeRecord {
    AlarmChangeRecord {
        change: AlarmChange {
            event_id: number.to_string(),
            alarm_id: record(number % 5).alarm.alarm_id,
            change_type: AlarmChangeType::RuleChange,
            detail: "{}".to_owned(),
            project_id: None,
            user_id: None,
            on_behalf_of: record(number % 5).alarm.project_id,
            timestamp: at(this_hour()),
        },
        severity: Severity::Critical,
    }
}

fn message(topic: &str, text: &str) -> OutboxMessage {
    OutboxMessage {
        number: 0,
        topic: topic.to_owned(),
        address: "http://192.0.2.1/".to_owned(),
        request_id: text.to_owned(),
        body: text.to_owned(),
        is_repetition: false,
        created: at(0),
        due: at(0),
        attempts: 0,
    }
}

fn stores() -> [Box<dyn Store>; 2] {
    let sqlite = SqliteStore::in_memory(Options::default()).expect("opens");
    [Box::new(sqlite), Box::new(NaiveStore::new())]
}

async fn write(store: &dyn Store, write: AlarmWrite) {
    store.write_alarms(write).await.expect("written");
}

async fn alarms(store: &dyn Store, selection: &AlarmSelection) -> Vec<AlarmRecord> {
    let (mut found, mut cursor) = (Vec::new(), Some(AlarmCursor::default()));
    while let Some(next) = cursor {
        let page = store.alarms_page(selection.clone(), next).await;
        let page = page.expect("a page");
        found.extend(page.rows);
        cursor = page.next;
    }
    found
}

async fn changes(store: &dyn Store, selection: &AlarmSelection) -> Vec<AlarmChangeRecord> {
    let (mut found, mut cursor) = (Vec::new(), Some(AlarmCursor::default()));
    while let Some(next) = cursor {
        let page = store.alarm_changes_page(selection.clone(), next).await;
        let page = page.expect("a page");
        found.extend(page.rows);
        cursor = page.next;
    }
    found
}

async fn waiting(store: &dyn Store, minute: i64) -> Vec<String> {
    let found = store.outbox(at(minute * MINUTE), 100).await;
    let found = found.expect("messages").into_iter();
    found.map(|message| message.body).collect()
}

#[tokio::test]
async fn pages_hold_each_alarm_and_change_once_as_the_plain_store_has_them() {
    let [sqlite, naive] = stores();
    for number in 0..450 {
        for store in [&sqlite, &naive] {
            let both = AlarmWrite {
                put: Some(record(number)),
                change: Some(change(number)),
                ..AlarmWrite::default()
            };
            write(&**store, both).await;
        }
    }
    for store in [&sqlite, &naive] {
        let deleted = AlarmWrite {
            delete: Some(record(3).alarm.alarm_id),
            ..AlarmWrite::default()
        };
        write(&**store, deleted).await;
    }
    for selection in [
        AlarmSelection::default(),
        AlarmSelection {
            project_id: Some("p1".to_owned()),
            alarm_id: None,
        },
        AlarmSelection {
            project_id: None,
            alarm_id: Some(record(4).alarm.alarm_id),
        },
    ] {
        let expected = alarms(&*naive, &selection).await;
        assert_eq!(
            alarms(&*sqlite, &selection).await,
            expected,
            "{selection:?}"
        );
        let expected = changes(&*naive, &selection).await;
        assert_eq!(
            changes(&*sqlite, &selection).await,
            expected,
            "{selection:?}"
        );
        assert_ne!(expected, []);
    }
    assert_eq!(
        alarms(&*sqlite, &AlarmSelection::default()).await.len(),
        449
    );
    assert_eq!(sqlite.count_alarms("p0").await.expect("a number"), 149);
}

#[tokio::test]
async fn messages_of_a_topic_wait_for_each_other() {
    for store in stores() {
        let send = AlarmWrite {
            send: vec![message("a", "a1"), message("b", "b1"), message("a", "a2")],
            ..AlarmWrite::default()
        };
        write(&*store, send).await;
        assert_eq!(waiting(&*store, 0).await, ["a1", "b1"]);
        let repetition = AlarmWrite {
            send: vec![
                OutboxMessage {
                    is_repetition: true,
                    ..message("a", "not needed")
                },
                OutboxMessage {
                    is_repetition: true,
                    ..message("c", "c1")
                },
            ],
            ..AlarmWrite::default()
        };
        write(&*store, repetition).await;
        assert_eq!(waiting(&*store, 0).await, ["a1", "b1", "c1"]);
        let numbers: Vec<_> = store.outbox(at(0), 2).await.expect("messages");
        let attempts = AlarmWrite {
            settled: vec![numbers[0].number],
            postponed: vec![(numbers[1].number, at(MINUTE))],
            ..AlarmWrite::default()
        };
        write(&*store, attempts).await;
        assert_eq!(waiting(&*store, 0).await, ["a2", "c1"]);
        assert_eq!(waiting(&*store, 1).await, ["a2", "c1", "b1"]);
    }
}

#[tokio::test]
async fn damaged_alarm_hides_no_other_and_messages_survive_a_restart() {
    let folder = tempdir().expect("a folder");
    let path = folder.path().join("warren.db");
    let store = SqliteStore::open(&path, Options::default()).expect("opens");
    for number in 0..3 {
        let put = AlarmWrite {
            put: Some(record(number)),
            send: vec![message(&number.to_string(), "sent")],
            ..AlarmWrite::default()
        };
        write(&store, put).await;
    }
    store.close().await;
    drop(store);
    let conn = rusqlite::Connection::open(&path).expect("opens");
    conn.execute_batch("UPDATE alarms SET body = '{' WHERE id = 'alarm-0001'")
        .expect("damaged");
    drop(conn);
    let store = SqliteStore::open(&path, Options::default()).expect("opens again");
    let found = alarms(&store, &AlarmSelection::default()).await;
    let ids: Vec<_> = found
        .iter()
        .map(|record| record.alarm.alarm_id.as_str())
        .collect();
    assert_eq!(ids, ["alarm-0000", "alarm-0002"]);
    assert_eq!(waiting(&store, 0).await, ["sent"; 3]);
}
