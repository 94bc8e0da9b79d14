//! The commands for events.

use crate::{property, rows, say, start};

const UP: &str = "rabbitmq.broker.up";

#[tokio::test(flavor = "multi_thread")]
#[ignore = "needs the real client: cargo xtask test --only clients"]
async fn commands_for_events_work_unmodified() {
    let service = start().await;
    let types = rows(&say(&service, &["event-type-list"]).await);
    assert!(types.contains(&vec![UP.to_owned()]), "{types:?}");
    let query = format!("event_type={UP}");
    let listed = ["event-list", "-q", &query, "-l", "1", "--no-traits"];
    let events = rows(&say(&service, &listed).await);
    let [event] = &events[..] else {
        panic!("one event: {events:?}");
    };
    assert_eq!(event[1], UP);
    let traits = [
        "event-list",
        "-q",
        "broker=prod;severity!=error;id>integer::0",
    ];
    let with_traits = say(&service, &traits).await;
    let words: Vec<_> = with_traits.split_whitespace().collect();
    let one_line = words.join(" ");
    assert!(
        one_line.contains("| broker | string | prod |"),
        "{with_traits}"
    );
    let shown = say(&service, &["event-show", &event[0]]).await;
    assert_eq!(property(&shown, "event_type"), UP);
    assert_eq!(property(&shown, "generated"), event[2]);
    let described = rows(&say(&service, &["trait-description-list", "-e", UP]).await);
    assert!(described.contains(&vec!["id".into(), "integer".into()]));
    let values = rows(&say(&service, &["trait-list", "-e", UP, "-t", "broker"]).await);
    // A slow broker may have come back.
    assert!(!values.is_empty());
    for row in values {
        assert_eq!(row, ["broker", "prod", "string"]);
    }
}
