//! The list of keyboard shortcuts: global ones, those of charts, and the pages after `g`, which are
//! read from the navigation.

use leptos::prelude::*;

use super::dialog::Dialog;
use super::keys::GO;
use crate::i18n::catalog;

/// The dialog, filled when it opens.
#[component]
pub fn Sheet(
    /// Whether it is open.
    is_open: RwSignal<bool>,
) -> impl IntoView {
    let label = catalog().search.keyboard;
    view! { <Dialog class="sheet" label is_open content=Box::new(sheet) /> }
}

fn sheet() -> AnyView {
    let texts = &catalog().search;
    let row = |keys: String, what: String| {
        // One key for each word.
        let keys = keys
            .split(' ')
            .map(|key| view! { <kbd>{key.to_owned()}</kbd> });
        let keys = keys.collect_view();
        view! { <tr><th scope="row">{keys}</th><td>{what}</td></tr> }.into_any()
    };
    let everywhere = [
        (texts.keys_search, texts.key_search),
        ("/", texts.key_filter),
        ("R", texts.key_refresh),
        ("?", texts.key_sheet),
        (texts.keys_close, texts.key_close),
        ("← →", texts.key_crosshair),
        ("+ −", texts.key_zoom),
        ("⇧ ← →", texts.key_move),
        ("0", texts.key_now),
    ];
    let everywhere = everywhere
        .into_iter()
        .map(|(keys, what)| row(keys.to_owned(), what.to_owned()))
        .collect_view();
    let pages = pages()
        .into_iter()
        .map(|(key, name)| row(format!("g {key}"), format!("{} {name}", texts.go_to)))
        .collect_view();
    view! {
        <form method="dialog">
            <h2>{texts.keyboard}</h2>
            <table><tbody>{everywhere}{pages}</tbody></table>
            <button class="button" autofocus>{texts.close}</button>
        </form>
    }
    .into_any()
}

/// The letters of the navigation's links, and the links' names. Browser only.
fn pages() -> Vec<(String, String)> {
    let Ok(links) = document().query_selector_all(&format!("nav [{GO}]")) else {
        return Vec::new();
    };
    let page = |index| {
        let link = wasm_bindgen::JsCast::dyn_into::<web_sys::Element>(links.item(index)?).ok()?;
        let name = link.query_selector(".name").ok()??;
        Some((link.get_attribute(GO)?, name.text_content()?))
    };
    (0..links.length()).filter_map(page).collect()
}
