//! The signed-in viewer, fetched once for the frame of all pages.

use leptos::prelude::*;

use crate::error::AppError;
use crate::resource::{Fetched, fetched};
use crate::server_fns::viewer::{Viewer, fetch_viewer};

/// Who looks, and at which brokers. A Leptos context of the pages that need a sign-in.
#[derive(Clone, Copy)]
pub struct Viewers(Fetched<Result<Viewer, AppError>>);

impl Viewers {
    /// Fetched on the server with the page, in the browser where pages change without a load.
    pub fn fetch() -> Self {
        Self(fetched(|| (), |()| fetch_viewer()))
    }

    /// A part of a view that shows something of the viewer; nothing where there is none.
    pub fn show<V: IntoView + 'static>(
        self,
        view: impl Fn(Viewer) -> V + Clone + Send + Sync + 'static,
    ) -> impl IntoView {
        view! {
            <Transition>
                {move || {
                    let view = view.clone();
                    Suspend::new(async move { self.0.await.ok().map(|viewer| view(viewer).into_any()) })
                }}
            </Transition>
        }
        .into_any()
    }

    /// Leads to `otherwise` where nobody is signed in.
    pub fn or_redirect(self, otherwise: String) -> impl IntoView {
        view! {
            <Transition>
                {move || {
                    let path = otherwise.clone();
                    Suspend::new(async move {
                        let is_signed_out = matches!(self.0.await, Err(AppError::SignedOut));
                        is_signed_out
                            .then(|| view! { <leptos_router::components::Redirect path /> }.into_any())
                    })
                }}
            </Transition>
        }
        .into_any()
    }
}
