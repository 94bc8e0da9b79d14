//! The dashboard's module is cut in two after linking (`cargo xtask build`): what the overview needs,
//! and the rest, which the page's script loads when something calls into it.

use wasm_bindgen::prelude::wasm_bindgen;

#[wasm_bindgen]
extern "C" {
    /// Of the page's script: when it returns, the rest is there.
    #[wasm_bindgen(js_namespace = globalThis, js_name = needRest)]
    fn need_rest(slot: u32);
}

/// Loads the rest, if it is not there; `slot` tells what needs it. What calls the import otherwise is
/// not written in Rust, so this is what it is kept for.
#[wasm_bindgen]
pub fn rest(slot: u32) {
    need_rest(slot);
}
