use serde_json::json;

use super::*;

fn poster(scope: AccessScope) -> Poster {
    Poster {
        scope,
        project_id: "own".into(),
        user_id: "anna".into(),
        now: Timestamp::from_millis(1000),
    }
}

fn sample() -> Json {
    json!({"counter_name": "m", "counter_type": "gauge", "counter_unit": "B", "counter_volume": 5, "resource_id": "r"})
}

fn with(name: &str, value: Json) -> Json {
    let mut sample = sample();
    sample[name] = value;
    sample
}

fn read(body: &Json) -> Result<Vec<Posted>, String> {
    let posted = poster(AccessScope::of_project("own")).read(body.to_string().as_bytes(), "m");
    posted.map_err(|error| error.to_string())
}

#[test]
fn absent_ids_are_those_of_the_caller() {
    let posted = read(&json!([sample()])).expect("posted").remove(0);
    assert_eq!(posted.project_id.as_deref(), Some("own"));
    assert_eq!(posted.user_id.as_deref(), Some("anna"));
    assert_eq!(posted.source.as_deref(), Some("own:openstack"));
    assert_eq!(posted.timestamp, Timestamp::from_millis(1000));
    assert_eq!(posted.recorded_at, Timestamp::from_millis(1000));
}

#[test]
fn given_values_are_kept() {
    let sample = json!({"counter_name": "m", "counter_type": "delta", "counter_unit": "B", "counter_volume": "1.5",
        "resource_id": "a/b", "source": "me", "project_id": "own", "user_id": "anna", "message_id": null,
        "timestamp": "2015-01-01T02:00:00+02:00", "recorded_at": "2015-01-01",
        "resource_metadata": {"a.b.c": "x", "n": null}});
    let posted = read(&json!([sample])).expect("posted").remove(0);
    assert_eq!(posted.source.as_deref(), Some("own:me"));
    assert_eq!(posted.user_id.as_deref(), Some("anna"));
    assert!((posted.volume - 1.5).abs() < f64::EPSILON);
    assert_eq!(posted.timestamp.to_string(), "2015-01-01T00:00:00");
    assert_eq!(posted.recorded_at, Timestamp::from_millis(1000));
    let metadata: Vec<_> = posted.metadata.into_iter().collect();
    let pair = |key: &str, value: &str| (key.to_owned(), value.to_owned());
    assert_eq!(metadata, [pair("a.b:c", "x"), pair("n", "None")]);
}

#[test]
fn one_bad_sample_refuses_all() {
    assert!(read(&json!([sample(), with("counter_volume", json!("x"))])).is_err());
}

#[test]
fn every_refusal_says_what_and_why() {
    let list = |sample: Json| json!([sample]);
    let mut rows = vec![
        (
            json!({"a": 1}),
            "Invalid input for field/attribute samples. Value: '{\"a\":1}'. Value not a valid list: {\"a\":1}",
        ),
        (json!([]), "Samples should be included in request body"),
        (Json::Null, "Samples should be included in request body"),
        (
            json!([5]),
            "Invalid input for field/attribute samples. Value: '5'. Value not a sample",
        ),
        (
            list(with("foo", json!(1))),
            "Unknown attribute for argument samples: foo",
        ),
        (
            list(with("counter_name", json!("n"))),
            "Invalid input for field/attribute counter_name. Value: 'n'. should be m",
        ),
        (
            list(with("message_id", json!("1"))),
            "Invalid input for field/attribute message_id. Value: '1'. The message_id must not be set",
        ),
        (
            list(with("counter_type", json!("rate"))),
            "Invalid input for field/attribute counter_type. Value: 'rate'. The counter type must be: gauge, delta, cumulative",
        ),
        (
            list(with("counter_volume", json!("many"))),
            "Invalid input for field/attribute samples. Value: 'many'. counter_volume: unable to convert to float",
        ),
        (
            list(with("counter_volume", json!("inf"))),
            "Invalid input for field/attribute samples. Value: 'inf'. counter_volume: unable to convert to float",
        ),
        (
            list(with("counter_volume", json!(true))),
            "Invalid input for field/attribute samples. Value: 'true'. counter_volume: unable to convert to float",
        ),
        (
            list(with("counter_unit", json!(5))),
            "Invalid input for field/attribute samples. Value: '5'. counter_unit: Wrong type. Accepted is a text",
        ),
        (
            list(with("project_id", json!("other"))),
            "Invalid input for field/attribute project_id. Value: 'other'. can not post samples to other projects",
        ),
        (
            list(with("user_id", json!("bert"))),
            "Invalid input for field/attribute user_id. Value: 'bert'. can not post samples for other users",
        ),
        (
            list(with("resource_metadata", json!({"a": 5}))),
            "Invalid input for field/attribute samples. Value: '5'. resource_metadata.a: Wrong type. Accepted are texts and null",
        ),
        (
            list(with("resource_metadata", json!("a"))),
            "Invalid input for field/attribute samples. Value: '\"a\"'. resource_metadata: Value not a dictionary",
        ),
    ];
    let missing = [
        "counter_name",
        "counter_type",
        "counter_unit",
        "counter_volume",
        "resource_id",
    ]
    .map(|name| {
        let words = format!(
            "Invalid input for field/attribute {name}. Value: 'None'. Mandatory field missing."
        );
        (list(with(name, Json::Null)), words)
    });
    rows.extend(
        missing
            .iter()
            .map(|(body, words)| (body.clone(), words.as_str())),
    );
    for (body, words) in rows {
        assert_eq!(read(&body), Err(words.to_owned()), "{body}");
    }
    let message = read(&list(with("timestamp", json!("noon")))).expect_err("refused");
    assert!(
        message.starts_with("Invalid input for field/attribute samples. Value: 'noon'. timestamp: invalid timestamp format"),
        "{message}"
    );
}

#[test]
fn the_role_admin_posts_to_any_project() {
    let body = json!([with("project_id", json!("other"))]);
    let posted = poster(AccessScope::All)
        .read(body.to_string().as_bytes(), "m")
        .expect("posted");
    assert_eq!(posted[0].project_id.as_deref(), Some("other"));
    assert_eq!(posted[0].source.as_deref(), Some("other:openstack"));
}
