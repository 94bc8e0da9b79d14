//! A link or a button that changes the query of a page or panel.

use leptos::prelude::*;

use crate::polling::{Navigation, Settings};

/// A link if the query is in the address, else a button.
#[component]
pub fn NavLink(
    /// The query, written as in an address.
    search: Signal<String>,
    /// The CSS classes.
    #[prop(into, default = Signal::stored(String::new()))]
    class: Signal<String>,
    /// The tooltip, if the content does not say what it does.
    #[prop(optional)]
    title: Option<&'static str>,
    /// `aria-current`.
    #[prop(into, default = Signal::stored(None))]
    current: Signal<Option<String>>,
    /// The content.
    children: Children,
) -> impl IntoView {
    let navigation = expect_context::<Settings>().navigation;
    let content = children();
    match navigation {
        Navigation::Address(_) => view! {
            <a class=class href=search title=title aria-current=current data-noscroll="true">{content}</a>
        }
        .into_any(),
        Navigation::OwnQuery(_) => view! {
            <button
                type="button"
                class=class
                title=title
                aria-current=current
                on:click=move |_| navigation.go_to(&search.get_untracked())
            >
                {content}
            </button>
        }
        .into_any(),
    }
}
