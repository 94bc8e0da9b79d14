//! Copies a text that stands in the page.

use leptos::ev;
use leptos::prelude::*;
use wasm_bindgen::JsCast;
use web_sys::Element;

/// Copies the text of what stands before the button that was pressed, which stays selected, so that
/// one sees what was copied. Browser only.
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
    if selection.select_all_children(&text).is_ok()
        && let Ok(document) = document().dyn_into::<web_sys::HtmlDocument>()
    {
        // The clipboard's newer interface is not there without TLS, where this often stands. Where
        // the browser refuses, the text is selected all the same.
        let _ = document.exec_command("copy");
    }
}
