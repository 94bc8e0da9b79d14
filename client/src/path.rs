//! Paths and query strings of requests.

use percent_encoding::{AsciiSet, NON_ALPHANUMERIC, PercentEncode, utf8_percent_encode};
use serde::Serialize;
use url::form_urlencoded::Serializer;

use crate::error::ClientError;

/// All but the characters that mean nothing anywhere in a path (RFC 3986, section 2.3). The dot is
/// not among them: `..` would.
const ESCAPED: &AsciiSet = &NON_ALPHANUMERIC.remove(b'-').remove(b'_').remove(b'~');

/// One segment of a path, whatever stands in it: `/` too.
pub(crate) fn segment(text: &str) -> PercentEncode<'_> {
    utf8_percent_encode(text, ESCAPED)
}

/// Parameters, to be added to.
pub(crate) fn parameters() -> Serializer<'static, String> {
    Serializer::new(String::new())
}

/// A path and its parameters, if there are any.
pub(crate) fn with(path: &str, mut parameters: Serializer<'static, String>) -> String {
    let parameters = parameters.finish();
    if parameters.is_empty() {
        path.to_owned()
    } else {
        [path, "?", &parameters].concat()
    }
}

/// A path and a query.
pub(crate) fn with_query(path: &str, query: &impl Serialize) -> Result<String, ClientError> {
    let query = serde_html_form::to_string(query)
        .map_err(|error| ClientError::malformed(error.to_string()))?;
    Ok([path, "?", &query].concat())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_segment_stays_one() {
        for (text, expected) in [
            ("rabbit-1_a~", "rabbit-1_a~"),
            ("prod/vhost/a b", "prod%2Fvhost%2Fa%20b"),
            ("../secrets?x#y", "%2E%2E%2Fsecrets%3Fx%23y"),
            ("ö", "%C3%B6"),
        ] {
            assert_eq!(segment(text).to_string(), expected);
        }
    }

    #[test]
    fn a_question_mark_stands_before_parameters_alone() {
        assert_eq!(with("/v2/meters", parameters()), "/v2/meters");
        let mut some = parameters();
        some.append_pair("limit", "5");
        assert_eq!(with("/v2/meters", some), "/v2/meters?limit=5");
    }
}
