//! What Ceilometer's v2 protocol asks for, read from requests into what the store can be asked.
//!
//! Nothing here does I/O: every reader takes a request's arguments or body and gives a query, or
//! the `400` or `401` that says what is wrong with it. Words of errors are the old service's,
//! where clients may know them.
//!
//! | module | what |
//! |---|---|
//! | `arguments` | `limit` and the other plain arguments, by the old service's rules |
//! | `terms` | `q.field`, `q.op`, `q.type`, `q.value`: four parallel arrays |
//! | `simple` | what those ask for, as a filter |
//! | `value` | what a metadata value is: typed, or guessed |
//! | `complex` | the body of `POST /v2/query/samples` |
//! | `statistics` | period, groups and functions |
//! | `events` | which events |
//! | `posting` | samples that a client hands in |
//! | `body` | a request's JSON body, bounded |
//! | `links` | addresses in answers |
//! | `blocking_work_limit` | parsing of large posts, one at a time |
//! | `query_limits`, `posted_quota` | what a caller may request of the store at once, and post in a day |

pub(crate) mod arguments;
pub(crate) mod blocking_work_limit;
pub(crate) mod body;
pub(crate) mod complex;
pub(crate) mod events;
pub(crate) mod links;
pub(crate) mod posted_quota;
pub(crate) mod posting;
pub(crate) mod query_limits;
pub(crate) mod simple;
pub(crate) mod statistics;
pub(crate) mod terms;
pub(crate) mod value;

use crate::http::error::{Error, shortened};

/// The old service's words for a value that cannot be used.
pub(crate) fn invalid(field: &str, value: &str, why: &str) -> Error {
    let value = shortened(value);
    Error::BadArgument(format!(
        "Invalid input for field/attribute {field}. Value: '{value}'. {why}"
    ))
}
