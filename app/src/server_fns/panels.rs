//! One call returns what all panels of a page show.

#![expect(
    missing_docs,
    reason = "`#[server]` makes fields of a function's arguments"
)]

use leptos::prelude::*;
use metering::requests::PanelRequest;

use super::fetch::FetchClient;
use crate::error::AppError;
use crate::json::{JsonText, RawJson, RawJsonOutput};
use crate::view_models::panels::PanelAnswer;

/// What panels show: `POST /fn/panels` with the JSON of
/// [`PanelRequests`](crate::view_models::panels::PanelRequests). Returns one answer for each request,
/// in the same order.
///
/// The header `X-Auth-Token` authorizes it; without the header, on the dashboard's own pages, the
/// session does.
///
/// # Errors
/// See [`AppError`]. A panel that is not permitted is an error of that panel only.
#[server(prefix = "/fn", endpoint = "panels", input = JsonText, output = RawJsonOutput, client = FetchClient)]
pub async fn fetch_panels(wants: Vec<PanelRequest>) -> Result<RawJson<Vec<PanelAnswer>>, AppError> {
    crate::presenters::panels::answers(wants)
        .await
        .map_err(crate::server::errors::leave_with_status)
}
