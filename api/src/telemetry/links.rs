//! Addresses in answers: they carry the public address and the path prefix.

use std::sync::Arc;

use metering::telemetry::Link;
use percent_encoding::{AsciiSet, NON_ALPHANUMERIC, utf8_percent_encode};

/// What stands as it is in a path (RFC 3986: `pchar`, and `/`, which a resource's id may hold) …
const IN_PATH: &AsciiSet = &NON_ALPHANUMERIC
    .remove(b'-')
    .remove(b'.')
    .remove(b'_')
    .remove(b'~')
    .remove(b'/')
    .remove(b':')
    .remove(b'@');
/// … in one segment of it, and in a value of a query.
const IN_SEGMENT: &AsciiSet = &IN_PATH.add(b'/');

/// The links of a resource: to itself, then to each of its meters.
pub(crate) fn of_resource(base: &str, resource_id: &str, meters: &[Arc<str>]) -> Vec<Link> {
    // Clients take a segment `.` or `..` for a step: such an id is one segment.
    let has_step = resource_id
        .split('/')
        .any(|part| matches!(part, "." | ".."));
    let own_path = if has_step { IN_SEGMENT } else { IN_PATH };
    let own = Link {
        href: format!(
            "{base}/v2/resources/{}",
            utf8_percent_encode(resource_id, own_path)
        ),
        rel: "self".into(),
    };
    let value = utf8_percent_encode(resource_id, IN_PATH);
    let of_meter = |meter: &Arc<str>| Link {
        href: format!(
            "{base}/v2/meters/{}?q.field=resource_id&q.value={value}",
            utf8_percent_encode(meter, IN_SEGMENT)
        ),
        rel: meter.as_ref().to_owned(),
    };
    std::iter::once(own)
        .chain(meters.iter().map(of_meter))
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn id_of_an_object_named_like_a_step_is_one_segment() {
        for (id, path) in [
            ("prod/../q", "prod%2F..%2Fq"),
            ("prod/a/.", "prod%2Fa%2F."),
            ("prod/a/...", "prod/a/..."),
        ] {
            let links = of_resource("http://h", id, &[]);
            let href = &links[0].href;
            assert_eq!(*href, format!("http://h/v2/resources/{path}"));
            let parsed: url::Url = href.parse().expect("a URL");
            assert_eq!(parsed.as_str(), href, "no client shortens it");
        }
    }

    #[test]
    fn ids_keep_their_slashes_and_nothing_that_would_end_the_path() {
        let links = of_resource("http://h/t", "prod/rabbit@a b?#é%", &["m/x y".into()]);
        assert_eq!(
            links
                .iter()
                .map(|link| (link.href.as_str(), link.rel.as_str()))
                .collect::<Vec<_>>(),
            [
                (
                    "http://h/t/v2/resources/prod/rabbit@a%20b%3F%23%C3%A9%25",
                    "self"
                ),
                (
                    "http://h/t/v2/meters/m%2Fx%20y?q.field=resource_id&q.value=prod/rabbit@a%20b%3F%23%C3%A9%25",
                    "m/x y"
                ),
            ]
        );
    }
}
