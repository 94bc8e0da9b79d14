//! Share links: what somebody sees, for whoever has the link, until a day.
//!
//! A link holds a secret of 256 random bits, of which only the SHA-256 is kept: what is read out of
//! the store opens nothing. Opened, it gives a guest token for what its maker saw when it was made,
//! of one broker and one page. It goes on doing so when the maker's account is gone; an
//! administrator sees every link, and can end it.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use metering::Timestamp;
use metering::guest::ShareLink;
use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};
use store::{Store, StoreError};

use super::broker_limit::Limit;
use super::shown::ShownParts;
use crate::ids::hex;

/// Where they are kept.
const AREA: &str = "share link";
/// Most links of one account.
pub(super) const MAX_OF_ONE: usize = 200;
/// Most links of all accounts.
pub(super) const MAX: usize = 5000;

/// A link.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct Link {
    pub(super) id: String,
    /// The SHA-256 of its secret, in hexadecimal digits.
    hash: String,
    pub(super) view: String,
    pub(super) broker: String,
    /// Which page it shows.
    pub(super) page: String,
    pub(super) note: Option<String>,
    pub(super) made_by: String,
    /// The maker's id: names may come again.
    pub(super) maker: String,
    made_at: Timestamp,
    pub(super) expires_at: Timestamp,
    /// What its maker saw.
    pub(super) limit: Limit,
}

/// What a new link is made of.
pub(super) struct Draft {
    pub(super) view: String,
    pub(super) broker: String,
    pub(super) page: String,
    pub(super) note: Option<String>,
    pub(super) made_by: String,
    pub(super) maker: String,
    pub(super) expires_at: Timestamp,
    pub(super) limit: Limit,
}

#[derive(Debug)]
struct LinkEntry {
    link: Arc<Link>,
    /// What its view shows.
    shown: Arc<ShownParts>,
    opened: u64,
    last_opened: Option<Timestamp>,
}

impl LinkEntry {
    fn new(link: Link) -> Self {
        // An unreadable view shows nothing. New links are checked before they are stored.
        let shown = ShownParts::of_view(&link.page, &link.view).unwrap_or_else(|why| {
            tracing::warn!(id = link.id, why, "a share link shows nothing");
            ShownParts::default()
        });
        Self {
            link: Arc::new(link),
            shown: Arc::new(shown),
            opened: 0,
            last_opened: None,
        }
    }

    fn describe(&self) -> ShareLink {
        let link = &*self.link;
        ShareLink {
            id: link.id.clone(),
            secret: None,
            view: link.view.clone(),
            page: link.page.clone(),
            broker: link.broker.clone(),
            note: link.note.clone(),
            made_by: link.made_by.clone(),
            made_at: link.made_at,
            expires_at: link.expires_at,
            opened: self.opened,
            last_opened: self.last_opened,
        }
    }
}

/// The links that are valid, by id.
#[derive(Debug)]
pub(super) struct Links(Mutex<HashMap<String, LinkEntry>>);

fn hash(secret: &str) -> String {
    hex(&Sha256::digest(secret.as_bytes()))
}

impl Links {
    /// Those that are kept.
    pub(super) async fn load(store: &dyn Store) -> Result<Self, StoreError> {
        let mut links = HashMap::new();
        for (id, text) in store.list_kv(AREA).await? {
            match serde_json::from_str(&text) {
                Ok(link) => {
                    links.insert(id, LinkEntry::new(link));
                }
                Err(error) => tracing::error!(id, %error, "a share link cannot be read"),
            }
        }
        Ok(Self(Mutex::new(links)))
    }

    fn known(&self) -> MutexGuard<'_, HashMap<String, LinkEntry>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Forgets those that have ended.
    pub(super) async fn sweep(&self, store: &dyn Store, now: Timestamp) -> Result<(), StoreError> {
        let ended: Vec<_> = {
            let mut links = self.known();
            let ended = links.extract_if(|_, known| known.link.expires_at <= now);
            ended.map(|(id, _)| id).collect()
        };
        for id in ended {
            store.put_kv(AREA, id, None).await?;
        }
        Ok(())
    }

    /// How many of some there are, and how many in all.
    pub(super) fn count(&self, is_wanted: impl Fn(&Link) -> bool) -> (usize, usize) {
        let links = self.known();
        let wanted = links.values().filter(|known| is_wanted(&known.link));
        (wanted.count(), links.len())
    }

    /// Makes one, kept; with its secret, for this once.
    pub(super) async fn make(
        &self,
        store: &dyn Store,
        draft: Draft,
        now: Timestamp,
    ) -> Result<ShareLink, StoreError> {
        let secret = hex(&rand::random::<[u8; 32]>());
        let link = Link {
            id: hex(&rand::random::<[u8; 8]>()),
            hash: hash(&secret),
            view: draft.view,
            broker: draft.broker,
            page: draft.page,
            note: draft.note,
            made_by: draft.made_by,
            maker: draft.maker,
            made_at: now,
            expires_at: draft.expires_at,
            limit: draft.limit,
        };
        // Texts and numbers always serialize.
        let text = serde_json::to_string(&link).unwrap_or_default();
        store.put_kv(AREA, link.id.clone(), Some(text)).await?;
        let known = LinkEntry::new(link);
        let mut described = known.describe();
        described.secret = Some(secret);
        self.known().insert(described.id.clone(), known);
        Ok(described)
    }

    /// The link of a secret, and whether it was never opened before.
    pub(super) fn open(
        &self,
        secret: &str,
        now: Timestamp,
    ) -> Option<(Arc<Link>, ShareLink, bool)> {
        let hash = hash(secret);
        let mut links = self.known();
        // Hashes of what was guessed say nothing about hashes that are kept, however long it takes.
        let found = links
            .values_mut()
            .find(|known| known.link.hash == hash && now < known.link.expires_at)?;
        let first = found.opened == 0;
        found.opened += 1;
        found.last_opened = Some(now);
        Some((Arc::clone(&found.link), found.describe(), first))
    }

    /// Whether the link of that id is valid still.
    pub(super) fn holds(&self, id: &str, now: Timestamp) -> bool {
        let links = self.known();
        links
            .get(id)
            .is_some_and(|known| now < known.link.expires_at)
    }

    /// What the view of a link shows.
    pub(super) fn shown(&self, id: &str) -> Option<Arc<ShownParts>> {
        let links = self.known();
        links.get(id).map(|known| Arc::clone(&known.shown))
    }

    /// Some links, the youngest first.
    pub(super) fn list(&self, is_wanted: impl Fn(&Link) -> bool) -> Vec<ShareLink> {
        let links = self.known();
        let wanted = links.values().filter(|known| is_wanted(&known.link));
        let mut list: Vec<_> = wanted.map(LinkEntry::describe).collect();
        list.sort_by(|a, b| b.made_at.cmp(&a.made_at).then_with(|| a.id.cmp(&b.id)));
        list
    }

    /// The link of that id, in capitals as well.
    pub(super) fn find(&self, id: &str) -> Option<Arc<Link>> {
        let links = self.known();
        let found = links.get(&id.to_ascii_lowercase())?;
        Some(Arc::clone(&found.link))
    }

    /// Ends a link: at once here, and then for good.
    pub(super) async fn end(&self, store: &dyn Store, id: &str) -> Result<(), StoreError> {
        let id = id.to_ascii_lowercase();
        self.known().remove(&id);
        store.put_kv(AREA, id, None).await
    }
}
