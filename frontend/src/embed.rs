//! Panels in other people's pages. Called by the custom element's script alone.

use std::rc::Rc;

use app::embed::{Mounted, hub, mount};
use app::error::AppError;
use js_sys::{Function, Promise};
use wasm_bindgen::JsValue;
use wasm_bindgen::prelude::wasm_bindgen;
use wasm_bindgen_futures::JsFuture;
use web_sys::HtmlElement;

/// Says, once and before all else, where Warren is: its origin and base path.
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

/// Says where the token of a number comes from: `ask(refused)` gives a promise of a token, or of
/// nothing where none is needed.
#[wasm_bindgen]
pub fn introduce(id: u32, ask: Function) {
    let source =
        move |refused: Option<String>| -> futures_util::future::LocalBoxFuture<'static, _> {
            let refused = refused.map_or(JsValue::NULL, JsValue::from);
            let answer = ask.call1(&JsValue::NULL, &refused);
            Box::pin(async move {
                let promise = Promise::resolve(&answer.map_err(|_| AppError::NoToken)?);
                let token = JsFuture::from(promise).await;
                Ok(token.map_err(|_| AppError::NoToken)?.as_string())
            })
        };
    hub::introduce(id, Rc::new(source));
}

/// The source of a number may have a token now.
#[wasm_bindgen]
pub fn nudge(id: u32) {
    hub::nudge(id);
}

/// A panel in the page. Freed, it goes.
#[wasm_bindgen]
pub struct Panel(Mounted);

#[wasm_bindgen]
impl Panel {
    /// Puts a panel into a `div`. `attributes` is a query; `tell(what, code, text)` hears of it.
    #[wasm_bindgen(constructor)]
    pub fn new(div: HtmlElement, attributes: &str, tell: Function) -> Self {
        let tell = move |what: &str, code: &str, text: &str| {
            // What the page does with it is the page's own.
            let _ = tell.call3(&JsValue::NULL, &what.into(), &code.into(), &text.into());
        };
        Self(mount(div, attributes, Rc::new(tell)))
    }

    /// The attributes have changed.
    pub fn update(&self, attributes: &str) {
        self.0.update(attributes);
    }
}
