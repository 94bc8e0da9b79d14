//! Lines of the system log as events.

use std::sync::Arc;

use metering::event::Event;
use metering::requests::{LogQuery, Operator, Value};
use metering::{EventType, LogLevel};
use store::testing::NaiveStore;
use store::{EventCursor, EventQuery, LogRecord, Options, SqliteStore, Store};
use tempfile::tempdir;

use crate::support::{MINUTE, at, this_hour};

const SQL: &str = "INSERT INTO log (time, level, source, desc, broker, event) VALUES";

fn line(number: i64) -> LogRecord {
    // The clock is set back in the middle.
    let minute = if number < 1500 { number } else { number - 1000 };
    LogRecord {
        time: at(this_hour() - 4000 * MINUTE + minute * MINUTE),
        event: EventType::ALL[number as usize % 5],
        level: LogLevel::ALL[number as usize % 3],
        source: if number % 2 == 0 {
            "prod".into()
        } else {
            "prod/rabbit@one".into()
        },
        desc: format!("line {number}"),
        broker: Some(if number % 2 == 0 { "prod" } else { "prod/" }.into()),
    }
}

/// All pages of an answer, and their number.
async fn events(store: &dyn Store, query: EventQuery) -> (Vec<Event>, usize) {
    let (query, mut found, mut pages) = (Arc::new(query), Vec::new(), 0);
    let mut cursor = Some(EventCursor::default());
    while let Some(next) = cursor {
        let page = store
            .events_page(Arc::clone(&query), next)
            .await
            .expect("a page");
        found.extend(page.rows);
        cursor = page.next;
        pages += 1;
    }
    (found, pages)
}

fn every() -> EventQuery {
    EventQuery {
        limit: u64::MAX,
        ..EventQuery::default()
    }
}

#[tokio::test]
async fn pages_hold_each_event_once_in_the_order_of_their_times() {
    let folder = tempdir().expect("a folder");
    let path = folder.path().join("warren.db");
    let (naive, store) = (
        NaiveStore::new(),
        SqliteStore::open(&path, Options::default()).expect("opens"),
    );
    for number in 0..2500 {
        naive.log(line(number));
        store.log(line(number));
    }
    store.close().await;
    drop(store);
    let store = SqliteStore::open(&path, Options::default()).expect("opens again");
    let (found, pages) = events(&store, every()).await;
    assert_eq!((found.len(), pages), (2500, 3));
    assert!(found.is_sorted_by_key(|event| event.generated));
    let of_node = |operator, id| EventQuery {
        event_type: Some(EventType::VersionChanged.as_str().to_owned()),
        traits: vec![
            ("node".to_owned(), Operator::Eq, Value::from("rabbit@one")),
            ("id".to_owned(), operator, Value::Integer(id)),
        ],
        ..every()
    };
    for query in [
        every(),
        EventQuery {
            limit: 1700,
            ..every()
        },
        EventQuery {
            id: Some(700),
            ..every()
        },
        EventQuery {
            brokers: Some(vec!["prod".to_owned()]),
            ..every()
        },
        EventQuery {
            brokers: Some(Vec::new()),
            ..every()
        },
        EventQuery {
            from: Some(line(100).time),
            to: Some(line(900).time),
            ..every()
        },
        of_node(Operator::Ge, 1000),
        of_node(Operator::Ne, 4),
    ] {
        let expected = events(&naive, query.clone()).await.0;
        assert_eq!(events(&store, query.clone()).await.0, expected, "{query:?}");
    }
}

#[tokio::test]
async fn damaged_or_older_line_hides_no_other() {
    let folder = tempdir().expect("a folder");
    let path = folder.path().join("warren.db");
    let store = SqliteStore::open(&path, Options::default()).expect("opens");
    // Young enough that the store does not report a jump of the clock.
    store.log(LogRecord {
        time: at(this_hour() - MINUTE),
        ..line(0)
    });
    store.close().await;
    drop(store);
    let time = this_hour();
    let conn = rusqlite::Connection::open(&path).expect("opens");
    // As a version without events had it.
    conn.execute_batch(
        "DROP TABLE alarms; DROP TABLE alarm_changes; DROP TABLE outbox;
         DROP TABLE alerts; DROP TABLE alert_changes; DROP TABLE alert_notifications;
         DROP INDEX log_by_time; ALTER TABLE log DROP COLUMN event; PRAGMA user_version = 2;",
    )
    .expect("an older file");
    drop(conn);
    let store = SqliteStore::open(&path, Options::default()).expect("an older file");
    store.close().await;
    drop(store);
    let conn = rusqlite::Connection::open(&path).expect("opens");
    for values in [
        format!("({time}, 9, 'prod', 'no such level', 'prod', 'warren.log')"),
        format!("({time}, 1, x'ff', 'no text', 'prod', 'warren.log')"),
        format!("({time}, 1, 'prod', 'a later type', 'prod', 'rabbitmq.later')"),
        format!("({time}, 1, 'prod', 'a broken type', 'prod', x'ff')"),
    ] {
        conn.execute_batch(&format!("{SQL} {values}"))
            .expect(&values);
    }
    drop(conn);
    let store = SqliteStore::open(&path, Options::default()).expect("opens again");
    let expected = ["line 0", "a later type", "a broken type"];
    let (found, _) = events(&store, every()).await;
    let found: Vec<_> = found
        .iter()
        .map(|event| (event.raw.desc.as_str(), event.event_type.as_str()))
        .collect();
    assert_eq!(found, expected.map(|desc| (desc, "warren.log")));
    let page = store.logs(LogQuery::default(), None).await.expect("a page");
    let mut lines: Vec<_> = page.entries.iter().map(|line| line.desc.as_str()).collect();
    lines.reverse();
    assert_eq!(lines, expected);
}
