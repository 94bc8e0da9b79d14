//! Keeps the viewer's choice of a language.

use cookie::time::Duration;
use cookie::{Cookie, SameSite};

use crate::cookie::{CHOICE_MAX_AGE, append_cookie};
use crate::i18n::Language;
use crate::i18n::negotiate::CHOICE;
use crate::routes;

/// Keeps a choice for a year, and redirects to where it was made.
pub(crate) fn choose(tag: &str, next: Option<&str>) {
    let base = super::context::base_path();
    if let Some(language) = Language::of_tag(tag) {
        let path = if base.is_empty() { "/" } else { &base };
        let cookie = Cookie::build((CHOICE, language.tag()))
            .path(path)
            .max_age(Duration::seconds(CHOICE_MAX_AGE.into()))
            .same_site(SameSite::Lax);
        append_cookie(&cookie.build());
    }
    super::context::redirect(routes::checked_here(next));
}
