use metering::Queue;

use super::*;

fn names(rows: &Rows) -> Vec<String> {
    let name = |row| format!("{}/{}", rows.vhost(row), rows.name(row));
    (0..rows.len() as u32).map(name).collect()
}

#[test]
fn a_list_and_a_page_are_read_in_order() {
    let list = br#"[{"name":"b","vhost":"/"},{"name":"a","vhost":"z"},{"name":"a","vhost":"/"}]"#;
    let batch = read_rows::<Queue>(list, false).expect("a list");
    assert_eq!(names(&batch.rows), ["//a", "//b", "z/a"]);
    assert_eq!(batch.page_count, None);
    let page = [
        b"{\"page_count\":7,\"items\":",
        list.as_slice(),
        b",\"page\":1}",
    ]
    .concat();
    let batch = read_rows::<Queue>(&page, false).expect("a page");
    assert_eq!((batch.rows.len(), batch.page_count), (3, Some(7)));
    assert_eq!(batch.rows.json(2), br#"{"name":"a","vhost":"z"}"#);
}

#[test]
fn unreadable_rows_are_left_out_and_counted() {
    let bad = [
        "null",
        "true",
        "3",
        "-1.5",
        r#""x""#,
        "[]",
        r#"[{"name":"q"}]"#,
        r#"{"name":"q","messages":1e999}"#,
        r#"{"name":"\ud800"}"#,
    ];
    for bad in bad {
        let list = format!(r#"[{{"name":"a","vhost":"/"}},{bad},{{"name":"b","vhost":"/"}}]"#);
        let page = format!(r#"{{"items":{list},"page_count":3}}"#);
        for (body, pages) in [(list, None), (page, Some(3))] {
            let batch = read_rows::<Queue>(body.as_bytes(), false).expect("a list");
            assert_eq!(names(&batch.rows), ["//a", "//b"], "{body}");
            assert_eq!(batch.damage.unreadable, 1, "{body}");
            assert_eq!(batch.page_count, pages, "{body}");
        }
    }
}

#[test]
fn deep_arguments_and_unknown_fields_cost_nothing_else() {
    let deep = format!("{}{}", "[".repeat(130), "]".repeat(130));
    let body = format!(
        r#"[{{"name":"a","vhost":"/","arguments":{{"x":{deep},"y":1}},"new":{deep},"messages":7}}]"#
    );
    let batch = read_rows::<Queue>(body.as_bytes(), false).expect("a list");
    assert_eq!(batch.damage, Damage::default());
    let queue: Queue = serde_json::from_slice(batch.rows.json(0)).expect("JSON");
    assert_eq!(queue.messages, Some(7));
    assert!(
        queue
            .arguments
            .is_some_and(|table| table.get("y").is_some())
    );
}

#[test]
fn bytes_that_are_no_utf8_are_replaced() {
    let body = b"[{\"name\":\"a\xff\",\"vhost\":\"/\"},{\"name\":\"b\",\"vhost\":\"/\"}]";
    let batch = read_rows::<Queue>(body, false).expect("a list");
    assert_eq!(names(&batch.rows), ["//a\u{fffd}", "//b"]);
    assert!(batch.damage.replaced);
}

#[test]
fn json_that_is_no_list_is_refused() {
    for body in ["{}", "3", "[{}", "[] x", r#"{"items":3}"#] {
        assert!(
            read_rows::<Queue>(body.as_bytes(), false).is_err(),
            "{body}"
        );
    }
}

#[test]
fn rows_are_found_and_replaced_across_pieces() {
    let mut builder = Builder::default();
    let queue = |n: u32, messages| Queue {
        name: format!("q{n:05}"),
        vhost: if n.is_multiple_of(2) { "a" } else { "b" }.into(),
        messages: Some(messages),
        policy: Some("x".repeat(200)),
        ..Queue::default()
    };
    for n in (0..10_000).rev() {
        builder.push(&queue(n, 0));
    }
    let old = builder.finish();
    assert!(old.pieces.len() > 1);
    let mut newer = Builder::default();
    newer.push(&queue(77, 5));
    newer.push(&queue(20_000, 5));
    let mut changed = old.clone();
    changed.replace(&newer.finish());
    let row = changed.find("b", "q00077").expect("there");
    assert_eq!(changed.len(), 10_000, "what was not there stays away");
    let read = |rows: &Rows| {
        let queue: Queue = serde_json::from_slice(rows.json(row)).expect("JSON");
        queue.messages
    };
    assert_eq!((read(&changed), read(&old)), (Some(5), Some(0)));
    assert_eq!(changed.find("a", "q00077"), None);
    assert_eq!(changed.find("c", ""), None);
}
