//! What the components of a list page share.

use std::sync::Arc;

use leptos::prelude::*;

use crate::view_models::lists::ListView;

/// Columns and density, as the form's fields show them.
#[derive(Clone, Default, PartialEq, Eq)]
pub(super) struct Choice {
    /// Keys of the columns that are shown. The first column is always shown, and not among them.
    pub(super) columns: Vec<String>,
    pub(super) is_compact: bool,
}

/// What a list page's parts share. A Leptos context, and cheap to copy.
#[derive(Clone, Copy)]
pub(super) struct ListState {
    /// The last answer whose filter could be used; `None` before there was any.
    pub(super) view: RwSignal<Option<Arc<ListView>>>,
    /// What is wrong with the filter that the address has now.
    pub(super) bad_filter: RwSignal<Option<String>>,
    /// The columns and the density that were chosen since the last answer.
    pub(super) choice: RwSignal<Option<Choice>>,
    /// Whether the address is about to change to what was chosen.
    pub(super) is_waiting: StoredValue<bool>,
    pub(super) broker: StoredValue<String>,
    pub(super) kind: StoredValue<String>,
}

impl ListState {
    /// The state of a page with its first answer.
    pub(super) fn new(broker: String, kind: String, first: ListView) -> Self {
        let state = Self {
            view: RwSignal::new(None),
            bad_filter: RwSignal::new(None),
            choice: RwSignal::new(None),
            is_waiting: StoredValue::new(false),
            broker: StoredValue::new(broker),
            kind: StoredValue::new(kind),
        };
        state.take(first);
        state
    }

    /// Shows the answer for the current address. If its filter cannot be used, the rows stay.
    pub(super) fn take(self, view: ListView) {
        self.bad_filter.set(view.bad_filter.clone());
        let has_rows = self.view.with_untracked(Option::is_some);
        if view.bad_filter.is_none() || !has_rows {
            self.view.set(Some(Arc::new(view)));
        }
        // A later choice is in the fields already, and stays there until its own answer arrives.
        if !self.is_waiting.get_value() {
            self.choice.set(None);
        }
    }

    /// The columns and the density that the fields show: the viewer's choice, or those of the last
    /// answer.
    pub(super) fn choice(self) -> Option<Choice> {
        self.choice.get().or_else(|| {
            self.read(|view| {
                let shown = view.columns.iter().skip(1).filter(|column| column.shown);
                Choice {
                    columns: shown.map(|column| column.key.clone()).collect(),
                    is_compact: view.compact,
                }
            })
        })
    }

    /// Reads something off the last answer, and follows it.
    pub(super) fn read<T>(self, get: impl FnOnce(&ListView) -> T) -> Option<T> {
        self.view.with(|view| view.as_deref().map(get))
    }
}
