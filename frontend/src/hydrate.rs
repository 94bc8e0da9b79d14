//! Takes over the page that the server rendered.

use app::App;
use leptos::prelude::*;
use wasm_bindgen::prelude::wasm_bindgen;

#[wasm_bindgen]
extern "C" {
    /// Of the page's script: the page is loaded once more, or says that it does not update.
    #[wasm_bindgen(js_namespace = globalThis, js_name = pageFailed)]
    fn page_failed();
}

/// Hydrates the page. Called once by the page's script, with the texts of the page's language where
/// the bundle does not hold them.
#[wasm_bindgen]
pub fn hydrate(texts: Option<String>) {
    std::panic::set_hook(Box::new(|panic| {
        console_error_panic_hook::hook(panic);
        page_failed();
    }));
    if let Some(texts) = texts {
        app::i18n::set_texts(texts);
    }
    let root = document().document_element();
    let attribute = |name| root.as_ref().and_then(|root| root.get_attribute(name));
    let base_path = attribute("data-base-path").unwrap_or_default();
    let keystone = attribute("data-keystone");
    app::server_fns::fetch::set_base_path(&base_path);
    leptos::mount::hydrate_body(move || leptos::view! { <App base_path keystone /> });
}
