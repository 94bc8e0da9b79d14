//! Which `Accept` headers admit JSON.

/// The media ranges of `Accept` headers that are not switched off by `q=0`.
fn ranges<'a>(headers: impl Iterator<Item = &'a str>) -> impl Iterator<Item = &'a str> {
    headers
        .flat_map(|header| header.split(','))
        .filter_map(|range| {
            let mut parts = range.split(';').map(str::trim);
            let kind = parts.next()?;
            let refused = parts.any(|parameter| {
                let quality = parameter
                    .strip_prefix("q=")
                    .or_else(|| parameter.strip_prefix("Q="));
                quality.is_some_and(|quality| quality.trim().parse() == Ok(0.0))
            });
            (!refused && !kind.is_empty()).then_some(kind)
        })
}

/// Whether JSON will do. Without a header anything will.
pub(crate) fn admits_json<'a>(headers: impl Iterator<Item = &'a str>) -> bool {
    let mut headers = headers.peekable();
    if headers.peek().is_none() {
        return true;
    }
    ranges(headers).any(|range| {
        ["*/*", "application/*", "application/json"]
            .iter()
            .any(|json| range.eq_ignore_ascii_case(json))
    })
}

/// Whether the caller asked for JSON by name.
pub(crate) fn names_json<'a>(headers: impl Iterator<Item = &'a str>) -> bool {
    ranges(headers).any(|range| range.eq_ignore_ascii_case("application/json"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn json_and_all_that_contains_it_is_admitted() {
        assert!(admits_json(std::iter::empty()));
        for header in [
            "*/*",
            "application/*",
            "application/json",
            "Application/JSON;q=0.1",
            "text/plain, application/json;q=0.8",
            "text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.8",
        ] {
            assert!(admits_json([header].into_iter()), "{header}");
        }
        assert!(
            admits_json(["text/plain", "application/json"].into_iter()),
            "two headers"
        );
    }

    #[test]
    fn other_media_types_do_not_admit_json() {
        for header in [
            "text/plain",
            "text/html",
            "application/vnd.x+json",
            "application/xml",
            "application/json;q=0",
            "",
        ] {
            assert!(!admits_json([header].into_iter()), "{header:?}");
        }
    }

    #[test]
    fn only_its_name_asks_for_json_by_name() {
        assert!(names_json(["text/html, application/json"].into_iter()));
        assert!(!names_json(["*/*"].into_iter()));
    }
}
