//! The start: straight to the broker where there is one, else to the list.

use leptos::prelude::*;

use crate::query::use_query;
use crate::routes::{self, href};
use crate::ui::components::links::with_choices;
use crate::ui::components::redirect::Redirect;
use crate::ui::components::viewer::Viewers;

/// `/`
#[component]
pub fn Start() -> impl IntoView {
    let query = use_query();
    expect_context::<Viewers>().show(move |viewer| {
        let path = match viewer.brokers.as_slice() {
            [only] => routes::overview(&only.name),
            _ => routes::BROKERS.to_owned(),
        };
        let carried = query.with_untracked(|query| with_choices(&path, query, ""));
        view! { <Redirect path=href(&carried.unwrap_or(path)) /> }
    })
}
