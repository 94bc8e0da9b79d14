//! The rows by keyboard: up and down, to the first and the last. Enter follows the row's link, as it
//! does anyway.

use leptos::ev;
use leptos::prelude::*;
use wasm_bindgen::JsCast;
use web_sys::{Element, HtmlElement};

/// Moves from row to row. Browser only.
pub(super) fn step(event: ev::KeyboardEvent) {
    if event.ctrl_key() || event.meta_key() || event.alt_key() || event.shift_key() {
        return;
    }
    let focused = document().active_element();
    let row = focused
        .as_ref()
        .and_then(|element| element.closest("tbody tr").ok().flatten());
    let key = event.key();
    let target = match (key.as_str(), row) {
        ("ArrowDown", Some(row)) => row.next_element_sibling(),
        ("ArrowUp", Some(row)) => row.previous_element_sibling(),
        ("ArrowDown", None) | ("Home", _) => edge(&event, "tbody tr:first-child"),
        ("ArrowUp", None) | ("End", _) => edge(&event, "tbody tr:last-child"),
        _ => return,
    };
    let link = target.and_then(|row| row.query_selector("[scope=row] a").ok().flatten());
    if let Some(link) = link.and_then(|link| link.dyn_into::<HtmlElement>().ok()) {
        event.prevent_default();
        // Where it cannot take the focus nothing moves.
        let _ = link.focus();
    }
}

fn edge(event: &ev::KeyboardEvent, selector: &str) -> Option<Element> {
    let target = event.target()?.dyn_into::<Element>().ok()?;
    let rows = target.closest(".rows").ok()??;
    rows.query_selector(selector).ok()?
}
