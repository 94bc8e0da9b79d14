//! What holds for every request: tokens, errors, `Accept`, methods, prefix, CORS.

use http::{Method, StatusCode};
use serde_json::json;

use crate::support::{FakeBroker, TestApp, local};

const PATHS: [&str; 5] = [
    "brokers",
    "overview",
    "nodes",
    "users",
    "series?meter=rabbit.queues",
];

#[tokio::test]
async fn without_a_valid_token_every_path_is_401_in_keystones_form() {
    let app = TestApp::start(&[("prod", &FakeBroker::absent())]);
    for path in PATHS
        .map(|path| format!("/v2/rabbit/{path}"))
        .iter()
        .map(String::as_str)
        .chain(["/v2", "/v2/", "/v2/nothing"])
    {
        for headers in [
            &[][..],
            &[("x-auth-token", "")],
            &[("x-auth-token", "0123456789abcdef")],
        ] {
            let answer = app.request(Method::GET, path, headers).await;
            assert_eq!(answer.status, StatusCode::UNAUTHORIZED, "{path}");
            assert_eq!(
                answer.header("www-authenticate"),
                Some("Keystone uri='http://127.0.0.1:8777/identity'")
            );
            assert_eq!(answer.header("content-type"), Some("application/json"));
            let expected = json!({"error": {
                "code": 401,
                "title": "Unauthorized",
                "message": "The request you have made requires authentication.",
            }});
            assert_eq!(answer.json(), expected, "{path}");
        }
    }
}

#[tokio::test]
async fn unknown_path_is_404_in_the_accepted_format() {
    let fake = FakeBroker::start();
    let (app, token) = TestApp::ready(&fake).await;
    for path in ["/nothing", "/v2", "/v2/nothing", "/identity/v2"] {
        let headers = [
            ("x-auth-token", token.as_str()),
            ("accept", "application/json"),
        ];
        let answer = app.request(Method::GET, path, &headers).await;
        assert_eq!(answer.status, StatusCode::NOT_FOUND, "{path}");
        assert_eq!(
            answer.json(),
            json!({"error_message": {"code": 404, "title": "Not Found", "description": ""}})
        );
        let answer = app.get(&token, path).await;
        assert_eq!(answer.status, StatusCode::NOT_FOUND, "{path}");
        let message = answer.json()["error_message"]
            .as_str()
            .expect("a text")
            .to_owned();
        assert!(message.starts_with("404 Not Found"), "{message}");
    }
}

#[tokio::test]
async fn wrong_method_is_405_with_the_allowed_methods() {
    let fake = FakeBroker::start();
    let (app, token) = TestApp::ready(&fake).await;
    let headers = [
        ("x-auth-token", token.as_str()),
        ("accept", "application/json"),
    ];
    for (method, path, allowed) in [
        (Method::POST, "/v2/rabbit/overview", "GET,HEAD"),
        (Method::DELETE, "/", "GET,HEAD"),
        (
            Method::PUT,
            "/identity/v3/auth/tokens",
            "POST,GET,HEAD,DELETE",
        ),
    ] {
        let answer = app.request(method.clone(), path, &headers).await;
        assert_eq!(
            answer.status,
            StatusCode::METHOD_NOT_ALLOWED,
            "{method} {path}"
        );
        assert_eq!(answer.header("allow"), Some(allowed), "{method} {path}");
        assert_eq!(answer.json()["error_message"]["code"], 405);
    }
}

#[tokio::test]
async fn options_without_cors_answers_with_the_methods() {
    let fake = FakeBroker::start();
    let (app, token) = TestApp::ready(&fake).await;
    let headers = [("x-auth-token", token.as_str())];
    for (path, allowed) in [
        ("/", "GET,HEAD"),
        ("/v2/rabbit/overview", "GET,HEAD"),
        ("/v2/meters/m", "GET,HEAD,POST"),
        ("/identity/v3/auth/tokens", "POST,GET,HEAD,DELETE"),
    ] {
        let answer = app.request(Method::OPTIONS, path, &headers).await;
        assert_eq!(answer.status, StatusCode::OK, "{path}");
        assert_eq!(answer.header("allow"), Some(allowed), "{path}");
        assert!(answer.body.is_empty(), "{path}");
    }
    let unknown = app.request(Method::OPTIONS, "/v2/none", &headers).await;
    assert_eq!(unknown.status, StatusCode::NOT_FOUND);
    let stranger = app.request(Method::OPTIONS, "/v2/samples", &[]).await;
    assert_eq!(stranger.status, StatusCode::UNAUTHORIZED);
}

#[tokio::test]
async fn an_accept_that_admits_no_json_is_406() {
    let fake = FakeBroker::start();
    let (app, token) = TestApp::ready(&fake).await;
    for (accept, status) in [
        ("text/html", StatusCode::NOT_ACCEPTABLE),
        ("application/vnd.x+json", StatusCode::NOT_ACCEPTABLE),
        ("text/plain, application/json;q=0.8", StatusCode::OK),
        ("*/*", StatusCode::OK),
    ] {
        let headers = [("x-auth-token", token.as_str()), ("accept", accept)];
        let answer = app
            .request(Method::GET, "/v2/rabbit/brokers", &headers)
            .await;
        assert_eq!(answer.status, status, "{accept}");
        assert_eq!(answer.header("content-type"), Some("application/json"));
    }
}

#[tokio::test]
async fn head_is_get_without_the_body() {
    let fake = FakeBroker::start();
    let (app, token) = TestApp::ready(&fake).await;
    for path in [
        "/",
        "/v2/rabbit/brokers",
        "/v2/rabbit/nodes",
        "/identity/v3",
    ] {
        let answer = app
            .request(Method::HEAD, path, &[("x-auth-token", &token)])
            .await;
        assert_eq!(
            (answer.status, answer.body.len()),
            (StatusCode::OK, 0),
            "{path}"
        );
        assert_eq!(answer.header("content-type"), Some("application/json"));
    }
}

#[tokio::test]
async fn unknown_argument_is_400_and_named() {
    let fake = FakeBroker::start();
    let (app, token) = TestApp::ready(&fake).await;
    for path in PATHS {
        let joint = if path.contains('?') { '&' } else { '?' };
        let answer = app
            .get(&token, &format!("/v2/rabbit/{path}{joint}foo=1"))
            .await;
        assert_eq!(answer.status, StatusCode::BAD_REQUEST, "{path}");
        let fault = json!({"faultcode": "Client", "faultstring": "Unknown argument: \"foo\"", "debuginfo": null});
        assert_eq!(answer.json(), json!({"error_message": fault}), "{path}");
    }
}

#[tokio::test]
async fn paths_outside_the_prefix_are_not_found() {
    let fake = FakeBroker::start();
    let mut config = local(&[("prod", &fake)]);
    config.path_prefix = "/telemetry".into();
    let app = TestApp::with(config);
    let answer = app
        .request(Method::GET, "/telemetry/v2/rabbit/brokers", &[])
        .await;
    assert_eq!(answer.status, StatusCode::UNAUTHORIZED);
    assert_eq!(
        answer.header("www-authenticate"),
        Some("Keystone uri='http://127.0.0.1:8777/telemetry/identity'")
    );
    for path in [
        "/",
        "/v2/rabbit/brokers",
        "/telemetrys",
        "/identity/v3",
        "/telemetry/telemetry",
    ] {
        let answer = app.request(Method::GET, path, &[]).await;
        assert_eq!(answer.status, StatusCode::NOT_FOUND, "{path}");
    }
}

#[tokio::test]
async fn only_scripts_of_listed_origins_may_call() {
    let fake = FakeBroker::start();
    let mut config = local(&[("prod", &fake)]);
    config.cors_origins = vec!["https://portal.example".into()];
    let app = TestApp::with(config);

    let listed = [
        ("origin", "https://portal.example"),
        ("access-control-request-method", "GET"),
    ];
    let answer = app
        .request(Method::OPTIONS, "/v2/rabbit/overview", &listed)
        .await;
    assert_eq!(
        answer.status,
        StatusCode::NO_CONTENT,
        "a preflight carries no token"
    );
    assert_eq!(
        answer.header("access-control-allow-origin"),
        Some("https://portal.example")
    );
    assert!(
        answer
            .header("access-control-allow-headers")
            .is_some_and(|headers| headers.contains("X-Auth-Token"))
    );
    assert_eq!(answer.header("vary"), Some("Origin"));
    let answer = app.request(Method::GET, "/", &listed[..1]).await;
    assert_eq!(
        answer.header("access-control-allow-origin"),
        Some("https://portal.example")
    );

    let other = [
        ("origin", "https://portal.example.evil"),
        ("access-control-request-method", "GET"),
    ];
    for method in [Method::OPTIONS, Method::GET] {
        let answer = app.request(method, "/", &other).await;
        assert_eq!(answer.header("access-control-allow-origin"), None);
        assert_eq!(answer.header("vary"), Some("Origin"));
    }
}

#[tokio::test]
async fn every_answer_has_nosniff_and_cache_control() {
    let fake = FakeBroker::start();
    let (app, token) = TestApp::ready(&fake).await;
    for path in [
        "/",
        "/nothing",
        "/openapi.json",
        "/identity/v3",
        "/identity/v3/auth/tokens",
        "/v2",
        "/v2/nothing",
        "/v2/rabbit/overview",
        "/v2/rabbit/overview?broker=none",
        "/v2/rabbit/queues?page=0",
        "/v2/samples?limit=x",
    ] {
        for method in [Method::GET, Method::POST, Method::OPTIONS] {
            for token in ["", token.as_str()] {
                let headers = [("x-auth-token", token)];
                let answer = app.request(method.clone(), path, &headers).await;
                let of = format!("{method} {path}: {}", answer.status);
                assert_eq!(
                    answer.header("x-content-type-options"),
                    Some("nosniff"),
                    "{of}"
                );
                let cache = answer.header("cache-control").unwrap_or_default();
                assert!(
                    matches!(cache, "no-store" | "private, no-cache" | "no-cache"),
                    "{of}: {cache:?}"
                );
            }
        }
    }
}
