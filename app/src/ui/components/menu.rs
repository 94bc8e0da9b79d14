//! Menus: `<details>` elements that close like menus.

use leptos::ev;
use leptos::html::Details;
use leptos::prelude::*;
use wasm_bindgen::JsCast;
use web_sys::{Element, HtmlElement, Node};

use crate::reactive::effect;

/// Closes an open menu on Escape, with the focus back on its button, and when something outside of it
/// is pressed or focused. Without scripting it closes by its button.
pub fn close_as_menus_do(menu: NodeRef<Details>) {
    effect(move || {
        let Some(menu) = menu.get() else { return };
        let menu: Element = menu.unchecked_into();
        let is_open = |menu: &Element| menu.has_attribute("open");
        let close = |menu: &Element| {
            // Of an element that is there nothing refuses it.
            let _ = menu.remove_attribute("open");
        };
        let leave = {
            let menu = menu.clone();
            move |event: &web_sys::Event| {
                let target = event
                    .target()
                    .and_then(|target| target.dyn_into::<Node>().ok());
                if is_open(&menu) && !menu.contains(target.as_ref()) {
                    close(&menu);
                }
            }
        };
        let pressed = {
            let leave = leave.clone();
            window_event_listener(ev::pointerdown, move |event| leave(&event))
        };
        let focused = window_event_listener(ev::focusin, move |event| leave(&event));
        let escaped = window_event_listener(ev::keydown, move |event| {
            if event.key() != "Escape" || !is_open(&menu) {
                return;
            }
            close(&menu);
            let opener = menu.query_selector("summary").ok().flatten();
            if let Some(opener) = opener.and_then(|opener| opener.dyn_into::<HtmlElement>().ok()) {
                let _ = opener.focus();
            }
        });
        on_cleanup(move || {
            pressed.remove();
            focused.remove();
            escaped.remove();
        });
    });
}
