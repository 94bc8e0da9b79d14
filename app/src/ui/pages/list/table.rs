//! The rows, under heads that sort.

use leptos::prelude::*;

use super::keys;
use super::state::ListState;
use crate::query::{Query, use_query};
use crate::reactive::{flag, maybe, part};
use crate::ui::components::copy::copy_text_before;
use crate::ui::components::table::rows;
use crate::ui::components::time::Clock;
use crate::view_models::table::Column;

/// The table of a list.
#[component]
pub(super) fn Table() -> impl IntoView {
    let shown = expect_context::<ListState>();
    let clock = expect_context::<Clock>();
    let query = use_query();
    let label = maybe(move || shown.read(|view| view.title.clone()));
    let heads = Memo::new(move |_| {
        shown.read(|view| {
            let columns: Vec<_> = view
                .columns
                .iter()
                .filter(|column| column.shown)
                .cloned()
                .collect();
            (columns, view.sort.clone(), view.reverse)
        })
    });
    let head = part(move || {
        heads.get().map(|(columns, sort, reverse)| {
            let head = |column: &Column| self::head(column, &sort, reverse, query);
            columns.iter().map(head).collect_view()
        })
    });
    let widths = part(move || {
        heads.get().map(|(columns, ..)| {
            let width = |column: &Column| view! { <col class=column.class() /> };
            columns.iter().map(width).collect_view()
        })
    });
    let body = part(move || {
        shown
            .view
            .get()
            .map(|view| rows(&view.columns, &view.rows, true, clock))
    });
    let empty = part(move || {
        let why = shown.read(|view| {
            let is_empty = view.rows.is_empty();
            is_empty.then(|| {
                view.bad_filter
                    .clone()
                    .unwrap_or_else(|| view.empty.clone())
            })
        });
        why.flatten()
            .map(|why| view! { <p class="empty">{why}</p> })
    });
    view! {
        <div class="scroll rows" tabindex="0" role="group" aria-label=label on:keydown=keys::step on:click=copy_text_before>
            <table class="list fixed" class:compact=flag(move || shown.read(|view| view.compact).unwrap_or_default())>
                <colgroup>{widths}</colgroup>
                <thead><tr>{head}</tr></thead>
                <tbody>{body}</tbody>
            </table>
            {empty}
        </div>
    }
    .into_any()
}

/// A head. What is sorted by it is sorted the other way round at the next click; numbers begin with
/// the greatest, for that is what one looks for.
fn head(column: &Column, sort: &str, reverse: bool, query: Memo<Query>) -> AnyView {
    let label = column.label.clone();
    let class = column.cell_class();
    if !column.sortable {
        return view! { <th scope="col" class=class>{label}</th> }.into_any();
    }
    let is_sorted = !column.key.is_empty() && column.key == sort;
    let order = is_sorted.then_some(if reverse { "descending" } else { "ascending" });
    let next = if is_sorted { !reverse } else { column.number };
    let key = column.key.clone();
    let address = maybe(move || {
        let reverse = if next { "true" } else { "" };
        Some(query.with(|query| {
            let query = query.with("sort", &key).with("sort_reverse", reverse);
            query.with("page", "").to_search()
        }))
    });
    view! {
        <th scope="col" class=class aria-sort=order>
            <a class="sort" href=address data-noscroll="true">{label}</a>
        </th>
    }
    .into_any()
}
