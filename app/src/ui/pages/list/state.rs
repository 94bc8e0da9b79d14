//! What the components of a list page share.

use std::sync::Arc;

use leptos::prelude::*;

use crate::view_models::lists::ListView;

/// What a list page's parts share. A Leptos context, and cheap to copy.
#[derive(Clone, Copy)]
pub(super) struct ListState {
    /// The last answer whose filter could be used; `None` before there was any.
    pub(super) view: RwSignal<Option<Arc<ListView>>>,
    /// What is wrong with the filter that the address has now.
    pub(super) bad_filter: RwSignal<Option<String>>,
    pub(super) broker: StoredValue<String>,
    pub(super) kind: StoredValue<String>,
}

impl ListState {
    /// Takes in an answer. Where the filter is none, the rows that stand stay.
    pub(super) fn take(self, view: ListView) {
        self.bad_filter.set(view.bad_filter.clone());
        let has_rows = self.view.with_untracked(Option::is_some);
        if view.bad_filter.is_none() || !has_rows {
            self.view.set(Some(Arc::new(view)));
        }
    }

    /// Reads something off the last answer, and follows it.
    pub(super) fn read<T>(self, get: impl FnOnce(&ListView) -> T) -> Option<T> {
        self.view.with(|view| view.as_deref().map(get))
    }
}
