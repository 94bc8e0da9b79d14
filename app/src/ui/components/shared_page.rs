//! Marks pages that are shown by a share link.

/// The page is shown by a share link. A Leptos context.
#[derive(Clone, Copy)]
pub struct SharedPage;
