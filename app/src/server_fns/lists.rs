//! A broker's lists, and one object of them: `GET /fn/list`, `GET /fn/detail`, `GET /fn/csv`.

#![expect(
    missing_docs,
    reason = "`#[server]` makes fields of a function's arguments"
)]

use bytes::Bytes;
use leptos::prelude::*;
use server_fn::codec::{GetUrl, Post};
use server_fn::{ContentType, Decodes, Encodes, Format, FormatType};

use super::fetch::FetchClient;
use crate::error::AppError;
use crate::json::JsonText;
use crate::view_models::lists::{DetailView, ListView};

/// A page of a list: `GET /fn/list?broker=…&kind=queues&search=…`.
///
/// `search` is the query of the list's own address. Its parameters have RabbitMQ's names.
///
/// # Errors
/// [`AppError::UnknownBroker`] for an unknown broker or list; else see [`AppError`]. A list
/// that the account may not see, or the broker does not have, is no error: the page says so.
#[server(prefix = "/fn", endpoint = "list", input = GetUrl, output = JsonText, client = FetchClient)]
pub async fn fetch_list(
    broker: String,
    kind: String,
    #[server(default)] search: String,
) -> Result<ListView, AppError> {
    crate::presenters::lists::page(&broker, &kind, &search)
        .await
        .map_err(crate::server::errors::leave_with_status)
}

/// One object in full: `GET /fn/detail?broker=…&kind=queues&names[]=…`.
///
/// `names` are its vhost, if it is in one, and its name. The charts are of `length` milliseconds
/// up to `end`, or up to now.
///
/// # Errors
/// [`AppError::NotFound`] if it does not exist; else as [`fetch_list`].
#[server(prefix = "/fn", endpoint = "detail", input = GetUrl, output = JsonText, client = FetchClient)]
pub async fn fetch_detail(
    broker: String,
    kind: String,
    #[server(default)] names: Vec<String>,
    length: i64,
    #[server(default)] end: Option<i64>,
) -> Result<DetailView, AppError> {
    crate::presenters::lists::details::page(&broker, &kind, &names, length, end)
        .await
        .map_err(crate::server::errors::leave_with_status)
}

/// The output of [`export_list`].
#[derive(Debug)]
pub struct Csv;

impl ContentType for Csv {
    const CONTENT_TYPE: &'static str = "text/csv; charset=utf-8";
}

impl FormatType for Csv {
    const FORMAT_TYPE: Format = Format::Text;
}

impl Encodes<String> for Csv {
    type Error = AppError;

    fn encode(output: &String) -> Result<Bytes, AppError> {
        Ok(Bytes::copy_from_slice(output.as_bytes()))
    }
}

impl Decodes<String> for Csv {
    type Error = AppError;

    fn decode(bytes: Bytes) -> Result<String, AppError> {
        String::from_utf8(bytes.into()).map_err(|_| AppError::Malformed)
    }
}

/// All rows that match the filter of a list's address, with its order and columns, as CSV:
/// `GET /fn/csv?broker=…&kind=queues&search=…`.
///
/// # Errors
/// As [`fetch_list`]; [`AppError::Forbidden`] where the account may not see it.
#[server(prefix = "/fn", endpoint = "csv", input = GetUrl, output = Post<Csv>, client = FetchClient)]
pub async fn export_list(
    broker: String,
    kind: String,
    #[server(default)] search: String,
) -> Result<String, AppError> {
    crate::presenters::lists::csv::file(&broker, &kind, &search)
        .await
        .map_err(crate::server::errors::leave_with_status)
}
