//! `/v2/meters`: the list of them, the samples of one, and posting.

use base64::Engine;
use base64::prelude::BASE64_STANDARD;
use http::header::CONTENT_TYPE;
use http::{Method, Request, StatusCode};
use serde_json::{Value, json};

use crate::support::{FakeBroker, TestApp, faultstring, sample};

#[tokio::test]
async fn post_returns_the_stored_samples() {
    let fake = FakeBroker::start();
    let (app, token) = TestApp::ready_on_sqlite(&fake).await;
    let more = json!({
        "counter_volume": "1.5", "project_id": "p", "user_id": "u", "source": "test",
        "timestamp": "2015-01-01T12:00:00+02:00", "resource_metadata": {"a.b.c": "x", "none": null},
    });
    let stored = app
        .store(&token, "m", &[sample("m", "r/1", 0.0, &more)])
        .await;
    let id = stored[0]["message_id"].as_str().expect("an id").to_owned();
    let mut expected = json!({
        "source": "p:test", "counter_name": "m", "counter_type": "gauge", "counter_unit": "B",
        "counter_volume": 1.5, "user_id": "u", "project_id": "p", "resource_id": "r/1",
        "timestamp": "2015-01-01T10:00:00", "resource_metadata": {"a.b:c": "x", "none": "None"},
        "message_id": id,
    });
    assert_eq!(stored, json!([expected]));

    let listed = app.get(&token, "/v2/meters/m").await.ok();
    let recorded_at = listed[0]["recorded_at"].clone();
    assert!(recorded_at.is_string());
    expected["recorded_at"] = recorded_at;
    assert_eq!(listed, json!([expected]));
}

#[tokio::test]
async fn absent_fields_of_a_post_default_to_the_caller_and_now() {
    let fake = FakeBroker::start();
    let (app, token) = TestApp::ready_on_sqlite(&fake).await;
    let headers = [
        ("x-auth-token", token.as_str()),
        ("x-subject-token", &token),
    ];
    let own = app
        .request(Method::GET, "/identity/v3/auth/tokens", &headers)
        .await
        .ok();
    let stored = app
        .store(&token, "m", &[sample("m", "r", 1.0, &json!({}))])
        .await;
    let project = own["token"]["project"]["id"].as_str().expect("an id");
    assert_eq!(stored[0]["project_id"], project);
    assert_eq!(stored[0]["user_id"], own["token"]["user"]["id"]);
    assert_eq!(stored[0]["source"], format!("{project}:openstack"));
    assert!(stored[0]["timestamp"].is_string());
}

#[tokio::test]
async fn post_with_one_bad_sample_stores_nothing() {
    let fake = FakeBroker::start();
    let (app, token) = TestApp::ready_on_sqlite(&fake).await;
    let good = sample("m", "r", 1.0, &json!({}));
    let bad = sample("m", "r", 1.0, &json!({"counter_type": "rate"}));
    let answer = app.post_samples(&token, "m", &json!([good, bad])).await;
    assert_eq!(
        faultstring(&answer, StatusCode::BAD_REQUEST),
        "Invalid input for field/attribute counter_type. Value: 'rate'. \
         The counter type must be: gauge, delta, cumulative"
    );
    assert_eq!(app.get(&token, "/v2/meters/m").await.ok(), json!([]));
}

#[tokio::test]
async fn malformed_posts_are_refused() {
    let fake = FakeBroker::start();
    let (app, token) = TestApp::ready_on_sqlite(&fake).await;
    let send = async |content_type: &str, body: Vec<u8>| {
        let request = Request::post("/v2/meters/m")
            .header("x-auth-token", &token)
            .header(CONTENT_TYPE, content_type);
        app.send(request.body(body.into()).expect("a request"))
            .await
    };
    let good = json!([sample("m", "r", 1.0, &json!({}))]).to_string();
    for content_type in ["text/plain", "application/xml", "application/jsonp"] {
        let answer = send(content_type, good.clone().into()).await;
        assert_eq!(
            faultstring(&answer, StatusCode::UNSUPPORTED_MEDIA_TYPE),
            format!("Unknown mimetype: {content_type}")
        );
    }
    let answer = send("application/json; charset=UTF-8", good.into()).await;
    assert_eq!(answer.status, StatusCode::CREATED);
    for (body, words) in [
        ("", "Samples should be included in request body"),
        ("[]", "Samples should be included in request body"),
        ("{}", "Value not a valid list"),
        ("[", "Request is not in valid JSON format"),
        ("\u{feff}[]", "Request is not in valid JSON format"),
        ("[{}]", "Mandatory field missing."),
    ] {
        let answer = send("application/json", body.into()).await;
        let message = faultstring(&answer, StatusCode::BAD_REQUEST);
        assert!(message.contains(words), "{body}: {message}");
    }
    let answer = send("application/json", vec![b' '; (16 << 20) + 1]).await;
    let message = faultstring(&answer, StatusCode::PAYLOAD_TOO_LARGE);
    assert!(message.contains("16777216 bytes"), "{message}");
}

#[tokio::test]
async fn meters_are_listed_by_resource_or_by_name() {
    let fake = FakeBroker::start();
    let (app, token) = TestApp::ready_on_sqlite(&fake).await;
    let more = json!({"project_id": "p", "user_id": "u", "source": "s", "resource_metadata": {"size": "5"}});
    for resource in ["r1", "r2"] {
        app.store(&token, "m", &[sample("m", resource, 1.0, &more)])
            .await;
    }
    app.store(
        &token,
        "n",
        &[sample("n", "r1", 1.0, &json!({"project_id": "q"}))],
    )
    .await;

    // Collected meters may stand beside them.
    let listed = app
        .get(&token, "/v2/meters?q.field=project&q.value=p")
        .await
        .ok();
    let meter = |resource: &str| {
        json!({
            "name": "m", "type": "gauge", "unit": "B", "resource_id": resource, "project_id": "p", "user_id": "u",
            "source": "p:s", "meter_id": BASE64_STANDARD.encode(format!("{resource}+m")),
        })
    };
    assert_eq!(listed, json!([meter("r1"), meter("r2")]));

    let unique = app
        .get(&token, "/v2/meters?unique=True&q.field=project&q.value=p")
        .await
        .ok();
    let expected = json!([{
        "name": "m", "type": "gauge", "unit": "B", "resource_id": null, "project_id": null, "user_id": null,
        "source": null, "meter_id": BASE64_STANDARD.encode("None+m"),
    }]);
    assert_eq!(unique, expected);

    let names = async |query: &str| {
        let listed = app.get(&token, &format!("/v2/meters?{query}")).await.ok();
        let names = listed.as_array().expect("a list").iter();
        names
            .map(|meter| meter["resource_id"].as_str().expect("an id").to_owned())
            .collect::<Vec<_>>()
    };
    let size = "q.field=metadata.size&q.value=5";
    assert_eq!(
        names(size).await,
        Vec::<String>::new(),
        "a number is no text"
    );
    assert_eq!(names(&format!("{size}&q.type=string")).await, ["r1", "r2"]);
    assert_eq!(
        names(&format!("{size}&q.type=string&limit=1")).await,
        ["r1"]
    );
}

#[tokio::test]
async fn samples_of_a_meter_come_newest_first() {
    let fake = FakeBroker::start();
    let (app, token) = TestApp::ready_on_sqlite(&fake).await;
    let samples: Vec<_> = [3, 1, 2]
        .iter()
        .map(|day| {
            let more = json!({"timestamp": format!("2015-01-0{day}")});
            sample("m", "r", f64::from(*day), &more)
        })
        .collect();
    app.store(&token, "m", &samples).await;
    app.store(&token, "n", &[sample("n", "r", 9.0, &json!({}))])
        .await;
    let volumes = async |query: &str| {
        let listed = app.get(&token, &format!("/v2/meters/m?{query}")).await.ok();
        let volumes = listed.as_array().expect("a list").iter();
        volumes
            .map(|sample| sample["counter_volume"].clone())
            .collect::<Value>()
    };
    assert_eq!(volumes("").await, json!([3.0, 2.0, 1.0]));
    assert_eq!(volumes("limit=2").await, json!([3.0, 2.0]));
    assert_eq!(
        volumes("q.field=timestamp&q.op=le&q.value=2015-01-02").await,
        json!([2.0, 1.0])
    );
    assert_eq!(
        volumes("q.field=timestamp&q.op=gt&q.value=2015-01-02").await,
        json!([3.0])
    );
    // The offset of a query's timestamp counts.
    assert_eq!(
        volumes("q.field=timestamp&q.op=lt&q.value=2015-01-02T01:00:00%2B02:00").await,
        json!([1.0])
    );
    assert_eq!(app.get(&token, "/v2/meters/unknown").await.ok(), json!([]));
}

#[tokio::test]
async fn unusable_arguments_are_refused_on_every_path() {
    let fake = FakeBroker::start();
    let (app, token) = TestApp::ready_on_sqlite(&fake).await;
    for path in ["/v2/meters", "/v2/meters/m", "/v2/samples", "/v2/resources"] {
        for (query, words) in [
            ("foo=1", "Unknown argument: \"foo\""),
            ("limit=0", "Limit must be positive"),
            ("limit=-5", "Limit must be positive"),
            ("limit=x", "unable to convert to int"),
            ("limit=1&limit=2", "\"limit\" is given 2 times"),
            ("q.value=1", "names no field"),
            (
                "q.field=harpoon&q.value=1",
                "Unknown argument: \"harpoon\": unrecognized field in query: \
                [<Query 'harpoon' eq '1' Unset>], valid keys: [",
            ),
            (
                "q.field=resource_id&q.op=gt&q.value=1",
                "unimplemented operator for resource_id",
            ),
            ("q.field=user&q.op=like&q.value=1", "Value: 'like'"),
            (
                "q.field=metadata.a&q.type=blob&q.value=1",
                "The data type blob is not supported",
            ),
            (
                "q.field=metadata.a&q.type=integer&q.value=x",
                "Unable to convert the value x to the expected data type integer.",
            ),
        ] {
            let message = app
                .refused(&token, &format!("{path}?{query}"), StatusCode::BAD_REQUEST)
                .await;
            assert!(message.contains(words), "{path}?{query}: {message}");
        }
    }
    let words = app
        .refused(&token, "/v2/meters?unique=maybe", StatusCode::BAD_REQUEST)
        .await;
    assert!(words.contains("'maybe'"), "{words}");
}
