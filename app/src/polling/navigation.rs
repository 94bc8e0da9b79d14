//! What a choice changes: the address of a dashboard page, or the query of a panel in another page.

use leptos::prelude::*;
use leptos_router::NavigateOptions;
use leptos_router::hooks::{use_location, use_navigate};

use crate::query::Query;

/// Opens the current page with another query.
type GoTo = Box<dyn Fn(&str) + Send + Sync>;

/// What a viewer's choice changes. Cheap to copy.
#[derive(Clone, Copy)]
pub enum Navigation {
    /// The page's address.
    Address(StoredValue<GoTo>),
    /// The panel's own query, which no address shows.
    OwnQuery(RwSignal<Query>),
}

impl Navigation {
    /// Changes addresses by the router.
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

    /// Applies a query, written as in an address.
    pub fn go_to(self, search: &str) {
        match self {
            Self::Address(go_to) => go_to.with_value(|go_to| go_to(search)),
            Self::OwnQuery(query) => query.set(Query::parse(search)),
        }
    }
}
