//! A page that somebody shared: that page alone, read-only, for whoever has the link.

use leptos::prelude::*;
use leptos_router::components::Outlet;

use crate::components::error_page::ErrorPage;
use crate::components::icons::Logo;
use crate::components::redirect::Redirect;
use crate::components::theme::ThemeButton;
use crate::components::time::{Clock, ZoneButton};
#[cfg(feature = "ssr")]
use crate::error::AppError;
use crate::i18n::catalog;
use crate::reactive::text;
use crate::resource::fetched;
use crate::routes::{self, href};
use crate::server_fns::sharing::fetch_shared;

/// The frame around a shared page: `/shared/{secret}/…`, behind which the page's own address stands.
#[component]
pub fn SharedPages() -> impl IntoView {
    let texts = catalog();
    let clock = Clock::start();
    provide_context(clock);
    provide_context(Shared);
    let link = fetched(|| (), |()| fetch_shared());
    let head = move || {
        Suspend::new(async move {
            link.await.ok().map(|link| {
                let said = text(move || {
                    let until = clock.date_and_time(link.until, texts);
                    texts.sharing.read_only.fill([&link.made_by, &until])
                });
                view! { <span class="soft">{said}</span> }.into_any()
            })
        })
    };
    view! {
        <div class="shared">
            <header class="shared-head">
                <span class="brand"><Logo /><span>{texts.product}</span></span>
                <Transition>{head}</Transition>
                <span class="controls"><ZoneButton /><ThemeButton /></span>
            </header>
            <main id="content" tabindex="-1" translate="no"><Outlet /></main>
        </div>
    }
    .into_any()
}

/// The page is one that somebody shared. A Leptos context.
#[derive(Clone, Copy)]
pub struct Shared;

/// What stands where nobody is signed in: the way to the form and back, or, on a shared page, that
/// its link has ended.
pub fn signed_out() -> AnyView {
    if use_context::<Shared>().is_none() {
        let back = routes::sign_in(Some(&routes::here()), None);
        return view! { <Redirect path=href(&back) /> }.into_any();
    }
    #[cfg(feature = "ssr")]
    crate::ssr::leave_with_status(AppError::UnknownBroker);
    let texts = &catalog().sharing;
    view! { <ErrorPage title=texts.ended lead=texts.ended_lead.to_owned() /> }.into_any()
}
