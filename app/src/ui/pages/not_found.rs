//! The page for addresses that lead nowhere, with the status that says so.

use leptos::prelude::*;
use leptos_router::hooks::use_location;

use crate::i18n::catalog;
use crate::ui::components::error_page::ErrorPage;

/// `404`.
#[component]
pub fn NotFound() -> impl IntoView {
    let texts = catalog();
    let path = use_location().pathname.get_untracked();
    view! {
        <main id="content">
            <ErrorPage title=texts.not_found lead=texts.not_found_lead.fill([&path]) />
        </main>
    }
}
