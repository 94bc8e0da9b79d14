//! A text to take along, with a button that copies it.

use leptos::prelude::*;
use wasm_bindgen::JsCast;

use crate::i18n::catalog;
use crate::reactive::text;

/// A field that holds a text, and a button to copy it.
#[component]
pub fn Copied(
    /// The id of what says what it is.
    labelled_by: &'static str,
    /// The text.
    #[prop(into)]
    value: Signal<String>,
    /// The field's height in lines.
    rows: &'static str,
) -> impl IntoView {
    let texts = catalog();
    let is_copied = RwSignal::new(false);
    let field = NodeRef::<leptos::html::Textarea>::new();
    let copy = move |_| {
        let Some(field) = field.get_untracked() else {
            return;
        };
        field.select();
        let document = document().dyn_into::<web_sys::HtmlDocument>();
        // The clipboard's newer interface is not there without TLS, where this often stands.
        let copied = document.is_ok_and(|document| document.exec_command("copy").unwrap_or(false));
        is_copied.set(copied);
    };
    view! {
        <div class="copied">
            <textarea node_ref=field readonly rows=rows spellcheck="false" aria-labelledby=labelled_by prop:value=value>
                {value.get_untracked()}
            </textarea>
            <button type="button" class="button needs-script" on:click=copy>{texts.copy}</button>
            <span class="soft" role="status">
                {text(move || if is_copied.get() { texts.copied } else { "" }.to_owned())}
            </span>
        </div>
    }
    .into_any()
}
