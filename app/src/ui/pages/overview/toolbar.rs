//! The head of the page: name, state, versions, age, range, refresh.

use leptos::prelude::*;
use leptos_router::hooks::use_location;
use leptos_router::location::Location;
use metering::BrokerState;

use super::broker_state::BrokerPill;
use crate::i18n::catalog;
use crate::polling::Live;
use crate::reactive::{maybe, part, text};
use crate::routes::{self, href};
use crate::ui::components::age::Age;
use crate::ui::components::choices::{Ranges, Refreshes};

/// Where a link to what is shown is made. A Leptos context of the dashboard's own page.
#[derive(Clone, Copy)]
pub(crate) struct Sharing(Signal<String>);

impl Sharing {
    /// Of the page at the present address, which shows a broker.
    pub(crate) fn for_broker(broker: Memo<String>) -> Self {
        let Location {
            pathname, search, ..
        } = use_location();
        let base = StoredValue::new(href(""));
        Self(Signal::derive(move || {
            let base = base.get_value();
            let (path, query) = (pathname.get(), search.get());
            let path = path.strip_prefix(&base).unwrap_or(&path);
            let view = if query.is_empty() {
                path.to_owned()
            } else {
                format!("{path}?{query}")
            };
            base + &routes::share(&view, "overview", &broker.get())
        }))
    }
}

/// The head of the page.
#[component]
pub(crate) fn Toolbar(
    /// The broker's name.
    broker: String,
) -> impl IntoView {
    let live = expect_context::<Live>();
    let texts = catalog();
    let versions = maybe(move || {
        live.read(|page| {
            let overview = page.overview.as_ref()?;
            let rabbitmq = overview.rabbitmq_version.as_deref()?;
            let mut text = texts.versions.fill([
                &rabbitmq,
                &overview.erlang_version.as_deref().unwrap_or("?"),
            ]);
            if let Some(nodes) = &page.nodes {
                text.push_str(" · ");
                text.push_str(&texts.node_count.fill(nodes.len()));
            }
            Some(text)
        })
    });
    let observed = Signal::derive(move || live.read(|page| page.overview.as_ref()?.observed_at));
    let server_time = Signal::derive(move || live.read(|page| Some(page.server_time)));
    let answers = Signal::derive(move || live.state().is_none_or(|state| state == BrokerState::Ok));
    let description = move || live.read(|page| page.broker.description.clone());
    let share = use_context::<Sharing>().map(|Sharing(address)| {
        view! { <a class="button" href=text(move || address.get())>{texts.sharing.share}</a> }
    });
    view! {
        <header class="page-head">
            <div class="title">
                <h1>{broker}</h1>
                <BrokerPill />
                {part(move || description().map(|text| view! { <span class="description">{text}</span> }))}
                <span class="versions">{versions}</span>
            </div>
            <div class="controls">
                <Age observed server_time answers />
                <Ranges />
                <Refreshes />
                {share}
            </div>
        </header>
    }
    .into_any()
}
