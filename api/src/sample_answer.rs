//! Samples as an answer: a small one at once, a large one page by page.
//!
//! `limit` has no upper bound by contract. An answer beyond [`PLAIN`] rows is read from the store
//! in pages and sent as they come, so that its memory does not grow with its length. What fails
//! after the first page ends the connection before the list does: the caller sees that it is cut.

use std::sync::Arc;

use axum::body::Body;
use axum::response::Response;
use bytes::Bytes;
use futures_util::stream;
use http::header::{CACHE_CONTROL, VARY};
use http::{HeaderValue, StatusCode};
use metering::telemetry::Sample;
use serde::Serialize;
use store::{Filter, Op, SampleCursor, SampleQuery};

use crate::error::Error;
use crate::identity::tokens::TokenData;
use crate::protocol::answer::private;
use crate::protocol::json_response;
use crate::query_limits::StreamPermit;
use crate::state::Shared;

/// Rows that are read at once.
const PLAIN: u64 = 1000;

/// Answers a query with its samples in some form.
pub(crate) async fn samples<T: Serialize + 'static>(
    shared: &Arc<Shared>,
    caller: &TokenData,
    query: SampleQuery,
    form: fn(Sample) -> T,
) -> Result<Response, Error> {
    let account = caller.user_id();
    if query.limit <= PLAIN {
        let is_heavy = !query.order.is_empty() || has_pattern(&query.filter);
        let turn = if is_heavy {
            Some(shared.queries.heavy(&account).await?)
        } else {
            None
        };
        let samples = shared.store.samples(query).await?;
        drop(turn);
        return Ok(private(&samples.into_iter().map(form).collect::<Vec<_>>()));
    }
    let permit = shared.queries.stream(&account)?;
    let mut pages = Pages {
        shared: Arc::clone(shared),
        account,
        query: Arc::new(query),
        next: Some(SampleCursor::default()),
        is_open: false,
        is_first: true,
        _permit: permit,
    };
    let first = pages.read().await?;
    if pages.next.is_none() {
        return Ok(private(&first.into_iter().map(form).collect::<Vec<_>>()));
    }
    let first = pages.json(first, form);
    let rest = stream::try_unfold(pages, move |mut pages| async move {
        if pages.next.is_none() {
            return Ok::<_, StreamError>(None);
        }
        let samples = pages.read().await.map_err(|error| {
            tracing::warn!(%error, "an answer of samples broke off");
            StreamError(error)
        })?;
        Ok(Some((pages.json(samples, form), pages)))
    });
    let body = futures_util::StreamExt::chain(stream::iter([Ok(first)]), rest);
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
struct Pages {
    shared: Arc<Shared>,
    account: String,
    query: Arc<SampleQuery>,
    /// None after the last page.
    next: Option<SampleCursor>,
    /// Whether the list was opened.
    is_open: bool,
    /// Whether no row was written.
    is_first: bool,
    _permit: StreamPermit,
}

impl Pages {
    /// Reads the next page. While a client is slow to take the answer, other queries of its account run.
    async fn read(&mut self) -> Result<Vec<Sample>, Error> {
        let Some(cursor) = self.next.take() else {
            return Ok(Vec::new());
        };
        let turn = self.shared.queries.heavy(&self.account).await?;
        let query = Arc::clone(&self.query);
        let page = self.shared.store.samples_page(query, cursor).await?;
        drop(turn);
        self.next = page.next;
        Ok(page.samples)
    }

    /// The part of the list that a page is, with the brackets where the list begins or ends.
    fn json<T: Serialize>(&mut self, samples: Vec<Sample>, form: fn(Sample) -> T) -> Bytes {
        let mut text = Vec::with_capacity(samples.len() * 400);
        if !std::mem::replace(&mut self.is_open, true) {
            text.push(b'[');
        }
        for sample in samples {
            if !std::mem::replace(&mut self.is_first, false) {
                text.push(b',');
            }
            // Structs with string keys and finite numbers always serialize.
            if serde_json::to_writer(&mut text, &form(sample)).is_err() {
                text.extend_from_slice(b"null");
            }
        }
        if self.next.is_none() {
            text.push(b']');
        }
        text.into()
    }
}

/// Whether a pattern is matched.
fn has_pattern(filter: &Filter) -> bool {
    match filter {
        Filter::All(filters) | Filter::Any(filters) => filters.iter().any(has_pattern),
        Filter::Not(filter) => has_pattern(filter),
        Filter::Is(_, op, _) => *op == Op::Matches,
        Filter::Posted | Filter::Collected(_) => false,
    }
}

/// A list in JSON, whose rows are dropped as they are written.
pub(crate) fn json_rows<T: Serialize>(rows: impl Iterator<Item = T>) -> Bytes {
    let mut text = vec![b'['];
    for row in rows {
        if text.len() > 1 {
            text.push(b',');
        }
        // As above.
        if serde_json::to_writer(&mut text, &row).is_err() {
            text.extend_from_slice(b"null");
        }
    }
    text.push(b']');
    text.into()
}
