//! The `warren` program, as a library that tests can start.
//!
//! | module | what |
//! |---|---|
//! | [`args`] | the command line |
//! | [`config`] | flags, variables and file: as read, as typed, as used |
//! | `descriptors` | the limit of open descriptors |
//! | [`logging`] | the log |
//! | [`run`] | starting and ending all that the configuration asks for |
//! | [`listener`] | a listener with bounds |
//! | [`web`] | the dashboard: what stands around the app |

pub mod args;
pub mod config;
mod descriptors;
pub mod listener;
pub mod logging;
pub mod run;
pub mod web;

pub use config::Config;
pub use run::{Server, StartError};
