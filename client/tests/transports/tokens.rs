//! Renewal and revocation of tokens, and what a catalog names.

use client::{ClientError, Credentials, Token};
use tokio::task::JoinSet;

use crate::TestSetup;

pub(crate) async fn a_refused_token_is_renewed(setup: TestSetup) {
    let session = setup.client.signed_in(Credentials::new("admin", "right"));
    session.overview("prod").await.expect("an overview");
    setup.fake.expire();
    session.overview("prod").await.expect("an overview");
    assert_eq!(setup.fake.seen().sign_ins, 2);
}

pub(crate) async fn callers_refused_together_renew_once(setup: TestSetup) {
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

pub(crate) async fn changed_password_is_tried_once(setup: TestSetup) {
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

pub(crate) async fn a_given_token_is_not_renewed(setup: TestSetup) {
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

pub(crate) async fn a_revoked_token_is_refused(setup: TestSetup) {
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

pub(crate) async fn ended_session_sends_no_requests(setup: TestSetup) {
    let session = setup.session("admin").await;
    session.revoke().await.expect("revoked");
    let answer = session.overview("prod").await;
    assert!(
        matches!(answer, Err(ClientError::Unauthorized)),
        "{answer:?}"
    );
    assert!(setup.fake.seen().conditions.is_empty());
}

pub(crate) async fn the_catalog_names_the_api(setup: TestSetup) {
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

pub(crate) async fn catalog_without_the_api_is_reported(setup: TestSetup) {
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
