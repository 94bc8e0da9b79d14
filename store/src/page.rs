//! Large answers, page by page, so that memory stays bounded whatever the limit is.

/// A part of an answer: some rows, and where the next page starts, a `C`.
#[derive(Debug)]
pub struct Page<T, C> {
    /// In the order of the answer. There may be none though further pages follow.
    pub rows: Vec<T>,
    /// Where the next page starts; `None` after the last page.
    pub next: Option<C>,
}
