//! Names as segments of a path: of the metering API's, and of the dashboard's.
//!
//! A URL has no segment `.` or `..`, percent-encoded or not: browsers and HTTP clients take it for a
//! step in the path. A queue may have such a name. It is written with a `~` in front; a name that
//! looks like that gets one more, so that every name has a segment of its own.

use std::borrow::Cow;

fn is_dotted(text: &str) -> bool {
    matches!(text.trim_start_matches('~'), "." | "..")
}

/// A name as a segment, not yet percent-encoded.
pub fn to_segment(name: &str) -> Cow<'_, str> {
    if is_dotted(name) {
        Cow::Owned(format!("~{name}"))
    } else {
        Cow::Borrowed(name)
    }
}

/// The name that a segment, percent-decoded, stands for. `.` and `..` stand for themselves, where
/// they get through.
pub fn of_segment(segment: &str) -> &str {
    match segment.strip_prefix('~') {
        Some(name) if is_dotted(name) => name,
        _ => segment,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_name_has_a_segment_that_is_no_step() {
        for name in [
            "", ".", "..", "...", "~", "~.", "~..", "~~..", "~a", ".~", "a/../b", "%2E%2E",
            "orders",
        ] {
            let segment = to_segment(name);
            assert_eq!(of_segment(&segment), name);
            assert!(!matches!(&*segment, "." | ".."), "{name}");
        }
        assert_eq!(to_segment(".."), "~..");
        assert_eq!(to_segment("~.."), "~~..");
        assert_eq!(of_segment(".."), "..");
    }
}
