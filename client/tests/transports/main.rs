//! The same tests over HTTP and straight to a router in the same process.

mod fake;
mod telemetry;

use std::sync::Arc;
use std::time::Duration;

use client::{
    Client, ClientError, Credentials, Endpoints, HttpOptions, HttpTransport, InProcess, Token,
};
use fake::{Fake, TIMEOUT};
use metering::requests::{SeriesColumn, SeriesQuery};
use metering::{Overview, Timestamp};
use telemetry::{
    a_complex_query_is_sent_as_texts, a_list_may_be_longer_than_any_answer,
    a_list_that_is_none_is_told, a_refused_token_is_renewed_for_lists_and_posts,
    each_is_asked_for_where_it_stands, posted_samples_come_back_as_stored,
    what_came_before_a_list_breaks_off_is_whole, what_nobody_reads_is_not_fetched,
};
use tokio::task::JoinSet;

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
        Self::of(fake, &address, || transport.clone())
    }

    fn in_process() -> Self {
        let fake = Fake::default();
        let transport = InProcess::new(fake.router())
            .timeout(TIMEOUT)
            .answer_limit(ANSWER_LIMIT);
        Self::of(fake, "http://in-process.invalid", || transport.clone())
    }

    fn of<T: client::Transport>(fake: Fake, address: &str, transport: impl Fn() -> T) -> Self {
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

async fn a_sign_in_tells_whose_token_it_is_and_when_it_ends(setup: TestSetup) {
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

async fn too_many_sign_ins_say_how_long_to_wait(setup: TestSetup) {
    let refused = setup
        .client
        .sign_in(&Credentials::new("hasty", "right"))
        .await;
    let Err(ClientError::TooManyRequests { retry_after }) = refused else {
        panic!("{refused:?}");
    };
    assert_eq!(retry_after, Some(Duration::from_secs(30)));
}

async fn the_viewers_address_goes_along(setup: TestSetup) {
    let viewer = "2001:db8::7".parse().ok();
    let credentials = Credentials::new("admin", "right").forwarded_for(viewer);
    setup.client.sign_in(&credentials).await.expect("signed in");
    assert_eq!(
        setup.fake.seen().forwarded_for.as_deref(),
        Some("2001:db8::7")
    );
}

async fn what_has_not_changed_is_parsed_once_for_all(setup: TestSetup) {
    let (one, two) = (setup.session("admin").await, setup.session("admin").await);
    let first = one.overview("prod").await.expect("an overview");
    let second = two.overview("prod").await.expect("an overview");
    assert!(Arc::ptr_eq(&first, &second));
    assert_eq!(
        setup.fake.seen().conditions,
        [None, Some("\"0-admin\"".to_owned())]
    );
}

async fn what_has_changed_is_seen(setup: TestSetup) {
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

async fn accounts_of_other_rights_never_get_each_others_answer(setup: TestSetup) {
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

async fn a_304_that_names_nothing_of_ours_is_asked_again(setup: TestSetup) {
    let session = setup.session("admin").await;
    session.overview("prod").await.expect("an overview");
    setup.fake.seen().wrong_not_modified = Some("\"0-member\"".to_owned());
    let seen = session.overview("prod").await.expect("an overview");
    assert_eq!(seen.node.as_deref(), Some("admin"));
    assert_eq!(setup.fake.seen().conditions.last(), Some(&None));
}

async fn a_refused_token_is_renewed(setup: TestSetup) {
    let session = setup.client.signed_in(Credentials::new("admin", "right"));
    session.overview("prod").await.expect("an overview");
    setup.fake.expire();
    session.overview("prod").await.expect("an overview");
    assert_eq!(setup.fake.seen().sign_ins, 2);
}

async fn callers_refused_together_renew_once(setup: TestSetup) {
    let session = setup.client.signed_in(Credentials::new("admin", "right"));
    session.overview("prod").await.expect("an overview");
    setup.fake.expire();
    let mut callers = JoinSet::new();
    for _ in 0..20 {
        let session = session.clone();
        callers.spawn(async move { session.overview("prod").await.map(drop) });
    }
    for answer in callers.join_all().await {
        answer.expect("an overview");
    }
    assert_eq!(setup.fake.seen().sign_ins, 2);
}

async fn a_password_that_became_wrong_is_tried_once(setup: TestSetup) {
    let session = setup.client.signed_in(Credentials::new("admin", "right"));
    session.overview("prod").await.expect("an overview");
    setup.fake.expire();
    setup.fake.seen().locked_out.insert("admin".to_owned());
    let callers = [(); 5].map(|()| session.overview("prod"));
    for answer in futures_util::future::join_all(callers).await {
        assert!(
            matches!(answer, Err(ClientError::Unauthorized)),
            "{answer:?}"
        );
    }
    assert_eq!(setup.fake.seen().sign_ins, 2);
}

async fn a_given_token_is_not_renewed(setup: TestSetup) {
    let session = setup
        .client
        .session(Token::new("unknown").expect("a token"));
    let answer = session.overview("prod").await;
    assert!(
        matches!(answer, Err(ClientError::Unauthorized)),
        "{answer:?}"
    );
    assert_eq!(setup.fake.seen().sign_ins, 0);
}

async fn a_revoked_token_is_refused(setup: TestSetup) {
    let signed_in = setup
        .client
        .sign_in(&Credentials::new("admin", "right"))
        .await
        .expect("in");
    signed_in.session.revoke().await.expect("revoked");
    signed_in.session.revoke().await.expect("nothing to revoke");
    let answer = setup.client.session(signed_in.token).overview("prod").await;
    assert!(
        matches!(answer, Err(ClientError::Unauthorized)),
        "{answer:?}"
    );
}

async fn a_session_that_was_ended_asks_nothing_more(setup: TestSetup) {
    let session = setup.session("admin").await;
    session.revoke().await.expect("revoked");
    let answer = session.overview("prod").await;
    assert!(
        matches!(answer, Err(ClientError::Unauthorized)),
        "{answer:?}"
    );
    assert!(setup.fake.seen().conditions.is_empty());
}

async fn the_catalog_names_the_api(setup: TestSetup) {
    let signed_in = setup
        .by_catalog
        .sign_in(&Credentials::new("admin", "right"))
        .await
        .expect("in");
    signed_in
        .session
        .overview("prod")
        .await
        .expect("an overview");
    // A token from elsewhere brings its catalog too.
    let session = setup.by_catalog.session(signed_in.token);
    session.overview("prod").await.expect("an overview");
    let session = setup
        .by_catalog
        .signed_in(Credentials::new("admin", "right"));
    session.overview("prod").await.expect("an overview");
}

async fn a_catalog_without_the_api_is_said(setup: TestSetup) {
    setup.fake.seen().catalog = String::from("no address");
    let refused = setup
        .by_catalog
        .sign_in(&Credentials::new("admin", "right"))
        .await;
    assert!(
        matches!(refused, Err(ClientError::NoEndpoint { .. })),
        "{refused:?}"
    );
}

async fn a_series_is_asked_for_as_told(setup: TestSetup) {
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

async fn errors_carry_the_services_words(setup: TestSetup) {
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

async fn unavailable_says_how_long_to_wait(setup: TestSetup) {
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

async fn an_answer_has_a_bound(setup: TestSetup) {
    let session = setup.session("admin").await;
    for broker in ["endless", "huge"] {
        let answer = session.nodes(broker).await;
        assert!(
            matches!(answer, Err(ClientError::TooLarge)),
            "{broker}: {answer:?}"
        );
    }
}

async fn what_is_no_json_is_malformed(setup: TestSetup) {
    let session = setup.session("admin").await;
    for broker in ["html", "cut"] {
        let answer = session.nodes(broker).await;
        assert!(
            matches!(answer, Err(ClientError::Malformed { .. })),
            "{broker}: {answer:?}"
        );
    }
}

async fn the_api_can_be_looked_for_without_a_token(setup: TestSetup) {
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
    a_sign_in_tells_whose_token_it_is_and_when_it_ends
    a_wrong_password_is_unauthorized
    too_many_sign_ins_say_how_long_to_wait
    the_viewers_address_goes_along
    what_has_not_changed_is_parsed_once_for_all
    what_has_changed_is_seen
    accounts_of_other_rights_never_get_each_others_answer
    a_304_that_names_nothing_of_ours_is_asked_again
    a_refused_token_is_renewed
    callers_refused_together_renew_once
    a_password_that_became_wrong_is_tried_once
    a_given_token_is_not_renewed
    a_revoked_token_is_refused
    a_session_that_was_ended_asks_nothing_more
    the_catalog_names_the_api
    a_catalog_without_the_api_is_said
    a_series_is_asked_for_as_told
    errors_carry_the_services_words
    unavailable_says_how_long_to_wait
    silence_times_out
    an_answer_has_a_bound
    what_is_no_json_is_malformed
    the_api_can_be_looked_for_without_a_token
    a_list_may_be_longer_than_any_answer
    what_nobody_reads_is_not_fetched
    what_came_before_a_list_breaks_off_is_whole
    a_list_that_is_none_is_told
    a_refused_token_is_renewed_for_lists_and_posts
    posted_samples_come_back_as_stored
    a_complex_query_is_sent_as_texts
    each_is_asked_for_where_it_stands
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
