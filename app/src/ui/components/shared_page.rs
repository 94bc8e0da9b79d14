//! Marks pages that are shown by a share link.

/// The page is one that somebody shared. A Leptos context.
#[derive(Clone, Copy)]
pub struct SharedPage;
