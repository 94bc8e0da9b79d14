//! `GET /v2/capabilities`: what the telemetry part can do.

use std::sync::Arc;

use axum::response::Response;
use metering::error::{ErrorBody, KeystoneErrorBody};
use metering::telemetry::Capabilities;
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use crate::http::error::Error;
use crate::http::json::uncached;
use crate::http::params::Arguments;
use crate::state::ApiState;

/// The old service's names for what an API may be able to do, and whether this one is.
const API: [(&str, bool); 27] = [
    ("meters:query:simple", true),
    ("meters:query:metadata", true),
    ("meters:query:complex", false),
    ("resources:query:simple", true),
    ("resources:query:metadata", true),
    ("resources:query:complex", false),
    ("samples:query:simple", true),
    ("samples:query:metadata", true),
    ("samples:query:complex", true),
    ("statistics:groupby", true),
    ("statistics:query:simple", true),
    ("statistics:query:metadata", true),
    ("statistics:query:complex", false),
    ("statistics:aggregation:standard", true),
    ("statistics:aggregation:selectable:max", true),
    ("statistics:aggregation:selectable:min", true),
    ("statistics:aggregation:selectable:sum", true),
    ("statistics:aggregation:selectable:avg", true),
    ("statistics:aggregation:selectable:count", true),
    ("statistics:aggregation:selectable:stddev", true),
    ("statistics:aggregation:selectable:cardinality", true),
    ("statistics:aggregation:selectable:quartile", false),
    ("events:query:simple", true),
    ("alarms:query:simple", true),
    ("alarms:query:complex", true),
    ("alarms:history:query:simple", true),
    ("alarms:history:query:complex", true),
];

pub(crate) fn router() -> OpenApiRouter<Arc<ApiState>> {
    OpenApiRouter::new().routes(routes!(show))
}

/// What the telemetry part can do, by the old service's names.
#[utoipa::path(
    get,
    path = "/v2/capabilities",
    operation_id = "getCapabilities",
    tag = "telemetry",
    responses(
        (status = 200, body = Capabilities),
        (status = 400, body = ErrorBody, description = "An unknown argument"),
        (status = 401, body = KeystoneErrorBody, description = "No valid token"),
    )
)]
async fn show(arguments: Arguments) -> Result<Response, Error> {
    arguments.finish()?;
    let named = |known: &[(&str, bool)]| {
        known
            .iter()
            .map(|&(name, can)| (name.to_owned(), can))
            .collect()
    };
    let storage = named(&[("storage:production_ready", true)]);
    Ok(uncached(&Capabilities {
        api: named(&API),
        event_storage: storage.clone(),
        alarm_storage: storage.clone(),
        storage,
    }))
}
