//! The version document, which needs no token.

use std::sync::Arc;

use axum::extract::State;
use axum::response::Response;
use http::StatusCode;
use serde_json::json;
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use crate::http::error::Error;
use crate::http::json::json_response;
use crate::http::params::Arguments;
use crate::state::ApiState;

pub(crate) fn router() -> OpenApiRouter<Arc<ApiState>> {
    OpenApiRouter::new().routes(routes!(versions))
}

/// The versions of the metering API.
#[utoipa::path(
    get,
    path = "/",
    operation_id = "getVersions",
    tag = "root",
    security(()),
    responses((status = 200, description = "The versions", content_type = "application/json"))
)]
async fn versions(
    State(shared): State<Arc<ApiState>>,
    arguments: Arguments,
) -> Result<Response, Error> {
    arguments.finish()?;
    let document = json!({"versions": {"values": [{
        "id": "v2",
        "links": [
            {"href": format!("{}/v2", shared.base), "rel": "self"},
            {"href": "http://docs.openstack.org/", "rel": "describedby", "type": "text/html"},
        ],
        "media-types": [{
            "base": "application/json",
            "type": "application/vnd.openstack.telemetry-v2+json",
        }],
        "status": "stable",
        "updated": "2013-02-13T00:00:00Z",
    }]}});
    Ok(json_response(StatusCode::OK, document.to_string().into()))
}
