//! Which certificates this program trusts, and which one it shows, where it asks a service over TLS:
//! a broker, a broker's Prometheus plugin, a Keystone.
//!
//! | module | what |
//! |---|---|
//! | `files` | the files of one service, and an HTTP client that uses them |
//! | `advice` | what to do about a connection that failed |
//! | `verifier` | which certificates are accepted |
//!
//! The files are read once, when the HTTP client is made.

mod advice;
mod files;
mod verifier;

pub use advice::cause_of;
pub use files::{TlsError, TlsFiles};
