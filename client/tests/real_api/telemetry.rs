//! What is posted is found again, in every way that the API knows.

use std::collections::BTreeMap;

use client::{
    ClientError, ComplexQuery, EventQuery, MeterQuery, NewSample, Query, ResourceQuery,
    SampleQuery, Session, StatisticsQuery,
};
use metering::Timestamp;
use metering::alarm::AlarmState;
use metering::requests::{AggregateFunction, Field, GroupBy, LogQuery, Operator};
use metering::telemetry::{OldSample, Sample};

use crate::TestSetup;

const METER: &str = "lamp.power";
/// 2015-01-01T12:00:00.
const NOON: i64 = 1_420_113_600_000;

fn minute(number: usize) -> Timestamp {
    Timestamp::from_millis(NOON + 60_000 * number as i64)
}

/// Six samples of two lamps, a minute from each to the next, volumes from 0 on.
async fn posted(session: &Session) -> Vec<OldSample> {
    let samples: Vec<_> = (0..6)
        .map(|number| NewSample {
            timestamp: Some(minute(number)),
            metadata: BTreeMap::from([("room".to_owned(), Some(format!("{}", number % 3)))]),
            ..NewSample::gauge(format!("house/lamp {}", number % 2), number as f64, "W")
        })
        .collect();
    session.post_samples(METER, &samples).await.expect("stored")
}

fn volumes(samples: &[Sample]) -> Vec<f64> {
    samples.iter().map(|sample| sample.volume).collect()
}

async fn found(session: &Session, query: Query) -> Vec<f64> {
    let query = SampleQuery {
        query: query.meter(METER),
        limit: None,
    };
    let items = session.samples(&query).await.expect("a list");
    volumes(&items.all().await.expect("samples"))
}

pub(crate) async fn posted_samples_are_found_by_simple_queries(setup: TestSetup) {
    let session = setup.session().await;
    let posted = posted(&session).await;
    assert_eq!(posted.len(), 6);
    assert_eq!(posted[3].counter_volume.to_bits(), 3.0_f64.to_bits());

    let all = found(&session, Query::new()).await;
    assert_eq!(all, [5.0, 4.0, 3.0, 2.0, 1.0, 0.0]);
    let of_one = Query::new().resource_id("house/lamp 1");
    assert_eq!(found(&session, of_one).await, [5.0, 3.0, 1.0]);
    let between = Query::new().since(minute(1)).before(minute(3));
    assert_eq!(found(&session, between).await, [2.0, 1.0]);
    let after = Query::new().timestamp(Operator::Gt, minute(4));
    assert_eq!(found(&session, after).await, [5.0]);
    // Digits, and yet a text.
    let in_room = Query::new().metadata("room", "2");
    assert_eq!(found(&session, in_room).await, [5.0, 2.0]);

    let old = SampleQuery {
        limit: Some(2),
        ..SampleQuery::default()
    };
    let old = session.meter_samples(METER, &old).await.expect("a list");
    let old = old.all().await.expect("samples");
    assert_eq!(old.len(), 2);
    assert_eq!(old[0].resource_metadata["room"], "2");
    assert_eq!(old[0].project_id, posted[0].project_id);
}

pub(crate) async fn a_sample_and_a_resource_are_found_by_their_ids(setup: TestSetup) {
    let session = setup.session().await;
    let posted = posted(&session).await;
    let id = posted[3].message_id.as_deref().expect("an id");
    let sample = session.sample(id).await.expect("a sample");
    assert_eq!((sample.id.as_str(), sample.timestamp), (id, minute(3)));
    let none = session.sample("another").await;
    assert!(
        matches!(none, Err(ClientError::NotFound { .. })),
        "{none:?}"
    );

    let resource = session.resource("house/lamp 1").await.expect("a resource");
    assert_eq!(resource.resource_id, "house/lamp 1");
    assert_eq!(resource.first_sample_timestamp, Some(minute(1)));
    let rels: Vec<_> = resource.links.iter().map(|link| &*link.rel).collect();
    assert_eq!(rels, ["self", METER]);

    let of_lamps = Query::new().source(posted[0].source.clone().expect("one"));
    let query = ResourceQuery {
        query: of_lamps.clone(),
        meter_links: Some(false),
        limit: None,
    };
    let resources = session.resources(&query).await.expect("a list");
    let resources = resources.all().await.expect("resources");
    assert_eq!(resources.len(), 2);
    assert_eq!(resources[0].links.len(), 1);

    let query = MeterQuery {
        query: of_lamps,
        ..MeterQuery::default()
    };
    let meters = session.meters(&query).await.expect("a list");
    assert_eq!(meters.all().await.expect("meters").len(), 2);
    let unique = MeterQuery {
        unique: true,
        ..query
    };
    let meters = session.meters(&unique).await.expect("a list");
    let meters = meters.all().await.expect("meters");
    assert_eq!(meters[0].name, METER);
    assert_eq!((meters.len(), &meters[0].resource_id), (1, &None));
}

pub(crate) async fn statistics_are_computed_as_asked(setup: TestSetup) {
    let session = setup.session().await;
    posted(&session).await;
    let query = StatisticsQuery {
        meter: METER.to_owned(),
        query: Query::new().since(minute(0)),
        period: 120,
        groupby: vec![GroupBy::ResourceId],
        functions: vec![
            AggregateFunction::Max,
            AggregateFunction::Resources,
            AggregateFunction::Count,
        ],
    };
    let rows = session.statistics(&query).await.expect("a list");
    let rows = rows.all().await.expect("rows");
    // Two lamps, three periods.
    assert_eq!(rows.len(), 6);
    for row in &rows {
        let aggregate = row.aggregate.as_ref().expect("what was asked for");
        assert_eq!(row.count, Some(1));
        assert_eq!(
            aggregate[AggregateFunction::Resources.name()].to_bits(),
            1.0_f64.to_bits()
        );
        assert_eq!(
            row.max.map(f64::to_bits),
            aggregate.get("max").map(|max| max.to_bits())
        );
        assert_eq!(row.avg, None);
    }
    let plain = StatisticsQuery {
        meter: METER.to_owned(),
        ..StatisticsQuery::default()
    };
    let rows = session.statistics(&plain).await.expect("a list");
    let rows = rows.all().await.expect("rows");
    assert_eq!(
        (rows.len(), rows[0].sum, rows[0].count),
        (1, Some(15.0), Some(6))
    );
}

pub(crate) async fn complex_queries_are_understood(setup: TestSetup) {
    let session = setup.session().await;
    let posted = posted(&session).await;
    let id = posted[4].message_id.clone().expect("an id");
    let room = || Field::Metadata("room".to_owned());
    for (filter, expected) in [
        (Field::Volume.gt(3_i64), vec![4.0, 5.0]),
        (
            Field::Volume.le(1.0) | Field::Volume.is(5.0),
            vec![0.0, 1.0, 5.0],
        ),
        (!Field::ResourceId.is("house/lamp 0"), vec![1.0, 3.0, 5.0]),
        (
            Field::ResourceId.matches("^house/.* 1$") & Field::Timestamp.lt(minute(4)),
            vec![1.0, 3.0],
        ),
        (room().is_in(["0", "1"]), vec![0.0, 1.0, 3.0, 4.0]),
        (Field::MessageId.is(id), vec![4.0]),
        (
            Field::Type.is("gauge")
                & Field::Unit.is("W")
                & Field::Source.compare(Operator::Ne, "x")
                & Field::Volume.ge(4.0),
            vec![4.0, 5.0],
        ),
    ] {
        let query = ComplexQuery {
            filter: Some(filter.clone() & Field::Meter.is(METER)),
            order: vec![Field::Volume.ascending(), Field::Timestamp.descending()],
            limit: Some(100),
        };
        let items = session.query_samples(&query).await;
        let items = items.unwrap_or_else(|error| panic!("{filter:?}: {error}"));
        let samples = items.all().await.expect("samples");
        assert_eq!(volumes(&samples), expected, "{filter:?}");
    }
}

pub(crate) async fn the_log_and_the_capabilities_are_read(setup: TestSetup) {
    let session = setup.session().await;
    let can = session.capabilities().await.expect("capabilities");
    assert!(can.api["meters:query:simple"]);
    let lines = session.logs(&LogQuery::default()).await.expect("a page");
    assert!(!lines.is_empty());
    let query = LogQuery {
        source: Some("identity".to_owned()),
        limit: Some(1),
        ..LogQuery::default()
    };
    let lines = session.logs(&query).await.expect("a page");
    assert_eq!((lines.len(), lines[0].source.as_str()), (1, "identity"));
}

pub(crate) async fn events_and_their_types_are_read(setup: TestSetup) {
    const SIGN_IN: &str = "warren.signin.succeeded";
    let session = setup.session().await;
    let types = session.event_types().await.expect("types");
    assert!(types.contains(&SIGN_IN.to_owned()), "{types:?}");
    let query = EventQuery {
        query: Query::new()
            .event_type(SIGN_IN)
            .event_trait("severity", Operator::Eq, "info")
            .event_trait("id", Operator::Gt, 0),
        limit: Some(1),
    };
    let events = session.events(&query).await.expect("a list");
    let events = events.all().await.expect("events");
    assert_eq!(events.len(), 1);
    let event = session.event(&events[0].message_id).await.expect("it");
    assert_eq!(event, events[0]);
    let missing = session.event("0").await;
    assert!(
        matches!(missing, Err(ClientError::NotFound { .. })),
        "{missing:?}"
    );
    let traits = session.trait_descriptions(SIGN_IN).await.expect("traits");
    let names: Vec<_> = traits
        .iter()
        .map(|described| described.name.as_str())
        .collect();
    assert_eq!(names, ["severity", "source", "id"]);
    let sources = session.traits(SIGN_IN, "source").await.expect("a list");
    let sources = sources.all().await.expect("traits");
    assert!(
        sources.iter().all(|found| found.value == "identity"),
        "{sources:?}"
    );
    assert_ne!(sources, []);
}

pub(crate) async fn alarms_are_created_changed_and_deleted(setup: TestSetup) {
    let session = setup.session().await;
    let definition = serde_json::json!({"name": "a", "type": "threshold",
        "threshold_rule": {"meter_name": "m", "threshold": 5}});
    let mut alarm = session.create_alarm(&definition).await.expect("created");
    assert_eq!(session.alarm(&alarm.alarm_id).await.expect("it"), alarm);
    alarm.name = "b".into();
    let replaced = session.replace_alarm(&alarm.alarm_id, &alarm).await;
    replaced.expect("replaced");
    let set = session
        .set_alarm_state(&alarm.alarm_id, AlarmState::Ok)
        .await;
    set.expect("set");
    let state = session.alarm_state(&alarm.alarm_id).await.expect("a state");
    assert_eq!(state, AlarmState::Ok);
    let named = session
        .alarms(&Query::new().name("b"))
        .await
        .expect("a list");
    assert_eq!(named.all().await.expect("alarms").len(), 1);
    let history = session.alarm_history(&alarm.alarm_id, &Query::new()).await;
    let history = history.expect("a list").all().await.expect("changes");
    assert_eq!(history.len(), 3);
    let deleted = session.delete_alarm(&alarm.alarm_id).await;
    deleted.expect("deleted");
    let missing = session.alarm(&alarm.alarm_id).await;
    assert!(
        matches!(missing, Err(ClientError::NotFound { .. })),
        "{missing:?}"
    );
}

pub(crate) async fn refused_requests_have_a_message(setup: TestSetup) {
    let session = setup.session().await;
    let foreign = NewSample {
        volume: f64::NAN,
        ..NewSample::gauge("lamp", 1.0, "W")
    };
    let refused = session.post_samples(METER, &[foreign]).await;
    let refused = refused.expect_err("it is no number");
    assert!(
        matches!(refused, ClientError::Refused { .. }),
        "{refused:?}"
    );
    let query = SampleQuery {
        query: Query::new().search_offset(5),
        limit: Some(0),
    };
    let refused = session.samples(&query).await.expect_err("no limit");
    assert!(refused.to_string().contains("imit"), "{refused}");
}
