//! Which page of how many, and the way to the next.

use leptos::prelude::*;

use super::state::ListState;
use crate::format;
use crate::i18n::catalog;
use crate::query::use_query;
use crate::reactive::{part, text};

/// Which page of how many, how many rows, and the way to the next.
#[component]
pub(super) fn Pager() -> impl IntoView {
    let texts = catalog();
    let shown = expect_context::<ListState>();
    let query = use_query();
    let count = |count: u64| format::count(count as f64);
    let counts = text(move || {
        let shown_count = shown.read(|view| {
            if view.filtered_count == view.total_count {
                texts.lists.of_all.fill([&count(view.total_count)])
            } else {
                let values = [view.filtered_count, view.total_count].map(count);
                texts.lists.of_filtered.fill([&values[0], &values[1]])
            }
        });
        shown_count.unwrap_or_default()
    });
    let leaf = move |name: &'static str, rel: &'static str, page: u64| {
        let page = if page <= 1 {
            String::new()
        } else {
            page.to_string()
        };
        let address = query.with(|query| query.with("page", &page).to_search());
        view! { <a class="button" rel=rel href=address data-noscroll="true">{name}</a> }
    };
    let pages = Memo::new(move |_| {
        shown
            .read(|view| (view.page, view.page_count))
            .unwrap_or((1, 1))
    });
    view! {
        <div class="pages list-pages">
            <span class="soft count" role="status">{counts}</span>
            {part(move || {
                let (page, all) = pages.get();
                (all > 1 || page > 1).then(|| view! {
                    <nav aria-label=texts.pages>
                        {(page > 1).then(|| leaf(texts.lists.previous, "prev", all.min(page - 1)))}
                        <span class="soft">{texts.lists.page_of.fill([&count(page), &count(all)])}</span>
                        {(page < all).then(|| leaf(texts.lists.next, "next", page + 1))}
                    </nav>
                })
            })}
        </div>
    }
    .into_any()
}
