//! Where a choice leads: to another address of our own page, or, in somebody else's page, nowhere
//! but to another query of the panel.

use leptos::prelude::*;
use leptos_router::NavigateOptions;
use leptos_router::hooks::{use_location, use_navigate};

use super::Settings;
use crate::query::Query;

/// Leads to the page that is shown with another query.
type Lead = Box<dyn Fn(&str) + Send + Sync>;

/// Where the choices of a page or panel lead. Cheap to copy.
#[derive(Clone, Copy)]
pub enum Way {
    /// To another address of the page that is shown.
    Address(StoredValue<Lead>),
    /// To another query of the panel, which no address shows.
    Kept(RwSignal<Query>),
}

impl Way {
    /// To other addresses, by the router.
    pub(super) fn address() -> Self {
        let navigate = use_navigate();
        let path = use_location().pathname;
        Self::Address(StoredValue::new(Box::new(move |search| {
            let options = NavigateOptions {
                // The path has its base already.
                resolve: false,
                scroll: false,
                ..NavigateOptions::default()
            };
            navigate(&format!("{}{search}", path.get_untracked()), options);
        })))
    }

    /// Leads to a query, as it stands in an address.
    pub fn lead(self, search: &str) {
        match self {
            Self::Address(lead) => lead.with_value(|lead| lead(search)),
            Self::Kept(query) => query.set(Query::parse(search)),
        }
    }
}

/// The way to a query: a link where the address shows it, else a button.
#[component]
pub fn WayTo(
    /// The query, as it stands in an address.
    search: Signal<String>,
    /// Its classes.
    #[prop(into, default = Signal::stored(String::new()))]
    class: Signal<String>,
    /// What it does, where its content does not say so.
    #[prop(optional)]
    title: Option<&'static str>,
    /// `aria-current`.
    #[prop(into, default = Signal::stored(None))]
    current: Signal<Option<String>>,
    /// What stands in it.
    children: Children,
) -> impl IntoView {
    let way = expect_context::<Settings>().way;
    let content = children();
    match way {
        Way::Address(_) => view! {
            <a class=class href=search title=title aria-current=current data-noscroll="true">{content}</a>
        }
        .into_any(),
        Way::Kept(_) => view! {
            <button
                type="button"
                class=class
                title=title
                aria-current=current
                on:click=move |_| way.lead(&search.get_untracked())
            >
                {content}
            </button>
        }
        .into_any(),
    }
}
