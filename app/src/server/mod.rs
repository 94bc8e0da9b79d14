//! What server functions need of the server: its context, sessions, sign-in, languages.
//!
//! State comes by Leptos context ([`context::AppContext`]). A viewer's session comes by request
//! extension (tower-sessions), and so does its address ([`context::ViewerAddress`]).

pub(crate) mod clock;
pub mod context;
pub mod errors;
pub(crate) mod given_name;
pub(crate) mod keystone;
pub mod language;
mod opened_links;
pub mod session;
pub mod share_links;
pub(crate) mod sign_in;
pub mod texts;

pub use context::{AppContext, Bundle, ViewerAddress};
pub use opened_links::OpenedLinks;
