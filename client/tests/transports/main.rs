//! The same tests over HTTP and straight to a router in the same process.

mod fake;
mod telemetry;
mod tokens;

use std::sync::Arc;
use std::time::Duration;

use client::{Client, ClientError, Credentials, Endpoints, HttpOptions, HttpTransport, InProcess};
use fake::{Fake, TIMEOUT};
use metering::requests::{SeriesColumn, SeriesQuery};
use metering::{Overview, Timestamp};
use telemetry::{
    a_refused_token_is_renewed_for_lists_and_posts, complex_query_is_sent_as_text,
    each_resource_is_requested_at_its_path, invalid_list_is_an_error,
    items_before_a_broken_list_are_returned, list_may_exceed_the_answer_limit,
    posted_samples_come_back_as_stored, unread_items_are_not_fetched,
};
use tokens::{
    a_given_token_is_not_renewed, a_refused_token_is_renewed, a_revoked_token_is_refused,
    callers_refused_together_renew_once, catalog_without_the_api_is_reported,
    changed_password_is_tried_once, ended_session_sends_no_requests, the_catalog_names_the_api,
};

/// How many bytes the clients of these tests read.
const ANSWER_LIMIT: usize = 64 * 1024;

/// A fake API and a client of it.
struct TestSetup {
    fake: Fake,
    client: Client,
    /// The same API, to be found by its catalog.
    by_catalog: Client,
}

impl TestSetup {
    async fn over_http() -> Self {
        let fake = Fake::default();
        let listener = tokio::net::TcpListener::bind("127.0.0.1:0")
            .await
            .expect("a port");
        let address = format!("http://{}", listener.local_addr().expect("an address"));
        let router = fake.router();
        tokio::spawn(async move { axum::serve(listener, router).await });
        let transport = HttpTransport::with(HttpOptions {
            timeout: TIMEOUT,
            answer_limit: ANSWER_LIMIT,
            ..HttpOptions::default()
        })
        .expect("a transport");
        Self::new(fake, &address, || transport.clone())
    }

    fn in_process() -> Self {
        let fake = Fake::default();
        let transport = InProcess::new(fake.router())
            .timeout(TIMEOUT)
            .answer_limit(ANSWER_LIMIT);
        Self::new(fake, "http://in-process.invalid", || transport.clone())
    }

    fn new<T: client::Transport>(fake: Fake, address: &str, transport: impl Fn() -> T) -> Self {
        fake.seen().catalog = format!("{address}/");
        let at = Endpoints::at(address.parse().expect("a URL"));
        let identity = at.identity.clone();
        Self {
            fake,
            client: Client::new(transport(), at),
            by_catalog: Client::new(transport(), Endpoints::from_catalog(identity)),
        }
    }

    async fn session(&self, user: &str) -> client::Session {
        self.client
            .sign_in(&Credentials::new(user, "right"))
            .await
            .expect("signed in")
            .session
    }
}

fn queues(overview: &Overview) -> Option<i64> {
    overview
        .object_totals
        .as_ref()
        .and_then(|totals| totals.queues)
}

async fn sign_in_returns_the_owner_and_expiry_of_the_token(setup: TestSetup) {
    let signed_in = setup
        .client
        .sign_in(&Credentials::new("admin", "right"))
        .await
        .expect("in");
    assert_eq!(signed_in.account.user.name, "admin");
    assert!(signed_in.account.has_role("admin"));
    assert_eq!(
        signed_in.expires_at,
        "2035-01-01T12:00:00".parse::<Timestamp>().expect("a time")
    );
    assert!(
        setup
            .fake
            .seen()
            .tokens
            .contains_key(signed_in.token.expose())
    );
    signed_in
        .session
        .overview("prod")
        .await
        .expect("an overview");
}

async fn a_wrong_password_is_unauthorized(setup: TestSetup) {
    let refused = setup
        .client
        .sign_in(&Credentials::new("admin", "wrong"))
        .await;
    assert!(
        matches!(refused, Err(ClientError::Unauthorized)),
        "{refused:?}"
    );
}

async fn too_many_sign_ins_return_the_time_to_wait(setup: TestSetup) {
    let refused = setup
        .client
        .sign_in(&Credentials::new("hasty", "right"))
        .await;
    let Err(ClientError::TooManyRequests { retry_after }) = refused else {
        panic!("{refused:?}");
    };
    assert_eq!(retry_after, Some(Duration::from_secs(30)));
}

async fn viewer_address_is_forwarded(setup: TestSetup) {
    let viewer = "2001:db8::7".parse().ok();
    let credentials = Credentials::new("admin", "right").forwarded_for(viewer);
    setup.client.sign_in(&credentials).await.expect("signed in");
    assert_eq!(
        setup.fake.seen().forwarded_for.as_deref(),
        Some("2001:db8::7")
    );
}

async fn unchanged_answers_are_parsed_once(setup: TestSetup) {
    let (one, two) = (setup.session("admin").await, setup.session("admin").await);
    let first = one.overview("prod").await.expect("an overview");
    let second = two.overview("prod").await.expect("an overview");
    assert!(Arc::ptr_eq(&first, &second));
    assert_eq!(
        setup.fake.seen().conditions,
        [None, Some("\"0-admin\"".to_owned())]
    );
}

async fn changed_answers_are_returned(setup: TestSetup) {
    let session = setup.session("admin").await;
    assert_eq!(
        queues(&session.overview("prod").await.expect("an overview")),
        Some(0)
    );
    setup.fake.seen().tick = 1;
    assert_eq!(
        queues(&session.overview("prod").await.expect("an overview")),
        Some(1)
    );
    assert_eq!(
        queues(&session.overview("prod").await.expect("an overview")),
        Some(1)
    );
}

async fn accounts_of_other_rights_never_share_answers(setup: TestSetup) {
    let (admin, member) = (setup.session("admin").await, setup.session("member").await);
    for tick in 0..6 {
        setup.fake.seen().tick = tick;
        // The second round is answered with 304.
        for _ in 0..2 {
            let seen = admin.overview("prod").await.expect("an overview");
            assert_eq!(seen.node.as_deref(), Some("admin"));
            let seen = member.overview("prod").await.expect("an overview");
            assert_eq!(
                (seen.node.as_deref(), queues(&seen)),
                (Some("member"), Some(tick))
            );
        }
    }
}

async fn unknown_304_is_requested_again(setup: TestSetup) {
    let session = setup.session("admin").await;
    session.overview("prod").await.expect("an overview");
    setup.fake.seen().wrong_not_modified = Some("\"0-member\"".to_owned());
    let seen = session.overview("prod").await.expect("an overview");
    assert_eq!(seen.node.as_deref(), Some("admin"));
    assert_eq!(setup.fake.seen().conditions.last(), Some(&None));
}

async fn series_query_is_sent_as_given(setup: TestSetup) {
    let query = SeriesQuery {
        broker: Some("prod".to_owned()),
        meters: vec!["rabbit.messages".to_owned()],
        points: Some(60),
        columns: vec![SeriesColumn::Avg],
        ..SeriesQuery::default()
    };
    let series = setup
        .session("admin")
        .await
        .series(&query)
        .await
        .expect("a series");
    let column = series.column("rabbit.messages", "prod").expect("a column");
    assert_eq!((column.avg.get(0), column.avg.get(1)), (Some(1.0), None));
    assert_eq!(
        setup.fake.seen().asked,
        ["/v2/rabbit/series?broker=prod&meter=rabbit.messages&points=60&columns=avg"]
    );
}

async fn errors_have_the_services_message(setup: TestSetup) {
    let session = setup.session("admin").await;
    let words = |error: ClientError| error.to_string();
    for (status, expected) in [
        ("403", "forbidden: in words"),
        ("404", "not found: in words"),
        ("503", "unavailable: in words"),
        ("500", "refused with 500 Internal Server Error: in words"),
        // Followed, it would carry the token to wherever it points.
        ("307", "refused with 307 Temporary Redirect: in words"),
    ] {
        let error = session.users(status).await.expect_err("an error");
        assert_eq!(words(error), expected);
    }
}

async fn unavailable_returns_the_time_to_wait(setup: TestSetup) {
    let error = setup
        .session("admin")
        .await
        .users("503")
        .await
        .expect_err("an error");
    assert_eq!(error.retry_after(), Some(Duration::from_secs(5)));
}

async fn silence_times_out(setup: TestSetup) {
    let session = setup.session("admin").await;
    for broker in ["silent", "stalling"] {
        let answer = session.nodes(broker).await;
        assert!(
            matches!(answer, Err(ClientError::TimedOut)),
            "{broker}: {answer:?}"
        );
    }
}

async fn answer_size_is_limited(setup: TestSetup) {
    let session = setup.session("admin").await;
    for broker in ["endless", "huge"] {
        let answer = session.nodes(broker).await;
        assert!(
            matches!(answer, Err(ClientError::TooLarge)),
            "{broker}: {answer:?}"
        );
    }
}

async fn invalid_json_is_malformed(setup: TestSetup) {
    let session = setup.session("admin").await;
    for broker in ["html", "cut"] {
        let answer = session.nodes(broker).await;
        assert!(
            matches!(answer, Err(ClientError::Malformed { .. })),
            "{broker}: {answer:?}"
        );
    }
}

async fn reachability_needs_no_token(setup: TestSetup) {
    setup.client.reachable().await.expect("it answers");
}

macro_rules! both {
    ($($test:ident)*) => {
        mod over_http {
            $(
                #[tokio::test]
                async fn $test() {
                    super::$test(super::TestSetup::over_http().await).await;
                }
            )*
        }

        mod in_process {
            $(
                #[tokio::test]
                async fn $test() {
                    super::$test(super::TestSetup::in_process()).await;
                }
            )*
        }
    };
}

both! {
    sign_in_returns_the_owner_and_expiry_of_the_token
    a_wrong_password_is_unauthorized
    too_many_sign_ins_return_the_time_to_wait
    viewer_address_is_forwarded
    unchanged_answers_are_parsed_once
    changed_answers_are_returned
    accounts_of_other_rights_never_share_answers
    unknown_304_is_requested_again
    a_refused_token_is_renewed
    callers_refused_together_renew_once
    changed_password_is_tried_once
    a_given_token_is_not_renewed
    a_revoked_token_is_refused
    ended_session_sends_no_requests
    the_catalog_names_the_api
    catalog_without_the_api_is_reported
    series_query_is_sent_as_given
    errors_have_the_services_message
    unavailable_returns_the_time_to_wait
    silence_times_out
    answer_size_is_limited
    invalid_json_is_malformed
    reachability_needs_no_token
    list_may_exceed_the_answer_limit
    unread_items_are_not_fetched
    items_before_a_broken_list_are_returned
    invalid_list_is_an_error
    a_refused_token_is_renewed_for_lists_and_posts
    posted_samples_come_back_as_stored
    complex_query_is_sent_as_text
    each_resource_is_requested_at_its_path
}

#[tokio::test]
async fn absent_service_is_a_transport_error() {
    let listener = tokio::net::TcpListener::bind("127.0.0.1:0")
        .await
        .expect("a port");
    let address = format!("http://{}", listener.local_addr().expect("an address"));
    drop(listener);
    let endpoints = Endpoints::at(address.parse().expect("a URL"));
    let client = Client::new(HttpTransport::new().expect("a transport"), endpoints);
    let error = client.reachable().await.expect_err("nobody is there");
    assert!(error.to_string().starts_with("no connection: "), "{error}");
    assert!(error.is_temporary());
}
