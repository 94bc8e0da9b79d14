//! Keeps the viewer's choice of a language.

use http::HeaderValue;
use http::header::SET_COOKIE;
use leptos::prelude::use_context;
use leptos_axum::ResponseOptions;

use crate::i18n::Language;
use crate::i18n::negotiate::CHOICE;
use crate::routes;

/// Keeps a choice for a year, and redirects to where it was made.
pub(crate) fn choose(tag: &str, next: Option<&str>) {
    let base = super::context::base_path();
    if let Some(language) = Language::of_tag(tag) {
        let path = if base.is_empty() { "/" } else { &base };
        let tag = language.tag();
        let cookie = format!("{CHOICE}={tag}; Path={path}; Max-Age=31536000; SameSite=Lax");
        if let Ok(cookie) = HeaderValue::from_str(&cookie)
            && let Some(response) = use_context::<ResponseOptions>()
        {
            response.append_header(SET_COOKIE, cookie);
        }
    }
    super::context::redirect(routes::checked_here(next));
}
