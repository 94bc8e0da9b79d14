//! Cookies of the dashboard's pages. Most keep a viewer's choices, so that the server renders the page with
//! them: these are no secret, and the page's script writes them.

#[cfg(feature = "ssr")]
pub(crate) use self::server::{append_cookie, cookie_values, read_cookie, read_decoded_cookie};

/// How long a choice is kept, in seconds: a year.
pub(crate) const CHOICE_MAX_AGE: u32 = 31_536_000;

/// The raw value of a cookie of the page.
// The crate `cookie` would bring `time` into the bundle.
#[cfg(not(feature = "ssr"))]
pub(crate) fn read_cookie(name: &str) -> Option<String> {
    use wasm_bindgen::JsCast;
    let document = leptos::prelude::document()
        .dyn_into::<web_sys::HtmlDocument>()
        .ok()?;
    value_of(&document.cookie().ok()?, name)
}

#[cfg(not(feature = "ssr"))]
fn value_of(cookies: &str, name: &str) -> Option<String> {
    let of_name = |pair: &str| {
        let value = pair.trim().strip_prefix(name)?.strip_prefix('=')?;
        Some(value.to_owned())
    };
    cookies.split(';').find_map(of_name)
}

#[cfg(feature = "ssr")]
mod server {
    use cookie::Cookie;
    use http::header::{COOKIE, SET_COOKIE};
    use http::request::Parts;
    use http::{HeaderMap, HeaderValue};
    use leptos::prelude::use_context;
    use leptos_axum::ResponseOptions;

    use crate::percent::decode_path;

    /// The raw values of a request's cookies with a name.
    pub(crate) fn cookie_values(headers: &HeaderMap, name: &str) -> impl Iterator<Item = String> {
        let headers = headers.get_all(COOKIE).into_iter();
        headers
            .filter_map(|cookies| cookies.to_str().ok())
            .flat_map(Cookie::split_parse)
            .flatten()
            .filter(move |cookie| cookie.name() == name)
            .map(|cookie| cookie.value().to_owned())
    }

    /// The raw value of a cookie of the request.
    pub(crate) fn read_cookie(name: &str) -> Option<String> {
        cookie_values(&use_context::<Parts>()?.headers, name).next()
    }

    /// The decoded value of a cookie of the request; `None` if empty or missing.
    pub(crate) fn read_decoded_cookie(name: &str) -> Option<String> {
        let value = decode_path(&read_cookie(name)?);
        Some(value).filter(|value| !value.is_empty())
    }

    /// Adds a cookie to the response.
    pub(crate) fn append_cookie(cookie: &Cookie<'_>) {
        if let (Some(response), Ok(cookie)) = (
            use_context::<ResponseOptions>(),
            HeaderValue::from_str(&cookie.to_string()),
        ) {
            response.append_header(SET_COOKIE, cookie);
        }
    }

    #[cfg(test)]
    mod tests {
        use super::*;

        #[test]
        fn a_cookie_is_found_by_its_whole_name() {
            let mut headers = HeaderMap::new();
            let cookies = HeaderValue::from_static("a_zone=1; zone=utc; zones=2");
            headers.insert(COOKIE, cookies);
            let value_of = |name| cookie_values(&headers, name).next();
            assert_eq!(value_of("zone").as_deref(), Some("utc"));
            assert_eq!(value_of("on"), None);
        }
    }
}

#[cfg(all(test, not(feature = "ssr")))]
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
