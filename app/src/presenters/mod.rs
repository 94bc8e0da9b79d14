//! Presenters: they turn answers of the metering API into view models, in the viewer's language.
//!
//! They run on the server only, so that the browser downloads no code that formats sixty columns.

pub(crate) mod brokers;
pub(crate) mod first_sample;
pub(crate) mod health;
pub(crate) mod lists;
pub(crate) mod log;
pub(crate) mod meters;
pub(crate) mod overview;
pub(crate) mod panels;
pub(crate) mod projects;
pub(crate) mod search;
pub(crate) mod sharing;
pub(crate) mod viewer;
