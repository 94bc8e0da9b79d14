//! The user name of a sign-in that failed, for the form that it led back to.
//!
//! It travels in a cookie that the form's page alone gets: an address stands in logs and histories, and
//! what is in the field may be a password, mistyped.

use http::HeaderValue;
use http::header::SET_COOKIE;
use leptos::prelude::use_context;
use leptos_axum::ResponseOptions;

use crate::cookie::read_decoded_cookie;
use crate::{percent, routes};

const COOKIE: &str = "warren_given_name";
/// It is forgotten after this time, in seconds.
const LIFE: u32 = 300;
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
    set("", 0);
}

/// The name, where a sign-in has just failed.
pub(crate) fn given() -> Option<String> {
    read_decoded_cookie(COOKIE)
}

fn set(value: &str, life: u32) {
    let path = format!("{}{}", super::context::base_path(), routes::SIGN_IN);
    let cookie =
        format!("{COOKIE}={value}; Path={path}; Max-Age={life}; HttpOnly; SameSite=Strict");
    if let (Some(response), Ok(cookie)) = (
        use_context::<ResponseOptions>(),
        HeaderValue::from_str(&cookie),
    ) {
        response.append_header(SET_COOKIE, cookie);
    }
}
