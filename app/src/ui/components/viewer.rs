//! The signed-in account, fetched once for the frame of all pages.

use leptos::prelude::*;
use leptos::task::spawn_local;

use crate::error::AppError;
use crate::polling::{every, visible};
use crate::resource::{Fetched, fetched};
use crate::server_fns::viewer::fetch_viewer;
use crate::view_models::viewer::Viewer;

/// The signed-in account and its brokers. A Leptos context of pages that need a session.
#[derive(Clone, Copy)]
pub struct Viewers {
    first: Fetched<Result<Viewer, AppError>>,
    /// The last update.
    fresh: RwSignal<Option<Viewer>>,
}

/// The refresh interval of the navigation's states and of the alarms in milliseconds: two polls of a
/// broker.
const PACE: u32 = 10_000;

impl Viewers {
    /// Fetched by the server with the page, and by the browser when it navigates.
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

    /// Refreshes at once, since a page has seen a change. Browser only.
    pub fn refresh(self) {
        spawn_local(async move {
            // Pages report failures themselves; the last states stay.
            if let Ok(viewer) = fetch_viewer().await {
                self.fresh.try_set(Some(viewer));
            }
        });
    }

    /// Reads a value of the latest answer; of `first` before an update.
    pub fn latest<T>(self, first: &Viewer, read: impl Fn(&Viewer) -> T) -> T {
        self.fresh
            .with(|fresh| read(fresh.as_ref().unwrap_or(first)))
    }

    /// A view that needs the account; empty without a session.
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

    /// [`Self::show`], also without a session.
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

    /// Redirects to `otherwise` without a session.
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
