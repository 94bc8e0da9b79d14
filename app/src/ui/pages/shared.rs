//! A page that somebody shared: that page alone, read-only, for everyone with the link.

use leptos::prelude::*;
use leptos_router::components::Outlet;

#[cfg(feature = "ssr")]
use crate::error::AppError;
use crate::i18n::catalog;
use crate::reactive::text;
use crate::resource::fetched;
use crate::routes::{self, href};
use crate::server_fns::sharing::fetch_shared;
use crate::ui::components::error_page::ErrorPage;
use crate::ui::components::icons::Logo;
use crate::ui::components::redirect::Redirect;
use crate::ui::components::shared_page::SharedPage;
use crate::ui::components::theme::ThemeButton;
use crate::ui::components::time::{Clock, ZoneButton};

/// The frame around a shared page: `/shared/{secret}/…`, behind which the page's own address stands.
#[component]
pub fn SharedPages() -> impl IntoView {
    let texts = catalog();
    let clock = Clock::start();
    provide_context(clock);
    provide_context(SharedPage);
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

/// What stands where nobody is signed in: the way to the form and back, or, on a shared page, that
/// its link has ended.
pub fn signed_out() -> AnyView {
    if use_context::<SharedPage>().is_none() {
        let back = routes::sign_in(Some(&routes::here()), None);
        return view! { <Redirect path=href(&back) /> }.into_any();
    }
    #[cfg(feature = "ssr")]
    crate::server::errors::leave_with_status(AppError::UnknownBroker);
    let texts = &catalog().sharing;
    view! { <ErrorPage title=texts.ended lead=texts.ended_lead.to_owned() /> }.into_any()
}
