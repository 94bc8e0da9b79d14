//! Which argument of a server function cannot be read.
//!
//! The framework reads a function's arguments as one structure, and its error has no name where a
//! value has the wrong type ("invalid digit found in string"). The name is found by reading the
//! query once more, with a reader that keeps track of where it is. A body can be read once only, but
//! of the functions that take one none has two arguments that could be of a wrong type.

use http::request::Parts;
use leptos::prelude::use_context;
use serde::de::DeserializeOwned;
use server_fn::ServerFn;

use super::{health, lists, log, meters, overview, panels, search, sharing};
use crate::error::AppError;
use crate::server::errors::leave_with_status;

/// The error of arguments that do not fit, with its status: the function itself is not called. The
/// parser's reason names the argument where one is missing.
pub(crate) fn bad_argument(reason: String) -> AppError {
    let missing = reason.strip_prefix("missing field `");
    let missing = missing.map(|rest| rest.trim_end_matches('`').to_owned());
    let argument = missing.or_else(first_bad);
    leave_with_status(AppError::BadArgument { argument, reason })
}

/// The first argument of this request that has no value of its type.
fn first_bad() -> Option<String> {
    let request = use_context::<Parts>()?;
    let query = request.uri.query().unwrap_or_default();
    let path = request.uri.path();
    for (of, argument) in [
        (panels::FetchPanels::PATH, "wants"),
        (sharing::Share::PATH, "days"),
        (sharing::RevokePortal::PATH, "revoked"),
    ] {
        if path.ends_with(of) {
            return Some(argument.to_owned());
        }
    }
    [
        bad_of::<health::FetchHealth>(path, query),
        bad_of::<lists::FetchList>(path, query),
        bad_of::<lists::FetchDetail>(path, query),
        bad_of::<lists::ExportList>(path, query),
        bad_of::<log::FetchLog>(path, query),
        bad_of::<meters::FetchMeters>(path, query),
        bad_of::<overview::FetchOverview>(path, query),
        bad_of::<search::FetchSearch>(path, query),
    ]
    .into_iter()
    .flatten()
    .next()
}

/// The same of one function, where the path is its.
fn bad_of<F: ServerFn + DeserializeOwned>(path: &str, query: &str) -> Option<String> {
    if !path.ends_with(F::PATH) {
        return None;
    }
    // As the framework reads them.
    let config = serde_qs::Config::new(5, false);
    let arguments = serde_qs::Deserializer::with_config(&config, query.as_bytes()).ok()?;
    let error = serde_path_to_error::deserialize::<_, F>(arguments).err()?;
    let name = error.path().to_string();
    (name != ".").then_some(name)
}
