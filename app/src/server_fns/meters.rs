//! Statistics of a meter's samples: `GET /fn/meters`.

#![expect(
    missing_docs,
    reason = "`#[server]` makes fields of a function's arguments"
)]

use leptos::prelude::*;
use server_fn::codec::GetUrl;

use super::fetch::FetchClient;
use crate::error::AppError;
use crate::json::JsonText;
use crate::view_models::meters::{MeterRequest, MetersPage};

/// Statistics of a meter's samples: `GET /fn/meters?question[meter]=…`.
///
/// # Errors
/// See [`AppError`].
#[server(prefix = "/fn", endpoint = "meters", input = GetUrl, output = JsonText, client = FetchClient)]
pub async fn fetch_meters(question: MeterRequest) -> Result<MetersPage, AppError> {
    crate::presenters::meters::page(question)
        .await
        .map_err(crate::server::errors::leave_with_status)
}
