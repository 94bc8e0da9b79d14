//! The discovery documents: which versions of the Identity API there are.

use std::sync::Arc;

use axum::extract::State;
use axum::response::Response;
use http::StatusCode;
use serde_json::{Value, json};
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use crate::http::json::json_response;
use crate::state::ApiState;

/// The version of the protocol that is spoken.
const VERSION: &str = "v3.14";

pub(crate) fn router() -> OpenApiRouter<Arc<ApiState>> {
    // Clients ask with a slash at the end, too.
    OpenApiRouter::new()
        .routes(routes!(versions))
        .routes(routes!(version))
        .routes(routes!(version_2))
        .route("/identity/", axum::routing::get(versions))
        .route("/identity/v3/", axum::routing::get(version))
        .route("/identity/v2.0/", axum::routing::get(version_2))
}

fn v3(shared: &ApiState) -> Value {
    json!({
        "id": VERSION,
        "status": "stable",
        "updated": "2020-04-07T00:00:00Z",
        "links": [{"rel": "self", "href": format!("{}/identity/v3/", shared.base)}],
        "media-types": [{
            "base": "application/json",
            "type": "application/vnd.openstack.identity-v3+json",
        }],
    })
}

fn v2(shared: &ApiState) -> Value {
    json!({
        "id": "v2.0",
        "status": "deprecated",
        "updated": "2016-08-04T00:00:00Z",
        "links": [{"rel": "self", "href": format!("{}/identity/v2.0/", shared.base)}],
        "media-types": [{
            "base": "application/json",
            "type": "application/vnd.openstack.identity-v2.0+json",
        }],
    })
}

/// The versions of the Identity API.
#[utoipa::path(
    get,
    path = "/identity",
    operation_id = "getIdentityVersions",
    tag = "identity",
    security(()),
    responses((status = 300, description = "The versions", content_type = "application/json"))
)]
async fn versions(State(shared): State<Arc<ApiState>>) -> Response {
    let body = json!({"versions": {"values": [v3(&shared), v2(&shared)]}});
    json_response(StatusCode::MULTIPLE_CHOICES, body.to_string().into())
}

/// Version 3 of the Identity API.
#[utoipa::path(
    get,
    path = "/identity/v3",
    operation_id = "getIdentityVersion",
    tag = "identity",
    security(()),
    responses((status = 200, description = "The version", content_type = "application/json"))
)]
async fn version(State(shared): State<Arc<ApiState>>) -> Response {
    let body = json!({"version": v3(&shared)});
    json_response(StatusCode::OK, body.to_string().into())
}

/// Version 2.0 of the Identity API, for clients of its time.
#[utoipa::path(
    get,
    path = "/identity/v2.0",
    operation_id = "getIdentityVersion2",
    tag = "identity",
    security(()),
    responses((status = 200, description = "The version", content_type = "application/json"))
)]
async fn version_2(State(shared): State<Arc<ApiState>>) -> Response {
    let body = json!({"version": v2(&shared)});
    json_response(StatusCode::OK, body.to_string().into())
}
