//! A field of the wrong type is an absent field: every other field and row stays.
//!
//! In each recorded answer each field in turn is replaced by a value of each JSON type.

use metering::lenient_serde::Objects;
use metering::{
    Binding, Channel, ChannelDetails, Connection, ConnectionDetails, Consumer, Exchange,
    ExchangeDetails, FeatureFlag, Node, Overview, Permission, Policy, Queue, QueueDetails, User,
    Vhost,
};
use serde::Serialize;
use serde::de::DeserializeOwned;
use serde_json::{Map, Value, json};
use test_fixtures::{broker_answer, broker_answer_as};

/// How many rows of a recorded list are tried.
const ROWS: usize = 3;

/// A step into a value.
#[derive(Clone, Debug, PartialEq)]
enum Step {
    Key(String),
    Index(usize),
}

/// A value of each JSON type, and some that brokers and their clients write.
fn values() -> Vec<Value> {
    let deep = (0..130).fold(json!(1), |inner, _| json!([inner]));
    vec![
        Value::Null,
        json!(true),
        json!(7),
        json!(-1),
        json!(2.5),
        json!(u64::MAX),
        json!("text"),
        json!(""),
        json!([]),
        json!([1, null]),
        json!(["a", {}]),
        json!([{"rate": []}]),
        json!({}),
        json!({"rate": "x", "samples": 3}),
        deep,
    ]
}

/// The path of every field and element within.
fn paths(value: &Value) -> Vec<Vec<Step>> {
    let within = |step: Step, inner: &Value| {
        let deeper = paths(inner).into_iter().map(|path| {
            let mut whole = vec![step.clone()];
            whole.extend(path);
            whole
        });
        [vec![vec![step.clone()]], deeper.collect()].concat()
    };
    match value {
        Value::Object(fields) => fields
            .iter()
            .flat_map(|(key, inner)| within(Step::Key(key.clone()), inner))
            .collect(),
        // One element is as good as another.
        Value::Array(list) => list
            .iter()
            .enumerate()
            .take(1)
            .flat_map(|(n, inner)| within(Step::Index(n), inner))
            .collect(),
        _ => Vec::new(),
    }
}

fn at<'a>(value: &'a mut Value, path: &[Step]) -> Option<&'a mut Value> {
    path.iter()
        .try_fold(value, |value, step| match (value, step) {
            (Value::Object(fields), Step::Key(key)) => fields.get_mut(key),
            (Value::Array(list), Step::Index(n)) => list.get_mut(*n),
            _ => None,
        })
}

/// What is absent where the field is not as it should be: the field, and of the broker's own samples
/// the sample.
fn lost(path: &[Step]) -> &[Step] {
    let samples = Step::Key("samples".to_owned());
    let end = path.iter().position(|step| *step == samples);
    &path[..end.map_or(path.len(), |end| path.len().min(end + 2))]
}

/// Takes out what stands at the path.
fn without(value: &Value, path: &[Step]) -> Value {
    let mut value = value.clone();
    let Some((step, parents)) = path.split_last() else {
        return Value::Null;
    };
    match (at(&mut value, parents), step) {
        (Some(Value::Object(fields)), Step::Key(key)) => {
            fields.remove(key);
        }
        (Some(Value::Array(list)), Step::Index(n)) if *n < list.len() => {
            list.remove(*n);
        }
        _ => {}
    }
    value
}

/// Reads one answer with each of its fields replaced by each type.
fn check_one<T: DeserializeOwned + Serialize>(name: &str, theirs: &Value) {
    let reread = |value: &Value| -> Value {
        // As text: the path that an answer takes.
        let read: T = serde_json::from_str(&value.to_string())
            .unwrap_or_else(|error| panic!("{name}: {error} in {value}"));
        serde_json::to_value(read).expect("serialises")
    };
    let ours = reread(theirs);
    for path in paths(theirs) {
        for value in values() {
            let mut mutated = theirs.clone();
            *at(&mut mutated, &path).expect("a path of it") = value.clone();
            let got = reread(&mutated);
            // An element may be left out, or stand for something else: then the others stay.
            let lost = lost(&path);
            let expected = without(&ours, lost);
            let same = without(&got, lost) == expected || got == expected;
            assert!(same, "{name}: {path:?} = {value}\n got {got}\nours {ours}");
        }
    }
}

/// Every row of a recorded list or page, and the list with one row replaced.
fn check<T: DeserializeOwned + Serialize>(name: &str, json: &str) {
    let list: Value = serde_json::from_str(json).expect("JSON");
    let list = list.get("items").unwrap_or(&list);
    let rows = list.as_array().expect("rows");
    for row in rows.iter().take(ROWS) {
        check_one::<T>(name, row);
    }
    let count = |list: &[Value]| {
        let json = Value::from(list.to_vec()).to_string();
        let read: Objects<T> = serde_json::from_str(&json).expect("a list");
        (read.rows.len(), read.unreadable)
    };
    for value in values() {
        let is_row = value.is_object();
        let mut list = rows.clone();
        list[0] = value;
        let expected = if is_row {
            (rows.len(), 0)
        } else {
            (rows.len() - 1, 1)
        };
        assert_eq!(count(&list), expected, "{name}: {}", list[0]);
    }
}

macro_rules! lists {
    ($($test:ident, $name:literal, $type:ty;)*) => {
        $(
            #[test]
            fn $test() {
                check::<$type>($name, &broker_answer("3.10.8", $name));
                check::<$type>($name, &broker_answer("4.0.5", $name));
            }
        )*
    };
}

lists! {
    queues_keep_all_but_the_bad_field, "queues-page", Queue;
    connections_keep_all_but_the_bad_field, "connections-page", Connection;
    channels_keep_all_but_the_bad_field, "channels-page", Channel;
    exchanges_keep_all_but_the_bad_field, "exchanges-page", Exchange;
    bindings_keep_all_but_the_bad_field, "bindings", Binding;
    consumers_keep_all_but_the_bad_field, "consumers", Consumer;
    vhosts_keep_all_but_the_bad_field, "vhosts", Vhost;
    permissions_keep_all_but_the_bad_field, "permissions", Permission;
    feature_flags_keep_all_but_the_bad_field, "feature-flags", FeatureFlag;
    users_keep_all_but_the_bad_field, "users", User;
    nodes_keep_all_but_the_bad_field, "nodes", Node;
}

#[test]
fn policies_keep_all_but_the_bad_field() {
    let policy = json!({"vhost": "/", "name": "long", "pattern": "^d", "apply-to": "queues",
        "definition": {"max-length": 9, "ha-params": ["a", 1]}, "priority": 3});
    check::<Policy>("policies", &json!([policy, policy]).to_string());
}

#[test]
fn overviews_keep_all_but_the_bad_field() {
    for (version, name) in [
        ("3.2.4", "overview"),
        ("3.10.8", "overview"),
        ("4.0.5", "overview"),
        ("4.0.5", "overview-disable-stats"),
    ] {
        check_one::<Overview>("overview", &broker_answer_as(version, name));
    }
    // Of the samples a few are enough.
    let mut samples: Value = broker_answer_as("4.0.5", "overview-with-samples");
    shorten(&mut samples);
    check_one::<Overview>("overview with samples", &samples);
}

/// Leaves two elements of every list.
fn shorten(value: &mut Value) {
    match value {
        Value::Array(list) => {
            list.truncate(2);
            list.iter_mut().for_each(shorten);
        }
        Value::Object(fields) => fields.values_mut().for_each(shorten),
        _ => {}
    }
}

#[test]
fn objects_in_full_keep_all_but_the_bad_field() {
    for version in ["3.10.8", "4.0.5"] {
        let mut queue: Value = broker_answer_as(version, "queue-detail");
        shorten(&mut queue);
        check_one::<QueueDetails>("queue-detail", &queue);
    }
    let first = |name: &str| -> Map<String, Value> {
        let list: Value = broker_answer_as("4.0.5", name);
        let rows = list.get("items").unwrap_or(&list);
        rows[0].as_object().expect("a row").clone()
    };
    let with = |name: &str, more: Value| {
        let mut row = first(name);
        row.extend(more.as_object().expect("fields").clone());
        Value::from(row)
    };
    let flow = json!({"exchange": {"name": "e", "vhost": "/"}, "stats": {"publish": 1, "publish_details": {"rate": 0.5}}});
    check_one::<ChannelDetails>(
        "channel",
        &with(
            "channels-page",
            json!({"publishes": [flow], "garbage_collection": {"minor_gcs": 3}}),
        ),
    );
    check_one::<ConnectionDetails>(
        "connection",
        &with(
            "connections-page",
            json!({"sessions": [{"channel_number": 1, "incoming_links": [{"handle": 0}]}]}),
        ),
    );
    check_one::<ExchangeDetails>(
        "exchange",
        &with(
            "exchanges-page",
            json!({"incoming": [flow], "outgoing": []}),
        ),
    );
}
