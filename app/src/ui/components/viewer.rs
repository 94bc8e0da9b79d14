//! The signed-in viewer, fetched once for the frame of all pages.

use leptos::prelude::*;
use leptos::task::spawn_local;

use crate::error::AppError;
use crate::polling::{every, visible};
use crate::resource::{Fetched, fetched};
use crate::server_fns::viewer::fetch_viewer;
use crate::view_models::viewer::Viewer;

/// Who looks, and at which brokers. A Leptos context of the pages that need a sign-in.
#[derive(Clone, Copy)]
pub struct Viewers {
    first: Fetched<Result<Viewer, AppError>>,
    /// What has come since.
    fresh: RwSignal<Option<Viewer>>,
}

/// The states in the navigation and the alarms are asked for again after this many milliseconds: two
/// polls of a broker.
const PACE: u32 = 10_000;

impl Viewers {
    /// Fetched on the server with the page, in the browser where pages change without a load.
    pub fn fetch() -> Self {
        let viewers = Self {
            first: fetched(|| (), |()| fetch_viewer()),
            fresh: RwSignal::new(None),
        };
        let visible = visible();
        every(PACE, move || {
            if visible.get_untracked() {
                viewers.refresh();
            }
        });
        viewers
    }

    /// Asks again at once: a page has seen that something changed. Browser only.
    pub fn refresh(self) {
        spawn_local(async move {
            // Pages report failures themselves; the last states stay.
            if let Ok(viewer) = fetch_viewer().await {
                self.fresh.try_set(Some(viewer));
            }
        });
    }

    /// Reads off the latest that is known, which was `first` at first.
    pub fn latest<T>(self, first: &Viewer, read: impl Fn(&Viewer) -> T) -> T {
        self.fresh
            .with(|fresh| read(fresh.as_ref().unwrap_or(first)))
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
                    Suspend::new(async move { self.first.await.ok().map(|viewer| view(viewer).into_any()) })
                }}
            </Transition>
        }
        .into_any()
    }

    /// The same, also where the viewer cannot be known.
    pub fn show_or_none<V: IntoView + 'static>(
        self,
        view: impl Fn(Option<Viewer>) -> V + Clone + Send + Sync + 'static,
    ) -> impl IntoView {
        view! {
            <Transition>
                {move || {
                    let view = view.clone();
                    Suspend::new(async move { view(self.first.await.ok()).into_any() })
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
                        let is_signed_out = matches!(self.first.await, Err(AppError::SignedOut));
                        is_signed_out
                            .then(|| view! { <crate::ui::components::redirect::Redirect path /> }.into_any())
                    })
                }}
            </Transition>
        }
        .into_any()
    }
}
