use serde_json::json;
use store::Filter;

use super::*;

fn query(filter: &Json, scope: &AccessScope) -> Result<Filter, String> {
    let body = json!({"filter": filter.to_string()});
    let query = read(Some(body), scope).map_err(|error| error.to_string())?;
    Ok(query.filter)
}

fn refusal(filter: &Json) -> String {
    query(filter, &AccessScope::All).expect_err("refused")
}

fn is(field: Field, op: Operator, value: Value) -> Filter {
    Filter::Is(field, op, value)
}

#[test]
fn operators_in_any_case_become_a_filter() {
    let filter = json!({"And": [
        {"=": {"meter": "a"}},
        {"OR": [{"=<": {"volume": 5}}, {"=>": {"counter_volume": "7.5"}}]},
        {"Not": {"IN": {"resource": ["r", 5]}}},
        {"=~": {"metadata.a.b.c": "^x"}},
        {"!=": {"timestamp": "2015-01-01T02:00:00+02:00"}},
    ]});
    let text = |text: &str| Value::Text(text.into());
    let expected = Filter::All(vec![
        is(Field::Meter, Operator::Eq, text("a")),
        Filter::Any(vec![
            is(Field::Volume, Operator::Le, Value::Float(5.0)),
            is(Field::Volume, Operator::Ge, Value::Float(7.5)),
        ]),
        Filter::Not(Box::new(Filter::Any(vec![
            is(Field::ResourceId, Operator::Eq, text("r")),
            is(Field::ResourceId, Operator::Eq, Value::Integer(5)),
        ]))),
        is(
            Field::Metadata("a.b:c".into()),
            Operator::Matches,
            text("^x"),
        ),
        is(
            Field::Timestamp,
            Operator::Ne,
            Value::Time(Timestamp::from_millis(1_420_070_400_000)),
        ),
    ]);
    assert_eq!(query(&filter, &AccessScope::All), Ok(expected));
}

#[test]
fn malformed_filters_are_refused_with_their_place() {
    for (filter, words) in [
        (json!([]), "[] is not an object of one operator"),
        (json!({}), "{} is not an object of one operator"),
        (
            json!({"and": [{"=": {"meter": "a"}}]}),
            "and takes a list of two or more filters",
        ),
        (json!({"or": 5}), "or takes a list of two or more filters"),
        (json!({"in": {"meter": []}}), "in takes a field and a list"),
        (json!({"like": {"meter": "a"}}), "unknown operator \"like\""),
        (
            json!({"=": {"meter": "a", "unit": "b"}}),
            "is not an object of one field",
        ),
        (json!({"=": {"harpoon": 1}}), "unknown field \"harpoon\""),
        (json!({"=": {"meter": null}}), "null is not a text"),
        (json!({"=": {"volume": "x"}}), "\"x\" is not a number"),
        (json!({"=": {"volume": true}}), "true is not a number"),
        (json!({"=~": {"volume": "5"}}), "=~ takes a field of texts"),
        (json!({"=~": {"meter": 5}}), "=~ takes a field of texts"),
    ] {
        let message = refusal(&filter);
        assert!(
            message.starts_with("Filter expression not valid: "),
            "{message}"
        );
        assert!(message.contains(words), "{filter}: {message}");
    }
    assert_eq!(
        refusal(&json!({">": {"timestamp": "yesterday"}})),
        "Failed to parse the timestamp value yesterday"
    );
}

#[test]
fn depth_and_size_are_bounded() {
    let nested = |depth: usize| {
        (1..depth).fold(
            json!({"=": {"meter": "a"}}),
            |inner, _| json!({"not": inner}),
        )
    };
    assert!(query(&nested(DEPTH), &AccessScope::All).is_ok());
    assert!(refusal(&nested(DEPTH + 1)).contains("deeper than 32"));
    // Deeper than the JSON parser goes.
    let deep = format!("{}1{}", "{\"not\":".repeat(5000), "}".repeat(5000));
    let error = read(Some(json!({"filter": deep})), &AccessScope::All).expect_err("too deep");
    assert!(error.to_string().contains("recursion limit"), "{error}");

    let many = |count: usize| json!({"in": {"meter": vec!["a"; count]}});
    assert!(query(&many(COMPARISONS), &AccessScope::All).is_ok());
    assert!(refusal(&many(COMPARISONS + 1)).contains("more than 500 times"));
}

#[test]
fn orders_are_read_in_any_case() {
    let order = |text: &str| {
        let query = read(Some(json!({"orderby": text})), &AccessScope::All);
        query
            .map(|query| query.order)
            .map_err(|error| error.to_string())
    };
    let by = |field: Field, descending: bool| Order { field, descending };
    assert_eq!(
        order(r#"[{"timestamp": "DESC"}, {"volume": "asc"}]"#),
        Ok(vec![by(Field::Timestamp, true), by(Field::Volume, false)])
    );
    for text in [
        "",
        "{}",
        "[5]",
        r#"[{"timestamp": "up"}]"#,
        r#"[{"metadata.a": "asc"}]"#,
        r#"[{"timestamp": "asc", "volume": "asc"}]"#,
    ] {
        let message = order(text).expect_err(text);
        assert!(
            message.starts_with("Order-by expression not valid: "),
            "{message}"
        );
    }
}

#[test]
fn limits_are_numbers_or_texts_of_them() {
    let limit = |limit: Json| {
        let query = read(Some(json!({"limit": limit})), &AccessScope::All);
        query
            .map(|query| query.limit)
            .map_err(|error| error.to_string())
    };
    assert_eq!(limit(json!(3)), Ok(3));
    assert_eq!(limit(json!("3")), Ok(3));
    assert_eq!(limit(Json::Null), Ok(100));
    assert_eq!(limit(json!(0)), Err("Limit must be positive".into()));
    for wrong in [json!("x"), json!(1.5), json!([]), json!(true)] {
        let message = limit(wrong).expect_err("refused");
        assert!(message.contains("unable to convert to int"), "{message}");
    }
}

#[test]
fn unknown_attributes_and_bodies_that_are_no_object_are_refused() {
    let refused = |body: Json| read(Some(body), &AccessScope::All).expect_err("refused");
    assert_eq!(
        refused(json!({"foo": 1})).to_string(),
        "Unknown attribute for argument body: foo"
    );
    assert!(
        refused(json!([]))
            .to_string()
            .contains("not a valid object")
    );
    assert!(
        refused(json!({"filter": {"=": {"meter": "a"}}}))
            .to_string()
            .contains("Wrong type")
    );
    assert!(read(None, &AccessScope::All).is_ok());
}

#[test]
fn another_project_is_refused_wherever_it_is_named() {
    let scope = AccessScope::of_project("own");
    let own = json!({"=": {"project": "own"}});
    assert!(query(&own, &scope).is_ok());
    for filter in [
        json!({"=": {"project": "other"}}),
        json!({"!=": {"project_id": "other"}}),
        json!({"=~": {"project_id": ".*"}}),
        json!({"in": {"project_id": ["own", "other"]}}),
        json!({"or": [own.clone(), {"not": {"=": {"project_id": "other"}}}]}),
        json!({"=": {"project_id": 5}}),
    ] {
        let message = query(&filter, &scope).expect_err("refused");
        assert!(
            message.starts_with("Not Authorized to access project "),
            "{message}"
        );
    }
}
