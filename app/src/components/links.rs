//! Links that the router would spoil.

use leptos::ev;
use wasm_bindgen::JsCast;

/// Of a link that is clicked the router puts the path into the address bar decoded once: of a name
/// with a percent sign in it that is another name's address. Such links the browser follows itself.
pub fn spare_percent_signs(event: &ev::MouseEvent) {
    let link = event
        .target()
        .and_then(|target| target.dyn_into::<web_sys::Element>().ok())
        .and_then(|target| target.closest("a[href]").ok().flatten());
    if let Some(link) = link
        && link
            .get_attribute("href")
            .is_some_and(|href| is_spoilt(&href))
    {
        // An attribute of that name is always allowed.
        let _ = link.set_attribute("rel", "external");
    }
}

/// Whether the path of an address has an encoded percent sign in it.
fn is_spoilt(href: &str) -> bool {
    let path = href.split(['?', '#']).next().unwrap_or_default();
    path.contains("%25")
}

#[cfg(test)]
mod tests {
    use super::*;
    #[cfg(target_arch = "wasm32")]
    use wasm_bindgen_test::wasm_bindgen_test as test;

    #[test]
    fn a_percent_sign_in_the_path_counts_alone() {
        assert!(is_spoilt("/brokers/demo/queues/%2F/100%25"));
        assert!(!is_spoilt("/brokers/demo/queues/%2F/a%20b"));
        assert!(!is_spoilt("/brokers/demo/queues?name=100%25"));
    }
}
