//! The accounts' old address, which leads to the list of a broker's.

use leptos::prelude::*;

use crate::query::use_query;
use crate::routes::{self, href};
use crate::ui::components::redirect::Redirect;
use crate::ui::components::viewer::Viewers;

/// `/users?broker=…`
#[component]
pub fn Users() -> impl IntoView {
    let query = use_query();
    expect_context::<Viewers>().show(move |viewer| {
        let asked = query.with_untracked(|query| query.get("broker").map(str::to_owned));
        let first = viewer.brokers.first().map(|broker| broker.name.clone());
        let path = match asked.or(first) {
            Some(broker) => routes::list(&broker, "users"),
            None => routes::BROKERS.to_owned(),
        };
        view! { <Redirect path=href(&path) /> }
    })
}
