//! Cookies with a viewer's choices, so that the server renders the page with them. None is secret: the
//! page's script writes them.

#[cfg(feature = "ssr")]
use crate::percent::decode_path;

/// The raw value of a cookie: from the request on the server, from the page in the browser.
#[cfg(feature = "ssr")]
pub(crate) fn read_cookie(name: &str) -> Option<String> {
    let parts = leptos::prelude::use_context::<http::request::Parts>()?;
    let cookies = parts.headers.get(http::header::COOKIE)?.to_str().ok()?;
    value_of(cookies, name)
}

/// The raw value of a cookie: from the request on the server, from the page in the browser.
#[cfg(not(feature = "ssr"))]
pub(crate) fn read_cookie(name: &str) -> Option<String> {
    use wasm_bindgen::JsCast;
    let document = leptos::prelude::document()
        .dyn_into::<web_sys::HtmlDocument>()
        .ok()?;
    value_of(&document.cookie().ok()?, name)
}

fn value_of(cookies: &str, name: &str) -> Option<String> {
    let of_name = |pair: &str| {
        let value = pair.trim().strip_prefix(name)?.strip_prefix('=')?;
        Some(value.to_owned())
    };
    cookies.split(';').find_map(of_name)
}

/// The decoded value of a cookie of the request; `None` if empty or missing.
#[cfg(feature = "ssr")]
pub(crate) fn read_decoded_cookie(name: &str) -> Option<String> {
    let value = decode_path(&read_cookie(name)?);
    Some(value).filter(|value| !value.is_empty())
}

#[cfg(test)]
mod tests {
    use super::*;
    #[cfg(target_arch = "wasm32")]
    use wasm_bindgen_test::wasm_bindgen_test as test;

    #[test]
    fn a_cookie_is_found_by_its_whole_name() {
        let cookies = "a_zone=1; zone=utc; zones=2";
        assert_eq!(value_of(cookies, "zone").as_deref(), Some("utc"));
        assert_eq!(value_of(cookies, "on"), None);
    }
}
