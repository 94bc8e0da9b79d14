//! The overview of a broker: totals, charts, nodes, churn, listeners.

mod about;
mod charts;
mod churn;
mod nodes;
mod notices;
mod tiles;
mod toolbar;

use leptos::prelude::*;
use leptos_meta::Title;
use leptos_router::components::Redirect;
use leptos_router::hooks::use_params_map;

use crate::components::error_page::{ErrorPage, error_page};
use crate::components::time::tell_zone;
use crate::error::AppError;
use crate::i18n::catalog;
use crate::live::{Live, Settings, Updates, every, keep, now, online, visible};
use crate::reactive::flag;
use crate::resource::fetched;
use crate::routes::{self, href};
use crate::server_fns::overview::{self, fetch_overview};

/// `/brokers/{broker}?range=…&refresh=…`
#[component]
pub fn OverviewPage() -> impl IntoView {
    let texts = catalog();
    let params = use_params_map();
    let broker = Memo::new(move |_| params.read().get("broker").unwrap_or_default());
    let first = fetched(move || broker.get(), |broker| fetch_overview(broker, None));
    view! {
        <Title text=broker />
        <Transition>
            {move || Suspend::new(async move {
                let answer = first.await;
                let broker = broker.get_untracked();
                match answer {
                    Err(AppError::UnknownBroker) => {
                        #[cfg(feature = "ssr")]
                        crate::ssr::leave_with_status(AppError::UnknownBroker);
                        let lead = (texts.unknown_broker)(&broker);
                        view! { <ErrorPage title=texts.not_found lead=lead /> }.into_any()
                    }
                    Err(AppError::SignedOut) => {
                        let back = routes::sign_in(Some(&routes::here()), None);
                        view! { <Redirect path=href(&back) /> }.into_any()
                    }
                    // The page can say what ails it only once it stands: these come from the poll again.
                    Err(error @ (AppError::Forbidden | AppError::Internal)) => {
                        error_page(&error).into_any()
                    }
                    first => view! { <LiveOverview broker first /> }.into_any(),
                }
            })}
        </Transition>
    }
}

/// The page, alive.
#[component]
fn LiveOverview(
    /// The broker's name.
    broker: String,
    /// The first answer.
    first: Result<overview::OverviewPage, AppError>,
) -> impl IntoView {
    let live = Live::new(broker.clone(), first);
    let settings = Settings::from_query();
    provide_context(live);
    provide_context(settings);

    tell_zone(live.zone);
    every(1000, move || live.clock.set(now()));
    let nudge = move || live.nudges.update(|nudges| *nudges += 1);
    online(move || {
        if live.updates.get_untracked() != Updates::Fine {
            nudge();
        }
    });
    refresh_by_key(nudge);
    let fetched = broker.clone();
    keep(live, settings, visible(), move |since| {
        fetch_overview(fetched.clone(), since)
    });

    let is_dim = flag(move || {
        live.state()
            .is_some_and(|state| state != metering::BrokerState::Ok)
    });
    view! {
        <toolbar::Toolbar broker />
        <div class="overview" class:dim=is_dim>
            <tiles::Tiles />
            <charts::Charts />
            <nodes::Nodes />
            <div class="cards">
                <churn::Churn />
                <about::About />
            </div>
        </div>
        <notices::Notices />
    }
    .into_any()
}

/// `R` refreshes at once, unless it is typed into a field or with a modifier.
fn refresh_by_key(nudge: impl Fn() + 'static) {
    let handle = window_event_listener(leptos::ev::keydown, move |event| {
        let modified = event.ctrl_key() || event.meta_key() || event.alt_key();
        let typed_into = document().active_element().is_some_and(|element| {
            ["INPUT", "TEXTAREA", "SELECT"].contains(&element.tag_name().as_str())
        });
        if event.key().eq_ignore_ascii_case("r") && !modified && !typed_into {
            nudge();
        }
    });
    on_cleanup(move || handle.remove());
}
