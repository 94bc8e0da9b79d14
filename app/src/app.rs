//! The routes.

use leptos::prelude::*;
use leptos_meta::{Title, provide_meta_context};
use leptos_router::components::{Outlet, ParentRoute, Redirect, Route, Router, Routes};
use leptos_router::hooks::use_location;
use leptos_router::{SsrMode, path};

use crate::components::error_page::error_page;
use crate::components::frame::Frame;
use crate::error::AppError;
use crate::i18n::catalog;
use crate::pages::brokers::Brokers;
use crate::pages::not_found::NotFound;
use crate::pages::overview::OverviewPage;
use crate::pages::sign_in::SignIn;
use crate::pages::start::Start;
use crate::routes::{self, BasePath, href};
use crate::server_fns::viewer::fetch_viewer;

/// The whole app.
#[component]
pub fn App(
    /// What stands before every path of ours: `/warren`, or nothing.
    base_path: String,
) -> impl IntoView {
    provide_meta_context();
    provide_context(BasePath(base_path.clone()));
    let product = catalog().product;
    // The server strips the base path before it routes; a browser's address has it.
    let router_base = if cfg!(feature = "ssr") {
        String::new()
    } else {
        base_path
    };
    view! {
        <Title formatter=move |title: String| {
            if title.is_empty() { product.to_owned() } else { format!("{title} · {product}") }
        } />
        <Router base=router_base>
            <Routes fallback=NotFound>
                <Route path=path!("/sign-in") view=SignIn ssr=SsrMode::Async />
                <ParentRoute path=path!("") view=SignedInPages ssr=SsrMode::Async>
                    <Route path=path!("/") view=Start ssr=SsrMode::Async />
                    <Route path=path!("/brokers") view=Brokers ssr=SsrMode::Async />
                    <Route path=path!("/brokers/:broker") view=OverviewPage ssr=SsrMode::Async />
                </ParentRoute>
            </Routes>
        </Router>
    }
}

/// The frame around every page that needs a sign-in; without one, the way there and back.
#[component]
pub fn SignedInPages() -> impl IntoView {
    let viewer = Resource::new(|| (), |()| fetch_viewer());
    let location = use_location();
    let here = move || {
        let (path, query) = (
            location.pathname.get_untracked(),
            location.search.get_untracked(),
        );
        let base = use_context::<BasePath>().unwrap_or_default();
        let path = path.strip_prefix(&base.0).unwrap_or(&path).to_owned();
        if query.is_empty() {
            path
        } else {
            format!("{path}?{query}")
        }
    };
    view! {
        <Transition>
            {move || Suspend::new(async move {
                match viewer.await {
                    Ok(viewer) => {
                        // For the pages in the frame.
                        provide_context(viewer.clone());
                        view! { <Frame viewer><Outlet /></Frame> }.into_any()
                    }
                    Err(AppError::SignedOut) => {
                        view! { <Redirect path=href(&routes::sign_in(Some(&here()), None)) /> }.into_any()
                    }
                    Err(error) => view! { <main id="content">{error_page(&error)}</main> }.into_any(),
                }
            })}
        </Transition>
    }
    .into_any()
}
