//! The start: straight to the broker where there is one, else to the list.

use leptos::prelude::*;
use leptos_router::components::Redirect;

use crate::routes::{self, href};
use crate::viewer::Viewers;

/// `/`
#[component]
pub fn Start() -> impl IntoView {
    expect_context::<Viewers>().show(|viewer| {
        let path = match viewer.brokers.as_slice() {
            [only] => routes::overview(&only.name),
            _ => routes::BROKERS.to_owned(),
        };
        view! { <Redirect path=href(&path) /> }
    })
}
