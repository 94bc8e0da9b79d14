//! The catalog of the request on the server, of the page in the browser.

#[cfg(not(feature = "ssr"))]
use std::sync::OnceLock;

use leptos::prelude::use_context;

#[cfg(not(feature = "ssr"))]
use super::CatalogField;
use super::en::EN;
use super::{Catalog, Language};
#[cfg(feature = "ssr")]
use super::{negotiate::language, zh::ZH};

impl Catalog {
    /// The catalog of a BCP 47 tag; English where there is none, or where its texts are not here.
    pub fn for_tag(tag: &str) -> &'static Self {
        let language = Language::of_tag(tag).unwrap_or_default();
        #[cfg(feature = "ssr")]
        let catalog = language.pick(&EN, &ZH);
        #[cfg(not(feature = "ssr"))]
        let catalog = language.pick(&EN, page_catalog());
        catalog
    }
}

/// The catalog of the viewer's language: from context where one was provided, else of the request on
/// the server, of the page in the browser.
pub fn catalog() -> &'static Catalog {
    use_context::<&'static Catalog>().unwrap_or_else(|| {
        #[cfg(feature = "ssr")]
        let catalog = language().pick(&EN, &ZH);
        #[cfg(not(feature = "ssr"))]
        let catalog = page_catalog();
        catalog
    })
}

/// The page's catalog where that is not the English one.
#[cfg(not(feature = "ssr"))]
static PAGE_CATALOG: OnceLock<Catalog> = OnceLock::new();

/// Takes the texts of the page's language, once and before anything is drawn. The file that holds
/// them is in `server::texts`.
#[cfg(not(feature = "ssr"))]
pub fn set_texts(file: String) {
    let mut lines = String::leak(file).split('\n');
    let catalog = Catalog::read(&mut lines);
    // Of a file that is too short, from another version, nothing is taken: better English than holes.
    if lines.next() == Some("") {
        // A second hydration of the same page has the same language.
        let _ = PAGE_CATALOG.set(catalog);
    }
}

#[cfg(not(feature = "ssr"))]
fn page_catalog() -> &'static Catalog {
    PAGE_CATALOG.get().unwrap_or(&EN)
}
