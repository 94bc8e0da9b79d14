//! Lists as an answer: a small one at once, a large one page by page.
//!
//! Lists have no upper bound by contract. What does not fit into one page of the store is read page
//! by page and sent as it comes, so that memory does not grow with an answer's length. What fails
//! after the first page ends the connection before the list does: the caller sees that it is cut.

use std::sync::Arc;

use axum::body::Body;
use axum::response::Response;
use bytes::Bytes;
use futures_util::future::BoxFuture;
use futures_util::{FutureExt, StreamExt, stream};
use http::header::{CACHE_CONTROL, VARY};
use http::{HeaderValue, StatusCode};
use serde::Serialize;
use store::{Page, StoreError};

use crate::http::error::Error;
use crate::http::json::json_response;
use crate::http::json::uncached;
use crate::state::ApiState;
use crate::telemetry::query_limits::StreamPermit;

/// What the first page of an answer costs.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Cost {
    /// Little: it is read at once.
    Small,
    /// It waits for the heavy queries of the same account.
    Heavy,
    /// The same, and the answer is expected to have further pages.
    Large,
}

/// Reads the page at a cursor.
type Read<T, C> = dyn Fn(C) -> BoxFuture<'static, Result<Page<T, C>, StoreError>> + Send;

/// Answers with the rows of all pages, each in some form.
pub(crate) async fn rows<T, U, C, F>(
    shared: &Arc<ApiState>,
    account: String,
    cost: Cost,
    read: impl Fn(C) -> F + Send + 'static,
    form: impl Fn(T) -> U + Send + 'static,
) -> Result<Response, Error>
where
    T: Send + 'static,
    U: Serialize,
    C: Default + Send + 'static,
    F: Future<Output = Result<Page<T, C>, StoreError>> + Send + 'static,
{
    let mut pages = Pages {
        shared: Arc::clone(shared),
        account,
        read: Box::new(move |cursor| read(cursor).boxed()),
        next: Some(C::default()),
        is_open: false,
        is_first: true,
        permit: None,
    };
    if cost == Cost::Large {
        pages.permit = Some(shared.queries.stream(&pages.account)?);
    }
    let first = pages.page(cost != Cost::Small).await?;
    if pages.next.is_none() {
        return Ok(uncached(&first.into_iter().map(form).collect::<Vec<_>>()));
    }
    if pages.permit.is_none() {
        pages.permit = Some(shared.queries.stream(&pages.account)?);
    }
    let first = pages.json(first, &form);
    let rest = stream::try_unfold((pages, form), |(mut pages, form)| async move {
        if pages.next.is_none() {
            return Ok::<_, StreamError>(None);
        }
        let rows = pages.page(true).await.map_err(|error| {
            tracing::warn!(%error, "a large answer broke off");
            StreamError(error)
        })?;
        let part = pages.json(rows, &form);
        Ok(Some((part, (pages, form))))
    });
    let body = stream::iter([Ok(first)]).chain(rest);
    let mut response = json_response(StatusCode::OK, Bytes::new());
    *response.body_mut() = Body::from_stream(body);
    let headers = response.headers_mut();
    headers.insert(CACHE_CONTROL, HeaderValue::from_static("no-store"));
    headers.append(VARY, HeaderValue::from_static("X-Auth-Token"));
    Ok(response)
}

/// Why an answer broke off.
#[derive(Debug, thiserror::Error)]
#[error(transparent)]
struct StreamError(Error);

/// An answer, as far as it was read.
struct Pages<T, C> {
    shared: Arc<ApiState>,
    account: String,
    read: Box<Read<T, C>>,
    /// None after the last page.
    next: Option<C>,
    /// Whether the list was opened.
    is_open: bool,
    /// Whether no row was written.
    is_first: bool,
    permit: Option<StreamPermit>,
}

impl<T, C> Pages<T, C> {
    /// Reads the next page. While a client is slow to take the answer, other queries of its account run.
    async fn page(&mut self, is_heavy: bool) -> Result<Vec<T>, Error> {
        let Some(cursor) = self.next.take() else {
            return Ok(Vec::new());
        };
        let turn = if is_heavy {
            Some(self.shared.queries.heavy(&self.account).await?)
        } else {
            None
        };
        let page = (self.read)(cursor).await?;
        drop(turn);
        self.next = page.next;
        Ok(page.rows)
    }

    /// The part of the list that a page is, with the brackets where the list begins or ends.
    fn json<U: Serialize>(&mut self, rows: Vec<T>, form: &impl Fn(T) -> U) -> Bytes {
        let mut text = Vec::with_capacity(rows.len() * 400);
        if !std::mem::replace(&mut self.is_open, true) {
            text.push(b'[');
        }
        for row in rows {
            if !std::mem::replace(&mut self.is_first, false) {
                text.push(b',');
            }
            // Structs with string keys and finite numbers always serialize.
            if serde_json::to_writer(&mut text, &form(row)).is_err() {
                text.extend_from_slice(b"null");
            }
        }
        if self.next.is_none() {
            text.push(b']');
        }
        text.into()
    }
}
