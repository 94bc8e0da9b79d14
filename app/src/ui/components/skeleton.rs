//! Placeholders of a page while its values are fetched.

use leptos::prelude::*;

use crate::i18n::catalog;

/// The page's title and grey boxes for its panels. The boxes appear after a delay (see the style
/// sheet), since most answers arrive sooner and a flash would disturb.
#[component]
pub fn Skeleton(
    /// The title, as known from the address.
    #[prop(into)]
    title: Signal<String>,
) -> impl IntoView {
    view! {
        <header class="page-head">
            <div class="title"><h1><bdi>{title}</bdi></h1></div>
        </header>
        <SkeletonPanels />
    }
    .into_any()
}

/// The boxes only, for pages that show their head already.
#[component]
pub fn SkeletonPanels() -> impl IntoView {
    let panel = || view! { <div class="panel" aria-hidden="true"></div> };
    view! {
        <div class="skeleton" role="status">
            <span class="visually-hidden">{catalog().loading}</span>
            {panel()}
            {panel()}
            {panel()}
        </div>
    }
    .into_any()
}
