//! A dialog over the page: the browser's own, which keeps the focus in it, closes by Escape and by a
//! click beside it, and gives the focus back.

use leptos::html;
use leptos::prelude::*;

use crate::i18n::Text;
use crate::reactive::{effect, part};

/// The dialog. Its content exists only while it is open, so never on the server.
#[component]
pub fn Dialog(
    /// The CSS class.
    class: &'static str,
    /// The accessible name.
    label: Text,
    /// Whether it is open.
    is_open: RwSignal<bool>,
    /// What it shows.
    content: Box<dyn Fn() -> AnyView + Send>,
) -> impl IntoView {
    let dialog = NodeRef::<html::Dialog>::new();
    effect(move || {
        let is_open = is_open.get();
        let Some(dialog) = dialog.get() else { return };
        if is_open {
            // Fails if it is open already.
            let _ = dialog.show_modal();
        } else {
            dialog.close();
        }
    });
    view! {
        <dialog
            class=class
            closedby="any"
            aria-label=label
            node_ref=dialog
            on:close=move |_| is_open.set(false)
        >
            {part(move || is_open.get().then(&content))}
        </dialog>
    }
    .into_any()
}
