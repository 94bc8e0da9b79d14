//! What a search found.

use serde::{Deserialize, Serialize};

/// A result, in the viewer's language.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Hit {
    /// The kind: queue, page.
    pub kind: String,
    /// The name that matches.
    pub name: String,
    /// The broker and vhost that it is in.
    pub place: String,
    /// The address, with the base path.
    pub href: String,
}

/// The results of a search.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Hits {
    /// The results, the best first.
    pub hits: Vec<Hit>,
    /// Whether an answer of a broker is missing: the same search may find more in a moment.
    pub unfinished: bool,
}
