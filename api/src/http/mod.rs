//! What every HTTP answer and request has in common, whatever it is about.
//!
//! | module | what |
//! |---|---|
//! | [`error`] | the errors of requests |
//! | [`json`] | JSON answers |
//! | [`etag`] | answers with a validator |
//! | [`params`] | query parameters |
//! | [`response_cache`] | answers that many viewers share |
//! | [`body_budget`] | bytes of request bodies in memory |
//! | [`body_timeout`] | bodies that did not arrive in time |
//! | [`accept`], [`cors`], [`prefix`], [`safe_headers`] | headers and paths |
//! | [`client_address`], [`untrusted_proxy`] | who sent a request |
//! | [`router_error`] | unknown paths, wrong methods |

pub(crate) mod accept;
pub(crate) mod body_budget;
pub(crate) mod body_timeout;
pub(crate) mod client_address;
pub(crate) mod cors;
pub(crate) mod error;
pub(crate) mod etag;
pub(crate) mod json;
pub(crate) mod params;
pub(crate) mod prefix;
pub(crate) mod response_cache;
pub(crate) mod router_error;
pub(crate) mod safe_headers;
pub(crate) mod untrusted_proxy;
