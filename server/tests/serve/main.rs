//! What stands around the app: headers, sessions, origins, proxies, health, ends.

#[path = "../common/mod.rs"]
mod common;
#[path = "../../../api/tests/it/support/tls_listener.rs"]
mod tls_listener;

mod arguments;
mod base_path;
mod broken_off;
mod bundle;
mod damaged_store;
mod dot_segment_names;
mod embed;
mod forwarded;
mod guests;
mod headers;
mod health;
mod hosts;
mod keystone_refusals;
mod languages;
mod listener;
mod malformed;
mod origin;
mod panel_requests;
mod parts;
mod sessions;
mod shutdown;
