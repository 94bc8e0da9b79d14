//! What viewers see: pages, their components, charts, and panels in other pages.

pub mod app;
pub mod charts;
pub mod components;
pub mod embed;
pub mod pages;
#[cfg(feature = "ssr")]
pub mod shell;
pub mod time_scale;

pub use app::App;
