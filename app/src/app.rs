//! The routes.

use leptos::prelude::*;
use leptos_meta::{Title, provide_meta_context};
use leptos_router::components::{Outlet, ParentRoute, Route, Router, Routes};
use leptos_router::{SsrMode, path};

use crate::components::frame::Frame;
use crate::components::time::Clock;
use crate::i18n::catalog;
use crate::pages::brokers::Brokers;
use crate::pages::detail::DetailPage;
use crate::pages::embedding::Embedding;
use crate::pages::health::Health;
use crate::pages::list::ListPage;
use crate::pages::log::Log;
use crate::pages::meters::Meters;
use crate::pages::not_found::NotFound;
use crate::pages::overview::OverviewPage;
use crate::pages::projects::Projects;
use crate::pages::shared::SharedPages;
use crate::pages::sharing::Sharing;
use crate::pages::sign_in::{SignIn, SignInAt};
use crate::pages::start::Start;
use crate::pages::users::Users;
use crate::routes::BasePath;
use crate::viewer::Viewers;

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
