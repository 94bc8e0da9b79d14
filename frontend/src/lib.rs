//! The browser's entry points: `hydrate` takes over a page that the server rendered, `embed` puts
//! panels into other people's pages. Each is a bundle of its own, built with the feature of its
//! name: who embeds a panel does not load the dashboard's pages.

// The app is one type, as deep as its elements.
#![recursion_limit = "256"]
#![allow(
    missing_docs,
    reason = "`wasm_bindgen` emits items of its own beside ours"
)]

#[cfg(feature = "embed")]
pub mod embed;
#[cfg(feature = "hydrate")]
pub mod hydrate;
