//! Names that lead to the pages of what they name.

use super::render_context::RenderContext;
use super::value::{Value, tag};
use crate::view_models::table::Cell;

/// Paths call the default exchange so, whose own name is empty.
pub(super) const DEFAULT_EXCHANGE: &str = "amq.default";

impl RenderContext<'_> {
    /// A name that leads to its page; nothing where there is none.
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
