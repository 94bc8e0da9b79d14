//! A small table of texts in a panel.

use leptos::prelude::*;

use crate::reactive::{flag, part};

/// A table's rows, a text a cell; `None` where nobody tells, or not this account.
pub type Rows = Memo<Option<Vec<Vec<String>>>>;

/// A panel with a table. Absent where there are no rows to show.
///
/// Rows that are the same as a tick ago are not drawn again.
#[component]
pub fn RowsPanel(
    /// Its id in the page.
    id: &'static str,
    /// Its title.
    title: &'static str,
    /// The columns' heads.
    heads: Vec<&'static str>,
    /// The rows.
    rows: Rows,
    /// Whether the cells behind the first are numbers.
    #[prop(default = false)]
    numbers: bool,
) -> impl IntoView {
    let heading = format!("{id}-title");
    let body = part(move || {
        let rows = rows.get().unwrap_or_default();
        rows.into_iter()
            .map(|row| {
                let mut cells = row.into_iter();
                let first = cells.next();
                let rest = cells.map(|cell| view! { <td>{cell}</td> }).collect_view();
                view! { <tr><th scope="row">{first}</th>{rest}</tr> }
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
