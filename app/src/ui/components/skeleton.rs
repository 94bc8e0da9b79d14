//! What stands in the place of a page while its values are on their way.

use leptos::prelude::*;

use crate::i18n::catalog;

/// The page's title, at once, and grey boxes in the place of its panels. Those appear after a moment
/// (see the style sheet): most answers come sooner, and a flash would only unsettle.
#[component]
pub fn Skeleton(
    /// The title, as far as the address says it.
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

/// The boxes alone, for pages whose head is there already.
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
