//! The routes.

use leptos::prelude::*;
use leptos_meta::{Title, provide_meta_context};
use leptos_router::components::{Outlet, ParentRoute, Route, Router, Routes};
use leptos_router::{SsrMode, path};

use super::components::frame::Frame;
use super::components::time::Clock;
use super::components::viewer::Viewers;
use super::pages::brokers::Brokers;
use super::pages::detail::DetailPage;
use super::pages::embedding::Embedding;
use super::pages::health::Health;
use super::pages::list::ListPage;
use super::pages::log::Log;
use super::pages::meters::Meters;
use super::pages::not_found::NotFound;
use super::pages::overview::OverviewPage;
use super::pages::projects::Projects;
use super::pages::shared::SharedPages;
use super::pages::sharing::Sharing;
use super::pages::sign_in::{SignIn, SignInAt};
use super::pages::start::Start;
use super::pages::users::Users;
use crate::i18n::catalog;
use crate::routes::BasePath;

/// The whole app.
#[component]
pub fn App(
    /// What stands before every path of ours: `/warren`, or nothing.
    base_path: String,
    /// Where viewers sign in at a Keystone: the domain that the form names at first.
    keystone: Option<String>,
) -> impl IntoView {
    provide_meta_context();
    provide_context(BasePath(base_path.clone()));
    provide_context(SignInAt(keystone));
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
                <ParentRoute path=path!("/shared/:link") view=SharedPages ssr=SsrMode::Async>
                    <Route path=path!("/brokers/:broker") view=OverviewPage ssr=SsrMode::Async />
                </ParentRoute>
                <ParentRoute path=path!("") view=SignedInPages ssr=SsrMode::Async>
                    <Route path=path!("/") view=Start ssr=SsrMode::Async />
                    <Route path=path!("/brokers") view=Brokers ssr=SsrMode::Async />
                    <Route path=path!("/brokers/:broker") view=OverviewPage ssr=SsrMode::Async />
                    <Route path=path!("/brokers/:broker/health") view=Health ssr=SsrMode::Async />
                    <Route path=path!("/brokers/:broker/:list") view=ListPage ssr=SsrMode::Async />
                    <Route path=path!("/brokers/:broker/:list/*names") view=DetailPage ssr=SsrMode::Async />
                    <Route path=path!("/meters") view=Meters ssr=SsrMode::Async />
                    <Route path=path!("/embedding") view=Embedding ssr=SsrMode::Async />
                    <Route path=path!("/sharing") view=Sharing ssr=SsrMode::Async />
                    <Route path=path!("/log") view=Log ssr=SsrMode::Async />
                    <Route path=path!("/users") view=Users ssr=SsrMode::Async />
                    <Route path=path!("/projects") view=Projects ssr=SsrMode::Async />
                </ParentRoute>
            </Routes>
        </Router>
    }
}

/// The frame around every page that needs a sign-in.
///
/// What pages fetch they fetch beside this, not under it: the server goes through a suspended part
/// more than once, and would fetch, and send to the browser, as often.
#[component]
pub fn SignedInPages() -> impl IntoView {
    provide_context(Viewers::fetch());
    provide_context(Clock::start());
    view! { <Frame><Outlet /></Frame> }.into_any()
}
