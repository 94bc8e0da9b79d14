//! The OpenAPI document: what of it does not stand at a handler.

use std::sync::{Arc, LazyLock};

use axum::response::Response;
use bytes::Bytes;
use http::StatusCode;
use metering::meter;
use utoipa::openapi::RefOr;
use utoipa::openapi::schema::{ArrayBuilder, ObjectBuilder, Type};
use utoipa::openapi::security::{ApiKey, ApiKeyValue, SecurityScheme};
use utoipa::{Modify, OpenApi};
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use crate::controllers::{
    alarms, alerts, brokers, capabilities, dashboard, details, events, guest_tokens, health,
    identity_v2, identity_v3, identity_versions, lists, logs, meters, nodes, overview, portals,
    query, resources, root, samples, search, series, share_links, statistics,
};
use crate::http::json::json_response;
use crate::state::ApiState;

/// The head of the document.
#[derive(OpenApi)]
#[openapi(
    info(
        title = "Warren metering API",
        description = "Live figures of RabbitMQ brokers, from one collector for any number of viewers.\n\n\
            Times are ISO 8601 in UTC without a zone; what a broker does not report is absent, never null.",
    ),
    modifiers(&Token),
    security(("token" = [])),
    tags(
        (name = "root", description = "What needs no token"),
        (name = "rabbit", description = "The brokers"),
        (name = "guests", description = "Tokens for pages of others, and share links"),
        (name = "telemetry", description = "Samples, by Ceilometer's v2 protocol; what is not known is null here"),
        (name = "identity", description = "Tokens, by Keystone's protocol"),
    )
)]
struct Head;

/// The token that every path under `/v2` needs, and the key that a portal has instead.
struct Token;

impl Modify for Token {
    fn modify(&self, openapi: &mut utoipa::openapi::OpenApi) {
        let components = openapi.components.get_or_insert_default();
        for (name, header) in [("token", "X-Auth-Token"), ("service_key", "X-Service-Key")] {
            let scheme = SecurityScheme::ApiKey(ApiKey::Header(ApiKeyValue::new(header)));
            components.add_security_scheme(name, scheme);
        }
    }
}

/// The names of all meters, where one is asked for.
struct MeterNames;

impl Modify for MeterNames {
    fn modify(&self, openapi: &mut utoipa::openapi::OpenApi) {
        let Some(path) = openapi.paths.paths.get_mut("/v2/rabbit/series") else {
            return;
        };
        let parameters = path.get.as_mut().and_then(|get| get.parameters.as_mut());
        let parameters = parameters
            .into_iter()
            .flatten()
            .filter_map(|parameter| match parameter {
                RefOr::T(parameter) => Some(parameter),
                RefOr::Ref(_) => None,
            });
        for parameter in parameters.filter(|parameter| parameter.name == "meter") {
            let names = meter::all().map(|definition| definition.name);
            let name = ObjectBuilder::new()
                .schema_type(Type::String)
                .enum_values(Some(names));
            parameter.schema = Some(ArrayBuilder::new().items(name).into());
        }
    }
}

/// Paths as OpenAPI writes them: it has no form for a parameter that may hold `/`.
struct PlainPaths;

impl Modify for PlainPaths {
    fn modify(&self, openapi: &mut utoipa::openapi::OpenApi) {
        let paths = std::mem::take(&mut openapi.paths.paths);
        let plain = paths
            .into_iter()
            .map(|(path, item)| (path.replace("{*", "{"), item));
        openapi.paths.paths = plain.collect();
    }
}

/// Every path with its handler, and the document about them. With a Keystone the embedded identity
/// is not there.
pub(crate) fn routes(embedded: bool) -> (axum::Router<Arc<ApiState>>, utoipa::openapi::OpenApi) {
    let (router, mut document) = OpenApiRouter::with_openapi(Head::openapi())
        .merge(root::router())
        .routes(routes!(openapi))
        .merge(brokers::router())
        .merge(overview::router())
        .merge(nodes::router())
        .merge(series::router())
        .merge(dashboard::router())
        .merge(lists::router())
        .merge(details::router())
        .merge(search::router())
        .merge(health::router())
        .merge(logs::router())
        .merge(alerts::router())
        .merge(guest_tokens::router())
        .merge(portals::router())
        .merge(share_links::router())
        .merge(meters::router())
        .merge(statistics::router())
        .merge(samples::router())
        .merge(resources::router())
        .merge(query::router())
        .merge(events::router())
        .merge(alarms::router())
        .merge(capabilities::router())
        .merge(if embedded {
            identity_v3::router()
                .merge(identity_versions::router())
                .merge(identity_v2::router())
        } else {
            OpenApiRouter::new()
        })
        .split_for_parts();
    // The paths have just come.
    MeterNames.modify(&mut document);
    PlainPaths.modify(&mut document);
    (router, document)
}

static DOCUMENT: LazyLock<String> = LazyLock::new(|| {
    // A document that was built of types always serializes.
    let mut text = serde_json::to_string_pretty(&routes(true).1).unwrap_or_default();
    text.push('\n');
    text
});

/// The document as JSON.
pub(crate) fn document() -> &'static str {
    &DOCUMENT
}

/// This document.
#[utoipa::path(
    get,
    path = "/openapi.json",
    operation_id = "getOpenapi",
    tag = "root",
    security(()),
    responses((status = 200, description = "The OpenAPI document", content_type = "application/json"))
)]
async fn openapi() -> Response {
    json_response(StatusCode::OK, Bytes::from_static(document().as_bytes()))
}
