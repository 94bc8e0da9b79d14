//! The Leptos app: rendered on the server, hydrated in the browser, live from then on.
//!
//! # Layout
//!
//! | module | what |
//! |---|---|
//! | [`app`] | the routes |
//! | [`pages`] | one module an address |
//! | [`components`] | what several pages share |
//! | [`cells`] | what lists and detail pages are made of |
//! | [`chart`] | live charts as SVG |
//! | [`live`] | the values that a page shows, and the polling that keeps them alive |
//! | [`server_fns`] | thin proxies to the metering API, one file a resource |
//! | [`resource`], [`json`] | what pages fetch, and how the browser reads it |
//! | [`resource_name`] | the ids of resources as viewers read them |
//! | [`query`] | the query of an address |
//! | [`embed`] | panels in somebody else's page |
//! | [`i18n`] | every text, a catalog a language |
//! | [`mod@format`] | numbers, sizes and spans as viewers read them |
//! | `ssr`, `shell` | what only the server has (feature `ssr`) |
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

pub mod app;
pub mod cells;
pub mod chart;
pub mod components;
pub mod embed;
pub mod error;
pub mod format;
pub mod i18n;
pub mod json;
pub mod live;
pub mod pages;
pub mod query;
pub mod reactive;
pub mod resource;
pub mod resource_name;
pub mod routes;
pub mod server_fns;
#[cfg(feature = "ssr")]
pub mod shell;
#[cfg(feature = "ssr")]
pub mod ssr;
pub mod viewer;

pub use app::App;
#[cfg(feature = "ssr")]
pub use shell::shell;
