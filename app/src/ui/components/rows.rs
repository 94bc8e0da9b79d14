//! A small table of texts in a panel.

use leptos::prelude::*;

use crate::reactive::{flag, part, text};

/// A table's rows, one text for each cell; `None` if the broker reports none, or not to this account.
pub type Rows = Memo<Option<Vec<Vec<String>>>>;

/// A panel with a table; absent without rows.
///
/// Unchanged cells are not drawn again.
#[component]
pub fn RowsPanel(
    /// The element's id.
    id: &'static str,
    /// The title.
    title: &'static str,
    /// The columns' heads.
    heads: Vec<&'static str>,
    /// The rows.
    rows: Rows,
    /// Whether all cells after the first are numbers.
    #[prop(default = false)]
    numbers: bool,
) -> impl IntoView {
    let heading = format!("{id}-title");
    // The number of cells in each row: while it is the same, only texts change.
    let shape = Memo::new(move |_| {
        rows.with(|rows| rows.iter().flatten().map(Vec::len).collect::<Vec<_>>())
    });
    let cell = move |row: usize, column: usize| {
        text(move || {
            rows.with(|rows| rows.as_ref()?.get(row)?.get(column).cloned())
                .unwrap_or_default()
        })
    };
    let body = part(move || {
        let shape = shape.get().into_iter().enumerate();
        shape
            .map(|(row, cells)| {
                let rest = (1..cells)
                    .map(|column| view! { <td>{cell(row, column)}</td> })
                    .collect_view();
                view! { <tr><th scope="row">{cell(row, 0)}</th>{rest}</tr> }
            })
            .collect_view()
    });
    let heads = heads
        .into_iter()
        .map(|head| view! { <th scope="col">{head}</th> })
        .collect_view();
    view! {
        <section class="panel" id=id class:hidden=flag(move || rows.with(Option::is_none)) aria-labelledby=heading>
            <h2 id=heading.clone()>{title}</h2>
            <div class="scroll" tabindex="0" role="group" aria-labelledby=heading.clone()>
                <table class="list" class:numbers=numbers>
                    <thead><tr>{heads}</tr></thead>
                    <tbody>{body}</tbody>
                </table>
            </div>
        </section>
    }
}
