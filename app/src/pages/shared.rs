//! A page that somebody shared: that page alone, read-only, for whoever has the link.

use leptos::prelude::*;
use leptos_router::components::Outlet;

use crate::components::error_page::{ErrorPage, error_page};
use crate::components::icons::Logo;
use crate::components::theme::ThemeButton;
use crate::components::time::{Clock, ZoneButton};
use crate::error::AppError;
use crate::i18n::catalog;
use crate::resource::fetched;
use crate::server_fns::sharing::fetch_shared;

/// The frame around a shared page: `/shared/{secret}/…`, behind which the page's own address stands.
#[component]
pub fn SharedPages() -> impl IntoView {
    let texts = catalog();
    provide_context(Clock::start());
    let link = fetched(|| (), |()| fetch_shared());
    let head = move || {
        Suspend::new(async move {
            link.await.ok().map(|link| {
                let said = texts.sharing.read_only.fill([&link.made_by, &link.until]);
                view! { <span class="soft">{said}</span> }
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
            <main id="content" tabindex="-1">
                <Transition>
                    {move || Suspend::new(async move {
                        match link.await {
                            Ok(_) => view! { <Outlet /> }.into_any(),
                            Err(AppError::SignedOut) => {
                                #[cfg(feature = "ssr")]
                                crate::ssr::leave_with_status(AppError::UnknownBroker);
                                view! {
                                    <ErrorPage title=texts.sharing.ended lead=texts.sharing.ended_lead.to_owned() />
                                }
                                .into_any()
                            }
                            Err(error) => error_page(&error).into_any(),
                        }
                    })}
                </Transition>
            </main>
        </div>
    }
    .into_any()
}
