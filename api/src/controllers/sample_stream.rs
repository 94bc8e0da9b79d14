//! Samples as an answer.

use std::sync::Arc;

use axum::response::Response;
use bytes::Bytes;
use metering::requests::Operator;
use metering::telemetry::Sample;
use serde::Serialize;
use store::{Filter, Page, SampleQuery};

use crate::auth::identity::tokens::TokenData;
use crate::controllers::paged_answer::{self, Cost};
use crate::http::error::Error;
use crate::state::ApiState;

/// Samples that are found at once without waiting for other queries.
const PLAIN: u64 = 1000;

/// Answers a query with its samples in some form.
pub(crate) async fn samples<T: Serialize + 'static>(
    shared: &Arc<ApiState>,
    caller: &TokenData,
    query: SampleQuery,
    form: fn(Sample) -> T,
) -> Result<Response, Error> {
    let cost = if query.limit > PLAIN {
        Cost::Large
    } else if !query.order.is_empty() || has_pattern(&query.filter) {
        Cost::Heavy
    } else {
        Cost::Small
    };
    let (store, query) = (Arc::clone(&shared.store), Arc::new(query));
    let read = move |cursor| {
        let (store, query) = (Arc::clone(&store), Arc::clone(&query));
        async move {
            let page = store.samples_page(query, cursor).await?;
            Ok(Page {
                rows: page.samples,
                next: page.next,
            })
        }
    };
    paged_answer::rows(shared, caller.user_id(), cost, read, form).await
}

/// Whether a pattern is matched.
fn has_pattern(filter: &Filter) -> bool {
    match filter {
        Filter::All(filters) | Filter::Any(filters) => filters.iter().any(has_pattern),
        Filter::Not(filter) => has_pattern(filter),
        Filter::Is(_, op, _) => *op == Operator::Matches,
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
