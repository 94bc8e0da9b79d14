//! The share links that were opened recently, with their guest tokens.

use std::collections::HashMap;
use std::fmt;
use std::sync::{Arc, Mutex};

use client::Token;
use metering::Timestamp;
use metering::guest::ShareLink;

/// A link that was opened.
#[derive(Clone)]
pub(super) struct Opened {
    pub(super) token: Token,
    pub(super) link: Arc<ShareLink>,
    pub(super) expires_at: Timestamp,
}

/// The links that were opened of late, by their secrets. A clone is the same.
#[derive(Clone, Default)]
pub struct OpenedLinks(pub(super) Arc<Mutex<HashMap<String, Opened>>>);

impl fmt::Debug for OpenedLinks {
    /// Without the secrets.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("OpenedLinks(…)")
    }
}
