//! What is called so, anywhere: `GET /fn/search`.

#![expect(
    missing_docs,
    reason = "`#[server]` makes fields of a function's arguments"
)]

use leptos::prelude::*;
use serde::{Deserialize, Serialize};
use server_fn::codec::GetUrl;

use super::fetch::FetchClient;
use crate::error::AppError;
use crate::json::JsonText;

/// Something that was found, in the viewer's language.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Hit {
    /// What it is: queue, page.
    pub kind: String,
    /// Its name.
    pub name: String,
    /// The broker and vhost that it is in.
    pub place: String,
    /// Where it is, base path and all.
    pub href: String,
}

/// What was found.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Hits {
    /// The best first.
    pub hits: Vec<Hit>,
    /// Whether a broker is yet to tell of some: who asks again in a moment may find more.
    pub unfinished: bool,
}

/// Pages, and objects of every broker, whose names have the letters of `q` in them. Without `q`
/// the pages alone, and the brokers are asked for what is to be searched next. `broker` is the one
/// whose pages are meant, as it is encoded in addresses.
///
/// # Errors
/// See [`AppError`].
#[server(prefix = "/fn", endpoint = "search", input = GetUrl, output = JsonText, client = FetchClient)]
pub async fn fetch_search(
    #[server(default)] q: String,
    #[server(default)] broker: String,
) -> Result<Hits, AppError> {
    crate::ssr::search::hits(&q, &broker)
        .await
        .map_err(crate::ssr::leave_with_status)
}
