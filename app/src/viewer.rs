//! The signed-in viewer, fetched once for the frame of all pages.

use leptos::prelude::*;

use crate::error::AppError;
use crate::server_fns::viewer::{Viewer, fetch_viewer};

/// Who looks, and at which brokers. A Leptos context under [`crate::app::SignedInPages`].
#[derive(Clone, Copy)]
pub struct Viewers(pub Resource<Result<Viewer, AppError>>);

impl Viewers {
    /// Fetched on the server with the page, in the browser where pages change without a load.
    pub fn fetch() -> Self {
        Self(Resource::new(|| (), |()| fetch_viewer()))
    }
}
