//! Buttons that copy a text of the page, or of a field.

use leptos::ev;
use leptos::prelude::*;
use wasm_bindgen::JsCast;
use web_sys::Element;

use crate::i18n::catalog;
use crate::reactive::text;

/// Copies the selection and returns whether it worked. The newer clipboard API needs TLS, which many
/// installations do not have. Browser only.
fn copy_selection() -> bool {
    let document = document().dyn_into::<web_sys::HtmlDocument>();
    document.is_ok_and(|document| document.exec_command("copy").unwrap_or(false))
}

/// Copies the text of the element before the pressed button. It stays selected, to show what was
/// copied. Browser only.
pub fn copy_text_before(event: ev::MouseEvent) {
    let target = event
        .target()
        .and_then(|target| target.dyn_into::<Element>().ok());
    let button = target.and_then(|target| target.closest(".copy").ok().flatten());
    let Some(text) = button.and_then(|button| button.previous_element_sibling()) else {
        return;
    };
    let Ok(Some(selection)) = window().get_selection() else {
        return;
    };
    if selection.select_all_children(&text).is_ok() {
        // If the browser refuses, the text is still selected.
        copy_selection();
    }
}

/// A button that copies the text of a link, selects it, and confirms.
#[component]
pub fn CopyButton(
    /// The element with the text.
    of: NodeRef<leptos::html::A>,
) -> impl IntoView {
    let texts = catalog();
    let is_copied = RwSignal::new(false);
    let copy = move |_| {
        let (Some(element), Ok(Some(selection))) = (of.get_untracked(), window().get_selection())
        else {
            return;
        };
        let element: Element = element.unchecked_into();
        is_copied.set(selection.select_all_children(&element).is_ok() && copy_selection());
    };
    view! {
        <button type="button" class="button needs-script" on:click=copy>{texts.copy}</button>
        <span class="soft" role="status">
            {text(move || if is_copied.get() { texts.copied } else { "" }.to_owned())}
        </span>
    }
    .into_any()
}

/// A field that holds a text, and a button to copy it.
#[component]
pub fn Copied(
    /// The id of the label.
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
        is_copied.set(copy_selection());
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
