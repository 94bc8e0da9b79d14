//! Which language a request is answered in: the one that the viewer chose, else the one that the
//! browser prefers.

use http::HeaderMap;
use http::header::ACCEPT_LANGUAGE;
use http::request::Parts;
use leptos::prelude::{provide_context, use_context};

use super::Language;
use crate::cookie::cookie_values;

/// The cookie that keeps the viewer's choice.
pub const CHOICE: &str = "warren_language";

/// The language of the request that is answered; English where there is none.
pub fn language() -> Language {
    use_context().unwrap_or_else(of_request)
}

/// Finds the language of the request that is answered out once, for [`language`] to give.
pub fn provide_language() {
    provide_context(of_request());
}

fn of_request() -> Language {
    use_context::<Parts>()
        .map(|parts| of_headers(&parts.headers))
        .unwrap_or_default()
}

/// The language that a request's headers ask for.
pub fn of_headers(headers: &HeaderMap) -> Language {
    chosen(headers)
        .or_else(|| preferred(headers.get(ACCEPT_LANGUAGE)?.to_str().ok()?))
        .unwrap_or_default()
}

/// The language that the viewer's cookie names.
fn chosen(headers: &HeaderMap) -> Option<Language> {
    cookie_values(headers, CHOICE).find_map(|tag| Language::of_tag(&tag))
}

/// The supported language with the highest weight (RFC 9110, 12.5.4); of equal weights the first.
fn preferred(header: &str) -> Option<Language> {
    let preferences = header.split(',').filter_map(|preference| {
        let (tag, parameters) = preference.split_once(';').unwrap_or((preference, ""));
        let language = match tag.trim() {
            "*" => Language::default(),
            tag => Language::of_tag(tag)?,
        };
        let weight = weight(parameters)?;
        (weight > 0).then_some((language, weight))
    });
    // Of equals `max_by_key` gives the last.
    let best = preferences.rev().max_by_key(|&(_, weight)| weight);
    best.map(|(language, _)| language)
}

/// Thousandths of the weight that `q=0.8` gives, and all of it where there is none; nothing where
/// it cannot be read.
fn weight(parameters: &str) -> Option<u32> {
    let value = parameters.split(';').find_map(|parameter| {
        let (name, value) = parameter.split_once('=')?;
        name.trim().eq_ignore_ascii_case("q").then(|| value.trim())
    });
    let Some(value) = value else {
        return Some(1000);
    };
    let weight: f64 = value.parse().ok()?;
    (0.0..=1.0)
        .contains(&weight)
        .then_some((weight * 1000.0).round() as u32)
}

#[cfg(test)]
mod tests {
    use http::HeaderValue;
    use http::header::COOKIE;

    use super::Language::{Chinese, English};
    use super::*;

    #[test]
    fn the_heaviest_wish_that_can_be_met_wins() {
        for (header, expected) in [
            ("zh-CN,zh;q=0.9,en;q=0.8", Some(Chinese)),
            ("en-US,en;q=0.9,zh-CN;q=0.8", Some(English)),
            ("en;q=0.3, zh-Hans;q=0.7", Some(Chinese)),
            ("de, zh-TW;q=0.4, en;q=0.4", Some(Chinese)),
            ("de-DE,de;q=0.9,en;q=0.1", Some(English)),
            ("zh;q=0, en", Some(English)),
            ("ZH_cn", Some(Chinese)),
            ("*", Some(English)),
            ("fr, *;q=0.1, zh;q=0.2", Some(Chinese)),
            ("de, fr;q=0.5", None),
            ("zh;q=much, en;q=0.1", Some(English)),
            ("zh;q=7", None),
            ("", None),
        ] {
            assert_eq!(preferred(header), expected, "{header:?}");
        }
    }

    fn headers(pairs: &[(http::HeaderName, &'static str)]) -> HeaderMap {
        pairs
            .iter()
            .map(|(name, value)| (name.clone(), HeaderValue::from_static(value)))
            .collect()
    }

    #[test]
    fn chosen_language_precedes_those_of_the_browser() {
        let language =
            |cookie| of_headers(&headers(&[(ACCEPT_LANGUAGE, "zh-CN"), (COOKIE, cookie)]));
        assert_eq!(language("a=b; warren_language=en; c=d"), English);
        assert_eq!(language("warren_language=tlh"), Chinese);
        assert_eq!(language("warren_languages=en"), Chinese);
        assert_eq!(of_headers(&HeaderMap::new()), English);
    }
}
