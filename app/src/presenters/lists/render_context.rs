//! The broker, the language and the base path of a page.

use metering::Broker;

use crate::i18n::list_texts::ListTexts;
use crate::i18n::{Catalog, catalog, language};
use crate::routes;

/// The broker, texts and base path of a page.
pub(super) struct RenderContext<'a> {
    pub(super) broker: &'a Broker,
    pub(super) texts: &'static Catalog,
    pub(super) list_texts: &'static ListTexts,
    base: std::sync::Arc<str>,
}

impl<'a> RenderContext<'a> {
    pub(super) fn new(broker: &'a Broker) -> Self {
        let texts = catalog();
        Self {
            broker,
            texts,
            list_texts: language().pick(&ListTexts::EN, &ListTexts::ZH),
            base: crate::server::context::base_path(),
        }
    }

    /// The address of a list.
    pub(super) fn list(&self, kind: &str) -> String {
        format!("{}{}", self.base, routes::list(&self.broker.name, kind))
    }

    /// The address of one object's page.
    pub(super) fn object(&self, kind: &str, names: &[&str]) -> String {
        let path = routes::object(&self.broker.name, kind, names);
        format!("{}{path}", self.base)
    }
}
