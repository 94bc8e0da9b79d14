//! The role `admin`: which accounts have it, and what needs it.

use http::StatusCode;
use serde_json::json;

use crate::access_scope::{brokers, start, viewers};
use crate::support::{Account, FakeBroker, TestApp, faultstring, password_request, sample};

#[tokio::test]
async fn posting_for_another_project_or_user_needs_the_role_admin() {
    let brokers = brokers();
    let (app, admin) = start(&brokers).await;
    for (name, password, _) in viewers() {
        let token = app.sign_in(name, password).await;
        for (field, words) in [
            ("project_id", "can not post samples to other projects"),
            ("user_id", "can not post samples for other users"),
        ] {
            let posted = json!([
                sample("m", "r", 1.0, &json!({})),
                sample("m", "r", 1.0, &json!({field: "another"})),
            ]);
            let answer = app.post_samples(&token, "m", &posted).await;
            let message = faultstring(&answer, StatusCode::BAD_REQUEST);
            assert!(message.ends_with(words), "{name}: {message}");
        }
        let own = app
            .store(&token, "n", &[sample("n", "r", 1.0, &json!({}))])
            .await;
        let named = json!({"project_id": own[0]["project_id"], "user_id": own[0]["user_id"]});
        app.store(&token, "n", &[sample("n", "r", 1.0, &named)])
            .await;
    }
    assert_eq!(app.get(&admin, "/v2/meters/m").await.ok(), json!([]));
    let others = json!({"project_id": "another", "user_id": "another"});
    app.store(&admin, "m", &[sample("m", "r", 1.0, &others)])
        .await;
}

#[tokio::test]
async fn the_role_admin_needs_the_tag_administrator_on_every_broker() {
    let [alpha, beta] = brokers();
    let absent = FakeBroker::absent();
    let role = async |app: &TestApp, name: &str, project: &str| {
        let mut request = password_request(name, "secret");
        request["auth"]["scope"] =
            json!({"project": {"name": project, "domain": {"name": "Default"}}});
        let answer = app.post("/identity/v3/auth/tokens", &request, &[]).await;
        assert_eq!(answer.status, StatusCode::CREATED, "{:?}", answer.body);
        answer.json()["token"]["roles"][0]["name"].clone()
    };
    for fake in [&alpha, &beta, &absent] {
        fake.add(Account::new("root", "secret", &["administrator"], &[]));
    }
    let app = TestApp::start(&[("alpha", &alpha), ("beta", &beta)]);
    assert_eq!(role(&app, "root", "warren").await, "admin");
    assert_eq!(
        role(&app, "root", "alpha").await,
        "member",
        "beta was not asked"
    );
    assert_eq!(role(&app, "adam", "warren").await, "member");
    assert_eq!(role(&app, "vera", "warren").await, "member");
    let app = TestApp::start(&[("alpha", &alpha), ("absent", &absent)]);
    assert_eq!(
        role(&app, "root", "warren").await,
        "member",
        "one is silent"
    );
}
