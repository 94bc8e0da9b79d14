//! Cookies that keep a viewer's choices, so that the server draws the page with them. None is secret:
//! the page's script writes them.

/// The value of a cookie as it stands there: of the request on the server, of the page in the browser.
#[cfg(feature = "ssr")]
pub(crate) fn read_cookie(name: &str) -> Option<String> {
    let parts = leptos::prelude::use_context::<http::request::Parts>()?;
    let cookies = parts.headers.get(http::header::COOKIE)?.to_str().ok()?;
    value_of(cookies, name)
}

/// The value of a cookie as it stands there: of the request on the server, of the page in the browser.
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
