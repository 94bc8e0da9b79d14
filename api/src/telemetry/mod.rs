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
//! | `fields` | the names that a sample's fields go by |
//! | `complex` | the body of `POST /v2/query/samples` |
//! | `statistics` | period, groups and functions |
//! | `posting` | samples that a client hands in |
//! | `body` | a request's JSON body, bounded |
//! | `links` | addresses in answers |

pub(crate) mod arguments;
pub(crate) mod body;
pub(crate) mod complex;
pub(crate) mod fields;
pub(crate) mod links;
pub(crate) mod posting;
pub(crate) mod simple;
pub(crate) mod statistics;
pub(crate) mod terms;
pub(crate) mod value;

use crate::error::Error;

/// A text of a request is repeated in an error up to this length, in characters.
const QUOTED: usize = 200;

/// The old service's words for a value that cannot be used.
pub(crate) fn invalid(field: &str, value: &str, why: &str) -> Error {
    let value = shortened(value);
    Error::BadArgument(format!(
        "Invalid input for field/attribute {field}. Value: '{value}'. {why}"
    ))
}

/// A text, cut where it is too long to be repeated.
pub(crate) fn shortened(text: &str) -> String {
    match text.char_indices().nth(QUOTED) {
        Some((end, _)) => format!("{}…", &text[..end]),
        None => text.to_owned(),
    }
}
