//! Data of a page: fetched by the server while it renders, by the browser when it navigates.

use std::future::Future;

use leptos::prelude::*;
use serde::Serialize;
use serde::de::DeserializeOwned;

use crate::json::Json;

/// A resource whose value the page carries as [`Json`].
pub type Fetched<T> = Resource<T, Json>;

/// Fetches, and again when the source changes. Replaces `Resource::new`, which would add a second
/// JSON reader to the bundle.
pub fn fetched<S, T, Fut>(
    source: impl Fn() -> S + Send + Sync + 'static,
    fetch: impl Fn(S) -> Fut + Send + Sync + 'static,
) -> Fetched<T>
where
    S: PartialEq + Clone + Send + Sync + 'static,
    T: Serialize + DeserializeOwned + Send + Sync + 'static,
    Fut: Future<Output = T> + Send + 'static,
{
    Resource::new_with_options(source, fetch, false)
}
