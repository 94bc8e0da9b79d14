//! Percent-encoding of paths and queries.

use percent_encoding::{AsciiSet, NON_ALPHANUMERIC, percent_decode_str, utf8_percent_encode};

/// What is encoded: all but the unreserved characters of RFC 3986.
const RESERVED: &AsciiSet = &NON_ALPHANUMERIC
    .remove(b'-')
    .remove(b'.')
    .remove(b'_')
    .remove(b'~');

/// Percent-encodes a part of a path or a query.
pub fn encode(text: &str) -> String {
    utf8_percent_encode(text, RESERVED).to_string()
}

/// Undoes percent-encoding of a part of a path, where a plus is a plus.
pub fn decode_path(text: &str) -> String {
    percent_decode_str(text).decode_utf8_lossy().into_owned()
}

/// Undoes percent-encoding of a part of a query, where a plus is a space. What is none, or no UTF-8, stays legible.
pub fn decode(text: &str) -> String {
    decode_path(&text.replace('+', " "))
}
