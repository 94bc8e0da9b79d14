//! Telemetry's part: lists of any length, and posts.

use client::{
    ClientError, ComplexQuery, Credentials, MeterQuery, NewSample, Query, ResourceQuery,
    SampleQuery, Session, StatisticsQuery,
};
use futures_util::TryStreamExt;
use metering::requests::{AggregateFunction, Field, LogQuery};
use metering::telemetry::Sample;
use serde_json::json;

use crate::TestSetup;

/// Some hundred times what an answer that is read whole may have.
const MANY: u64 = 30_000;

fn many(limit: u64) -> SampleQuery {
    SampleQuery {
        limit: Some(limit),
        ..SampleQuery::default()
    }
}

/// What comes of a list that goes wrong after two items.
async fn faulty(session: &Session, fault: &str) -> (Vec<Sample>, ClientError) {
    let query = SampleQuery {
        query: Query::new().source(fault),
        limit: Some(2),
    };
    let mut items = match session.samples(&query).await {
        Ok(items) => items,
        Err(error) => return (Vec::new(), error),
    };
    let mut came = Vec::new();
    loop {
        match items.try_next().await {
            Ok(Some(item)) => came.push(item),
            Ok(None) => panic!("{fault}: no error after {} items", came.len()),
            Err(error) => return (came, error),
        }
    }
}

pub(crate) async fn list_may_exceed_the_answer_limit(setup: TestSetup) {
    let session = setup.session("admin").await;
    let mut samples = session.samples(&many(MANY)).await.expect("a list");
    let mut count = 0;
    while let Some(sample) = samples.try_next().await.expect("a sample") {
        assert_eq!(sample.id, format!("sample-{count}"));
        count += 1;
    }
    assert_eq!(count, MANY);
}

pub(crate) async fn unread_items_are_not_fetched(setup: TestSetup) {
    let session = setup.session("admin").await;
    let given_up = setup.fake.seen().given_up.clone();
    let mut samples = session.samples(&many(u64::MAX)).await.expect("a list");
    for _ in 0..1000 {
        samples.try_next().await.expect("it is endless");
    }
    drop(samples);
    given_up.notified().await;
}

pub(crate) async fn items_before_a_broken_list_are_returned(setup: TestSetup) {
    let session = setup.session("admin").await;
    let (came, error) = faulty(&session, "broken").await;
    assert_eq!(came.len(), 2);
    assert!(matches!(error, ClientError::Transport(_)), "{error:?}");

    let (came, error) = faulty(&session, "stalling").await;
    assert_eq!(came.len(), 2);
    assert!(matches!(error, ClientError::TimedOut), "{error:?}");

    let (came, error) = faulty(&session, "short").await;
    assert_eq!(came.len(), 2);
    assert!(
        matches!(error, ClientError::Incomplete { items: 2 }),
        "{error:?}"
    );
}

pub(crate) async fn invalid_list_is_an_error(setup: TestSetup) {
    let session = setup.session("admin").await;
    let (_, error) = faulty(&session, "refused").await;
    assert_eq!(error.to_string(), "refused with 400 Bad Request: in words");
    let (_, error) = faulty(&session, "html").await;
    assert!(matches!(error, ClientError::Malformed { .. }), "{error:?}");
}

pub(crate) async fn a_refused_token_is_renewed_for_lists_and_posts(setup: TestSetup) {
    let session = setup.client.signed_in(Credentials::new("admin", "right"));
    let list = session.samples(&many(3)).await.expect("a list");
    assert_eq!(list.all().await.expect("samples").len(), 3);
    setup.fake.expire();
    let list = session.samples(&many(3)).await.expect("a list");
    assert_eq!(list.all().await.expect("samples").len(), 3);
    setup.fake.expire();
    let sample = NewSample::gauge("prod", 1.0, "message");
    session.post_samples("a", &[sample]).await.expect("stored");
    assert_eq!(setup.fake.seen().sign_ins, 3);
    assert_eq!(setup.fake.seen().posted.len(), 1);
}

pub(crate) async fn posted_samples_come_back_as_stored(setup: TestSetup) {
    let session = setup.session("admin").await;
    let samples = [1.5, 2.5].map(|volume| NewSample::gauge("lamp", volume, "W"));
    let stored = session.post_samples("power/main", &samples).await;
    let stored = stored.expect("stored");
    assert_eq!(stored.len(), 2);
    assert_eq!(stored[1].counter_volume.to_bits(), 2.5_f64.to_bits());
    assert_eq!(stored[1].message_id.as_deref(), Some("given-1"));
    assert_eq!(stored[1].source.as_deref(), Some("ops:openstack"));
    assert_eq!(stored[1].recorded_at, None);
}

pub(crate) async fn complex_query_is_sent_as_text(setup: TestSetup) {
    let session = setup.session("admin").await;
    let query = ComplexQuery {
        filter: Some(Field::Meter.is("cpu") & !Field::Volume.lt(0.5)),
        order: vec![Field::Timestamp.ascending()],
        limit: Some(4),
    };
    let found = session.query_samples(&query).await.expect("a list");
    let found = found.all().await.expect("samples");
    assert_eq!(found[0].id, "sample-3");
    assert_eq!(
        setup.fake.seen().posted,
        [json!({
            "filter": r#"{"and":[{"=":{"meter":"cpu"}},{"not":{"<":{"volume":0.5}}}]}"#,
            "orderby": r#"[{"timestamp":"asc"}]"#,
            "limit": 4,
        })]
    );
}

pub(crate) async fn each_resource_is_requested_at_its_path(setup: TestSetup) {
    let session = setup.session("admin").await;
    let meters = session.meters(&MeterQuery::default()).await;
    assert_eq!(meters.expect("a list").all().await.expect("meters"), []);
    let samples = session.meter_samples("a b", &many(5)).await;
    assert_eq!(samples.expect("a list").all().await.expect("samples"), []);
    let statistics = StatisticsQuery {
        meter: "a/b".to_owned(),
        functions: vec![AggregateFunction::Max],
        ..StatisticsQuery::default()
    };
    let statistics = session.statistics(&statistics).await;
    assert_eq!(statistics.expect("a list").all().await.expect("rows"), []);
    let resources = session.resources(&ResourceQuery::default()).await;
    assert_eq!(resources.expect("a list").all().await.expect("them"), []);
    let logs = session.logs(&LogQuery::default()).await.expect("a page");
    assert!(logs.is_empty());

    let sample = session.sample("sample-7").await.expect("a sample");
    assert_eq!(sample.volume.to_bits(), 7.0_f64.to_bits());
    let resource = session.resource("prod/rabbit@one").await;
    assert_eq!(resource.expect("a resource").links[0].rel, "self");
    let can = session.capabilities().await.expect("capabilities");
    assert!(can.api["meters:query:simple"]);
    let none = session.sample("another").await;
    assert!(
        matches!(none, Err(ClientError::NotFound { .. })),
        "{none:?}"
    );
    assert_eq!(
        setup.fake.seen().asked,
        [
            "/v2/meters",
            "/v2/meters/a%20b?limit=5",
            "/v2/meters/a%2Fb/statistics?aggregate.func=max",
            "/v2/resources",
            "/v2/logs",
            "/v2/samples/sample-7",
            "/v2/resources/prod%2Frabbit%40one",
            "/v2/capabilities",
            "/v2/samples/another",
        ]
    );
}
