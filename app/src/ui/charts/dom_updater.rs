//! Writes what changes at every tick into elements that are never replaced.
//!
//! An effect for each of a page's lines and numbers costs the framework more, tick by tick, than the
//! browser to draw them: it is woken even behind a memo that has not changed. So these stand in the
//! view as they are at first, and one effect a plot and one a legend write what has changed.

use leptos::html::Figure;
use leptos::prelude::*;
use web_sys::wasm_bindgen::JsCast as _;
use web_sys::{Element, Node};

use crate::reactive::effect;

/// Where the strings go.
#[derive(Clone, Copy)]
pub(super) enum Target {
    /// Into an attribute.
    Attribute(&'static str),
    /// Into the text that the element begins with.
    Text,
}

impl Target {
    fn read(self, element: &Element) -> String {
        let found = match self {
            Self::Attribute(name) => element.get_attribute(name),
            Self::Text => element.text_content(),
        };
        found.unwrap_or_default()
    }

    fn write(self, element: &Element, value: &str) {
        match self {
            // Fails for names that cannot be one.
            Self::Attribute(name) => drop(element.set_attribute(name, value)),
            Self::Text => {
                let node: Option<Node> = element.first_child();
                match node {
                    Some(node) => node.set_node_value(Some(value)),
                    None => element.set_text_content(Some(value)),
                }
            }
        }
    }
}

/// Of which elements what is written, and what it says.
pub(super) struct DomField {
    selector: &'static str,
    target: Target,
    values: Box<dyn Fn() -> Vec<String>>,
}

impl DomField {
    /// Of the elements below the root that match a selector, in the document's order.
    pub(super) fn all(
        selector: &'static str,
        target: Target,
        values: impl Fn() -> Vec<String> + 'static,
    ) -> Self {
        Self {
            selector,
            target,
            values: Box::new(values),
        }
    }

    /// Of the first of them.
    pub(super) fn one(
        selector: &'static str,
        target: Target,
        value: impl Fn() -> String + 'static,
    ) -> Self {
        Self::all(selector, target, move || vec![value()])
    }

    fn found_in(&self, root: &Element) -> Option<CurrentValues> {
        let found = root.query_selector_all(self.selector).ok()?;
        let elements: Vec<Element> = (0..found.length())
            .filter_map(|index| found.get(index)?.dyn_into().ok())
            .collect();
        let values = elements
            .iter()
            .map(|element| self.target.read(element))
            .collect();
        Some(CurrentValues { elements, values })
    }
}

/// The elements of a field, and what each says.
struct CurrentValues {
    elements: Vec<Element>,
    values: Vec<String>,
}

/// Keeps the elements below `root` as the fields say.
///
/// On the server: nothing, since effects do not run there. What the view says at first is what the
/// page says then.
pub(super) fn keep_updated(root: NodeRef<Figure>, fields: Vec<DomField>) {
    let mut found: Option<Vec<Option<CurrentValues>>> = None;
    effect(move || {
        if found.is_none() {
            let Some(root) = root.get() else { return };
            found = Some(fields.iter().map(|field| field.found_in(&root)).collect());
        }
        for (field, current) in fields.iter().zip(found.iter_mut().flatten()) {
            let Some(CurrentValues { elements, values }) = current else {
                continue;
            };
            let now = (field.values)();
            for ((element, before), value) in elements.iter().zip(values).zip(now) {
                if *before != value {
                    field.target.write(element, &value);
                    *before = value;
                }
            }
        }
    });
}
