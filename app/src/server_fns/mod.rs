//! Server functions: thin proxies from the browser to the metering API, one file a resource.
//!
//! Each takes the viewer's token from the session, calls the typed client and
//! returns the shared type. Their addresses are explicit: the
//! default ones contain a hash of the build folder.

#[cfg(feature = "ssr")]
pub(crate) mod arguments;
pub mod brokers;
pub mod fetch;
pub mod first_sample;
pub mod health;
pub mod lists;
pub mod log;
pub mod meters;
pub mod overview;
pub mod panels;
pub mod projects;
pub mod search;
pub mod session;
pub mod sharing;
pub mod viewer;
