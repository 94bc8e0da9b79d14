//! The user name of a sign-in that failed, for the form that it led back to.
//!
//! It travels in a cookie that the form's page alone gets: an address stands in logs and histories, and
//! what is in the field may be a password, mistyped.

use cookie::time::Duration;
use cookie::{Cookie, SameSite};

use crate::cookie::{append_cookie, read_decoded_cookie};
use crate::{percent, routes};

const COOKIE: &str = "warren_given_name";
/// It is forgotten after this time.
const LIFE: Duration = Duration::minutes(5);
/// A longer one is not kept.
const LONGEST: usize = 255;

/// Keeps the name for the form.
pub(crate) fn keep(name: &str) {
    if name.len() <= LONGEST {
        set(&percent::encode(name), LIFE);
    }
}

/// Forgets it.
pub(crate) fn forget() {
    set("", Duration::ZERO);
}

/// The name, where a sign-in has just failed.
pub(crate) fn given() -> Option<String> {
    read_decoded_cookie(COOKIE)
}

fn set(value: &str, life: Duration) {
    let path = format!("{}{}", super::context::base_path(), routes::SIGN_IN);
    let cookie = Cookie::build((COOKIE, value))
        .path(path)
        .max_age(life)
        .http_only(true)
        .same_site(SameSite::Strict);
    append_cookie(&cookie.build());
}
