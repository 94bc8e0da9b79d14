//! Writes what moves at every tick into elements that are there for good.
//!
//! An effect for each of a page's lines and numbers costs the framework more, tick by tick, than the
//! browser to draw them. So these stand in the view as they are at first, and one effect for all of
//! a kind writes what has changed.

use leptos::html::Figure;
use leptos::prelude::*;
use web_sys::wasm_bindgen::JsCast as _;
use web_sys::{Element, Node};

/// Where the strings go.
#[derive(Clone, Copy)]
pub(super) enum Place {
    /// Into an attribute.
    Attribute(&'static str),
    /// Into the text that the element begins with.
    Text,
}

impl Place {
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

/// The elements, and what each says.
struct Written {
    elements: Vec<Element>,
    values: Vec<String>,
}

/// Keeps `place` of the elements below `root` that match `selector` as `values` says, in the
/// document's order.
///
/// On the server: nothing, since effects do not run there. What the view says at first is what the
/// page says then.
pub(super) fn keep(
    root: NodeRef<Figure>,
    selector: &'static str,
    place: Place,
    values: impl Fn() -> Vec<String> + 'static,
) {
    let find = move || {
        let found = root.get()?.query_selector_all(selector).ok()?;
        let elements: Vec<Element> = (0..found.length())
            .filter_map(|index| found.get(index)?.dyn_into().ok())
            .collect();
        let values = elements.iter().map(|element| place.read(element)).collect();
        Some(Written { elements, values })
    };
    Effect::new(move |written: Option<Option<Written>>| {
        let values = values();
        let mut written = written.flatten().or_else(find)?;
        let Written {
            elements,
            values: before,
        } = &mut written;
        for ((element, before), value) in elements.iter().zip(before).zip(values) {
            if *before != value {
                place.write(element, &value);
                *before = value;
            }
        }
        Some(written)
    });
}
