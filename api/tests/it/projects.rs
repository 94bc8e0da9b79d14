//! Two projects never see each other's samples, by any path.

use std::sync::Arc;

use http::{Method, StatusCode};
use metering::Timestamp;
use metering::meter::OBJECT_TOTALS;
use serde_json::{Value, json};
use store::testing::NaiveStore;
use store::{Collected, Store};

use crate::support::{
    Account, FakeBroker, TestApp, faultstring, local, password_request, sample, sqlite,
};

/// Somebody of a project, and its samples.
struct Member {
    token: String,
    project: String,
    /// Of its only sample.
    sample: String,
}

/// Two brokers, each a project with a member of its own, and each member's sample of the meter `m`:
/// of a resource of its own, and of one that both call `shared`.
async fn members(app: &TestApp) -> [Member; 2] {
    let mut members = Vec::new();
    for name in ["anna", "bert"] {
        let mut request = password_request(name, "secret");
        request["auth"]["scope"] =
            json!({"project": {"name": format!("of-{name}"), "domain": {"name": "Default"}}});
        let answer = app.post("/identity/v3/auth/tokens", &request, &[]).await;
        assert_eq!(answer.status, StatusCode::CREATED, "{:?}", answer.body);
        let token = answer
            .header("x-subject-token")
            .expect("a token")
            .to_owned();
        let own = format!("res/{name}");
        let samples = [own.as_str(), "shared"].map(|resource| {
            sample(
                "m",
                resource,
                1.0,
                &json!({"resource_metadata": {"of": name}}),
            )
        });
        let stored = app.store(&token, "m", &samples).await;
        members.push(Member {
            token,
            project: stored[0]["project_id"].as_str().expect("an id").to_owned(),
            sample: stored[0]["message_id"].as_str().expect("an id").to_owned(),
        });
    }
    members
        .try_into()
        .unwrap_or_else(|_| unreachable!("two names"))
}

fn brokers() -> [FakeBroker; 2] {
    ["anna", "bert"].map(|name| {
        let fake = FakeBroker::start();
        fake.add(Account::new(name, "secret", &["management"], &["/"]));
        fake
    })
}

fn start([anna, bert]: &[FakeBroker; 2]) -> TestApp {
    TestApp::with_store(local(&[("of-anna", anna), ("of-bert", bert)]), sqlite())
}

/// Whether an answer contains anything of the other: its project, its resource, its metadata.
fn reveals(answer: &Value, other: &Member, name: &str) -> bool {
    let text = answer.to_string();
    [
        &other.project,
        &other.sample,
        &format!("res/{name}"),
        &format!("\"{name}\""),
    ]
    .iter()
    .any(|secret| text.contains(secret.as_str()))
}

#[tokio::test]
async fn lists_hide_the_other_project() {
    let brokers = brokers();
    let app = start(&brokers);
    let [anna, bert] = members(&app).await;
    for (caller, other, name, own) in [
        (&anna, &bert, "bert", "anna"),
        (&bert, &anna, "anna", "bert"),
    ] {
        for path in [
            "/v2/meters",
            "/v2/meters?unique=True",
            "/v2/meters/m",
            "/v2/samples",
            "/v2/samples?q.field=resource_id&q.value=shared",
            "/v2/resources",
            "/v2/resources/shared",
            "/v2/meters/m/statistics?groupby=project_id&groupby=resource_id&groupby=source&groupby=user_id",
        ] {
            let answer = app.get(&caller.token, path).await.ok();
            assert!(!reveals(&answer, other, name), "{path}: {answer}");
            assert_ne!(answer, json!([]), "{path} shows nothing at all to {own}");
        }
        let counted = app
            .get(
                &caller.token,
                "/v2/meters/m/statistics?aggregate.func=cardinality&aggregate.param=project_id\
                 &aggregate.func=cardinality&aggregate.param=resource_id&aggregate.func=count",
            )
            .await
            .ok();
        let expected =
            json!({"cardinality/project_id": 1.0, "cardinality/resource_id": 2.0, "count": 2.0});
        assert_eq!(counted[0]["aggregate"], expected);
        for query in [
            format!("q.field=resource_id&q.value=res/{name}"),
            format!("q.field=metadata.of&q.value={name}"),
            format!("q.field=source&q.value={}:openstack", other.project),
            format!("q.field=message_id&q.value={}", other.sample),
        ] {
            for path in ["/v2/samples", "/v2/meters/m", "/v2/meters/m/statistics"] {
                let answer = app
                    .get(&caller.token, &format!("{path}?{query}"))
                    .await
                    .ok();
                assert_eq!(answer, json!([]), "{path}?{query}");
            }
        }
    }
}

#[tokio::test]
async fn ids_of_the_other_project_are_not_found() {
    let brokers = brokers();
    let app = start(&brokers);
    let [anna, bert] = members(&app).await;
    let own = app
        .get(&anna.token, &format!("/v2/samples/{}", anna.sample))
        .await;
    assert_eq!(own.status, StatusCode::OK);
    for path in [
        format!("/v2/samples/{}", bert.sample),
        "/v2/resources/res/bert".into(),
    ] {
        let words = app.refused(&anna.token, &path, StatusCode::NOT_FOUND).await;
        assert!(words.ends_with(" Not Found"), "{words}");
    }
}

#[tokio::test]
async fn requests_for_the_other_project_are_refused() {
    let brokers = brokers();
    let app = start(&brokers);
    let [anna, bert] = members(&app).await;
    let expected = format!("Not Authorized to access project {}", bert.project);
    for field in ["project", "project_id"] {
        let query = format!("q.field={field}&q.value={}", bert.project);
        for path in [
            "/v2/meters",
            "/v2/meters/m",
            "/v2/samples",
            "/v2/resources",
            "/v2/meters/m/statistics",
        ] {
            let path = format!("{path}?{query}");
            let words = app
                .refused(&anna.token, &path, StatusCode::UNAUTHORIZED)
                .await;
            assert_eq!(words, expected, "{path}");
        }
    }
    let filter = json!({"or": [{"=": {"meter": "m"}}, {"=": {"project": bert.project}}]});
    let answer = app
        .query(&anna.token, &json!({"filter": filter.to_string()}))
        .await;
    assert_eq!(faultstring(&answer, StatusCode::UNAUTHORIZED), expected);
    assert!(answer.header("www-authenticate").is_some());
}

#[tokio::test]
async fn complex_queries_hide_the_other_project() {
    let brokers = brokers();
    let app = start(&brokers);
    let [anna, bert] = members(&app).await;
    for filter in [
        json!({"=": {"meter": "m"}}),
        json!({"or": [{"=": {"meter": "m"}}, {"=": {"metadata.of": "bert"}}]}),
        json!({"not": {"=": {"meter": "none"}}}),
        json!({"=~": {"resource_id": ".*"}}),
        json!({"not": {"and": [{"=": {"project": anna.project}}, {"=": {"meter": "none"}}]}}),
    ] {
        let body = json!({"filter": filter.to_string(), "limit": 1000});
        let answer = app.query(&anna.token, &body).await.ok();
        assert_eq!(
            answer.as_array().map(Vec::len),
            Some(2),
            "{filter}: {answer}"
        );
        assert!(!reveals(&answer, &bert, "bert"), "{filter}: {answer}");
    }
    let answer = app.query(&anna.token, &json!({})).await.ok();
    assert!(!reveals(&answer, &bert, "bert"), "{answer}");
}

#[tokio::test]
async fn posts_to_the_other_project_are_refused() {
    let brokers = brokers();
    let app = start(&brokers);
    let [anna, bert] = members(&app).await;
    let posted = json!([sample("m", "r", 1.0, &json!({"project_id": bert.project}))]);
    let answer = app.post_samples(&anna.token, "m", &posted).await;
    let words = faultstring(&answer, StatusCode::BAD_REQUEST);
    assert!(
        words.ends_with("can not post samples to other projects"),
        "{words}"
    );
    let seen = app.get(&bert.token, "/v2/samples").await.ok();
    assert_eq!(seen.as_array().map(Vec::len), Some(2));
}

#[tokio::test]
async fn role_admin_sees_both_projects() {
    let brokers = brokers();
    let app = start(&brokers);
    let [anna, bert] = members(&app).await;
    let admin = app.sign_in("guest", "guest").await;
    for member in [&anna, &bert] {
        let query = format!("/v2/samples?q.field=project_id&q.value={}", member.project);
        let seen = app.get(&admin, &query).await.ok();
        assert_eq!(seen.as_array().map(Vec::len), Some(2));
        let one = app
            .request(
                Method::GET,
                &format!("/v2/samples/{}", member.sample),
                &[("x-auth-token", &admin)],
            )
            .await;
        assert_eq!(one.status, StatusCode::OK);
    }
}

#[tokio::test]
async fn collected_samples_are_shown_only_to_the_role_admin() {
    let brokers = brokers();
    let store = Arc::new(NaiveStore::new());
    let [anna, bert] = &brokers;
    let config = local(&[("of-anna", anna), ("of-bert", bert)]);
    let app = TestApp::with_store(config, Arc::clone(&store) as Arc<dyn Store>);
    let [anna, _] = members(&app).await;
    store.collect(Collected {
        resource_id: "collected".into(),
        project_id: None,
        timestamp: Timestamp::from_millis(1_420_070_400_000),
        values: vec![(&OBJECT_TOTALS[0], 5.0)],
    });
    let admin = app.sign_in("guest", "guest").await;
    for path in ["/v2/meters", "/v2/samples", "/v2/resources"] {
        // The collector's own polls are more than one page.
        let path = format!("{path}?q.field=resource_id&q.value=collected");
        let seen = app.get(&admin, &path).await.ok();
        assert_eq!(seen.as_array().map(Vec::len), Some(1), "{path}: {seen}");
        let seen = app.get(&anna.token, &path).await.ok();
        assert_eq!(seen, json!([]), "{path}");
    }
    app.refused(
        &anna.token,
        "/v2/resources/collected",
        StatusCode::NOT_FOUND,
    )
    .await;
}
