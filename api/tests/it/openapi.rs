//! The checked-in OpenAPI document is the served one.

/// If set, the test writes the document.
const UPDATE: &str = "UPDATE_OPENAPI";

#[test]
fn the_checked_in_document_is_the_served_one() {
    let path = test_fixtures::checkout().join("docs/openapi.json");
    let served = api::openapi_json();
    if std::env::var_os(UPDATE).is_some() {
        std::fs::write(&path, &served).expect("docs/openapi.json can be written");
    }
    let checked_in = std::fs::read_to_string(&path).expect("docs/openapi.json is there");
    assert!(
        checked_in == served,
        "docs/openapi.json is not what the service serves: run `{UPDATE}=1 cargo nextest run -p api openapi` and commit it"
    );
}

#[test]
fn operation_ids_are_unique() {
    let document: serde_json::Value = serde_json::from_str(&api::openapi_json()).expect("JSON");
    let items = document["paths"].as_object().expect("paths").values();
    let operations = items.flat_map(|item| item.as_object().expect("methods").values());
    let mut names: Vec<_> = operations
        .map(|operation| operation["operationId"].as_str().expect("a name"))
        .collect();
    let count = names.len();
    names.sort_unstable();
    names.dedup();
    assert_eq!(names.len(), count, "{names:?}");
}

#[test]
fn every_path_declares_whether_it_needs_a_token() {
    let document: serde_json::Value = serde_json::from_str(&api::openapi_json()).expect("JSON");
    let open: Vec<_> = document["paths"]
        .as_object()
        .expect("paths")
        .iter()
        .flat_map(|(path, item)| {
            item.as_object()
                .expect("methods")
                .iter()
                .map(move |(method, operation)| (path, method, operation))
        })
        .filter(|(_, _, operation)| operation.get("security").is_some())
        .map(|(path, method, _)| format!("{method} {path}"))
        .collect();
    assert_eq!(
        open,
        [
            "get /",
            "get /identity",
            "get /identity/v2.0",
            "post /identity/v2.0/tokens",
            "get /identity/v3",
            "post /identity/v3/auth/tokens",
            "get /openapi.json",
            "post /v2/rabbit/guest-tokens",
            "post /v2/rabbit/share-links/open"
        ]
    );
    assert_eq!(document["security"][0]["token"], serde_json::json!([]));
}
