//! Names as links to the pages of objects.

use super::render_context::RenderContext;
use super::value::{Value, tag};
use crate::view_models::table::Cell;

/// The name of the default exchange in paths. Its own name is empty.
pub(super) const DEFAULT_EXCHANGE: &str = "amq.default";

impl RenderContext<'_> {
    /// A name that links to its page; nothing if it is empty.
    pub(super) fn link(&self, kind: &str, name: &str) -> Value {
        if name.is_empty() {
            return Value::Nothing;
        }
        Value::Link(name.to_owned(), self.object(kind, &[name]))
    }

    /// [`Self::link`], or nothing if the name is missing.
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
            return Value::Link(self.list_texts.default_exchange.to_owned(), address);
        }
        self.link_in("exchanges", vhost, name)
    }

    /// Several names that link to their pages.
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
