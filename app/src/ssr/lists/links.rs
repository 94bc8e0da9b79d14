//! Whose page is written, in which language, and where things lead.

use metering::Broker;

use super::value::{Value, tag};
use crate::cells::Cell;
use crate::i18n::views::Views;
use crate::i18n::{Catalog, catalog, language};
use crate::routes;

/// Paths call the default exchange so, whose own name is empty.
pub(super) const DEFAULT_EXCHANGE: &str = "amq.default";

/// Whose page is written, and in which language.
pub(super) struct Scene<'a> {
    pub(super) broker: &'a Broker,
    pub(super) texts: &'static Catalog,
    pub(super) views: &'static Views,
    base: std::sync::Arc<str>,
}

impl<'a> Scene<'a> {
    pub(super) fn new(broker: &'a Broker) -> Self {
        let texts = catalog();
        Self {
            broker,
            texts,
            views: language().pick(&Views::EN, &Views::ZH),
            base: crate::ssr::base_path(),
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

    /// A name that leads to its page; nothing where there is none.
    pub(super) fn link(&self, kind: &str, name: &str) -> Value {
        if name.is_empty() {
            return Value::Nothing;
        }
        Value::Link(name.to_owned(), self.object(kind, &[name]))
    }

    /// The same of what may not be told.
    pub(super) fn maybe_link(&self, kind: &str, name: Option<&String>) -> Value {
        name.map_or(Value::Nothing, |name| self.link(kind, name))
    }

    /// The name of something in a vhost.
    pub(super) fn link_in(&self, kind: &str, vhost: &str, name: &str) -> Value {
        Value::Link(name.to_owned(), self.object(kind, &[vhost, name]))
    }

    /// An exchange; the default one has no name.
    pub(super) fn exchange(&self, vhost: &str, name: &str) -> Value {
        if name.is_empty() {
            let address = self.object("exchanges", &[vhost, DEFAULT_EXCHANGE]);
            return Value::Link(self.views.default_exchange.to_owned(), address);
        }
        self.link_in("exchanges", vhost, name)
    }

    /// Names that lead to their pages, side by side.
    pub(super) fn links<'n>(
        &self,
        kind: &str,
        names: impl IntoIterator<Item = &'n String>,
    ) -> Value {
        let part = |name: &String| Cell {
            href: Some(self.object(kind, &[name])),
            ..tag(name, None)
        };
        let parts: Vec<_> = names.into_iter().map(part).collect();
        if parts.is_empty() {
            Value::Nothing
        } else {
            Value::Tags(parts)
        }
    }
}
