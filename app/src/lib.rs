//! The Leptos app: rendered on the server, hydrated in the browser, live from then on.
//!
//! # Layout
//!
//! Each row may import the rows above it.
//!
//! | module | what |
//! |---|---|
//! | [`mod@format`], [`percent`], `cookie`, [`reactive`] | small tools: numbers, percent-encoding, cookies, closures |
//! | [`json`] | how the browser reads answers |
//! | [`i18n`] | every text, a catalog a language |
//! | [`error`], [`routes`], [`query`], [`resource`], [`resource_name`] | errors, addresses, what pages fetch |
//! | [`view_models`] | plain types that server functions return and pages show |
//! | `server` | context, sessions, sign-in (feature `ssr`) |
//! | `presenters` | turn API answers into view models (feature `ssr`) |
//! | [`server_fns`] | endpoints, one file a resource |
//! | [`polling`] | live values, the poll loop, time range, settings |
//! | [`ui`] | pages, components, charts, panels in other pages |
//!
//! The features `ssr` and `hydrate` must never meet in one build.

// A page is one type, as deep as its elements.
#![recursion_limit = "256"]
#![allow(
    clippy::needless_pass_by_value,
    reason = "a component owns its properties"
)]
#![cfg_attr(
    test,
    allow(clippy::float_cmp, reason = "ticks and tops of axes are exact")
)]
#![allow(
    unreachable_pub,
    reason = "`#[component]` makes public items beside private components"
)]

pub(crate) mod cookie;
pub mod error;
pub mod format;
pub mod i18n;
pub mod json;
pub mod percent;
pub mod polling;
#[cfg(feature = "ssr")]
pub mod presenters;
pub mod query;
pub mod reactive;
pub mod resource;
pub mod resource_name;
pub mod routes;
#[cfg(feature = "ssr")]
pub mod server;
pub mod server_fns;
pub mod ui;
pub mod view_models;

pub use ui::App;
#[cfg(feature = "ssr")]
pub use ui::shell::shell;
