//! Panels in other people's pages. Called by the custom element's script alone.

use std::rc::Rc;

use app::error::AppError;
use app::ui::embed::{Mounted, mount, panel_poller};
use js_sys::{Function, Promise};
use wasm_bindgen::JsValue;
use wasm_bindgen::prelude::wasm_bindgen;
use wasm_bindgen_futures::JsFuture;
use web_sys::HtmlElement;

/// Sets Warren's origin and base path. Called once, before all else.
#[wasm_bindgen]
pub fn start(base: &str) {
    console_error_panic_hook::set_once();
    app::server_fns::fetch::set_base_path(base);
}

/// Takes the texts of a language that the bundle does not hold.
#[wasm_bindgen]
pub fn set_texts(file: String) {
    app::i18n::set_texts(file);
}

/// Registers a token source under a number: `request_token(refused)` returns a promise of a token, or
/// of nothing if none is needed.
#[wasm_bindgen]
pub fn register_token_source(id: u32, request_token: Function) {
    let source =
        move |refused: Option<String>| -> futures_util::future::LocalBoxFuture<'static, _> {
            let refused = refused.map_or(JsValue::NULL, JsValue::from);
            let answer = request_token.call1(&JsValue::NULL, &refused);
            Box::pin(async move {
                let promise = Promise::resolve(&answer.map_err(|_| AppError::NoToken)?);
                let token = JsFuture::from(promise).await;
                Ok(token.map_err(|_| AppError::NoToken)?.as_string())
            })
        };
    panel_poller::register_token_source(id, Rc::new(source));
}

/// Polls the panels of a token source at once: it may have a new token.
#[wasm_bindgen]
pub fn refresh(id: u32) {
    panel_poller::refresh(id);
}

/// A panel in the page. It is removed when it is freed.
#[wasm_bindgen]
pub struct Panel(Mounted);

#[wasm_bindgen]
impl Panel {
    /// Puts a panel into a `div`. `attributes` is a query; `notify_host(what, code, text)` is called on events.
    #[wasm_bindgen(constructor)]
    pub fn new(div: HtmlElement, attributes: &str, notify_host: Function) -> Self {
        let notify_host = move |what: &str, code: &str, text: &str| {
            // Errors of the page's handlers are not ours.
            let _ = notify_host.call3(&JsValue::NULL, &what.into(), &code.into(), &text.into());
        };
        Self(mount(div, attributes, Rc::new(notify_host)))
    }

    /// The attributes have changed.
    pub fn update(&self, attributes: &str) {
        self.0.update(attributes);
    }
}
