//! Viewers' sessions: a cookie with an id, and in memory what it stands for.
//!
//! The cookie cannot be read by scripts, is not sent from other sites' forms,
//! and under TLS never travels without it. Its name then has a prefix that
//! makes browsers hold us to that.

use std::collections::HashMap;
use std::collections::hash_map::Entry;
use std::fmt;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

use async_trait::async_trait;
use axum::Router;
use axum::extract::Request;
use axum::response::Response;
use http::HeaderValue;
use http::header::SET_COOKIE;
use tower::ServiceExt;
use tower_sessions::cookie::SameSite;
use tower_sessions::cookie::time::{self, OffsetDateTime};
use tower_sessions::session::{Id, Record};
use tower_sessions::session_store::Result;
use tower_sessions::{Expiry, SessionManagerLayer, SessionStore};

use super::forwarded::Caller;

/// Sessions kept at once, some 500 bytes each.
const LIMIT: usize = 20_000;
/// How often those that have ended are looked for.
const SWEEP: Duration = Duration::from_mins(1);

/// `routes` with sessions: the request's own scheme decides on the cookie's flags.
pub(crate) fn with_sessions(routes: Router, base_path: &str, lifetime: Duration) -> Router {
    let store = Store::new(LIMIT);
    let layer = |secure| {
        let name = match (secure, base_path) {
            (false, _) => "warren_session",
            // A cookie for the whole host, and of this host alone.
            (true, "") => "__Host-warren_session",
            (true, _) => "__Secure-warren_session",
        };
        let path = if base_path.is_empty() { "/" } else { base_path };
        let lifetime = time::Duration::try_from(lifetime).unwrap_or(time::Duration::DAY);
        SessionManagerLayer::new(store.clone())
            .with_name(name)
            .with_path(path.to_owned())
            .with_same_site(SameSite::Lax)
            .with_http_only(true)
            .with_secure(secure)
            .with_expiry(Expiry::OnInactivity(lifetime))
    };
    let plain = routes.clone().layer(layer(false));
    let secure = routes.layer(layer(true));
    Router::new().fallback(move |request: Request| {
        let caller = request.extensions().get::<Caller>();
        let by_tls = caller.is_some_and(|caller| caller.secure);
        let routes = if by_tls {
            secure.clone()
        } else {
            plain.clone()
        };
        async move {
            let answer = routes
                .oneshot(request)
                .await
                .unwrap_or_else(|never| match never {});
            if by_tls { all_secure(answer) } else { answer }
        }
    })
}

/// A cookie that is taken back must be as secure as its name says, or browsers keep it.
fn all_secure(mut answer: Response) -> Response {
    for cookie in answer.headers_mut().get_all_mut_of(SET_COOKIE) {
        let bytes = cookie.as_bytes();
        let named = bytes.starts_with(b"__Host-") || bytes.starts_with(b"__Secure-");
        if named && !String::from_utf8_lossy(bytes).contains("; Secure") {
            let secured = [bytes, b"; Secure"].concat();
            if let Ok(secured) = HeaderValue::from_bytes(&secured) {
                *cookie = secured;
            }
        }
    }
    answer
}

trait AllMut {
    /// Every value of one header, to be changed.
    fn get_all_mut_of(&mut self, name: http::HeaderName) -> impl Iterator<Item = &mut HeaderValue>;
}

impl AllMut for http::HeaderMap {
    fn get_all_mut_of(&mut self, name: http::HeaderName) -> impl Iterator<Item = &mut HeaderValue> {
        self.iter_mut()
            .filter(move |(found, _)| **found == name)
            .map(|(_, value)| value)
    }
}

/// Sessions in memory. Those that have ended go within a minute, and where there are too many the
/// ones that would end first.
#[derive(Clone)]
pub(crate) struct Store(Arc<Mutex<Sessions>>);

struct Sessions {
    records: HashMap<Id, Record>,
    limit: usize,
    swept: Instant,
}

impl Store {
    pub(crate) fn new(limit: usize) -> Self {
        Self(Arc::new(Mutex::new(Sessions {
            records: HashMap::new(),
            limit,
            swept: Instant::now(),
        })))
    }

    fn lock(&self) -> MutexGuard<'_, Sessions> {
        // Nothing under the lock panics halfway.
        let mut sessions = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        if sessions.swept.elapsed() >= SWEEP {
            sessions.sweep();
        }
        sessions
    }
}

impl Sessions {
    fn sweep(&mut self) {
        let now = OffsetDateTime::now_utc();
        self.records.retain(|_, record| record.expiry_date > now);
        self.swept = Instant::now();
    }

    fn make_room(&mut self) {
        if self.records.len() < self.limit {
            return;
        }
        self.sweep();
        while self.records.len() >= self.limit {
            let first = self
                .records
                .values()
                .min_by_key(|record| record.expiry_date);
            let Some(id) = first.map(|record| record.id) else {
                return;
            };
            self.records.remove(&id);
        }
    }
}

impl fmt::Debug for Store {
    /// How many, and nothing of what is in them: they hold tokens.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Store")
            .field("sessions", &self.lock().records.len())
            .finish()
    }
}

#[async_trait]
impl SessionStore for Store {
    async fn create(&self, record: &mut Record) -> Result<()> {
        let mut sessions = self.lock();
        sessions.make_room();
        loop {
            match sessions.records.entry(record.id) {
                Entry::Occupied(_) => record.id = Id::default(),
                Entry::Vacant(free) => {
                    free.insert(record.clone());
                    return Ok(());
                }
            }
        }
    }

    async fn save(&self, record: &Record) -> Result<()> {
        let mut sessions = self.lock();
        if !sessions.records.contains_key(&record.id) {
            sessions.make_room();
        }
        sessions.records.insert(record.id, record.clone());
        Ok(())
    }

    async fn load(&self, id: &Id) -> Result<Option<Record>> {
        let now = OffsetDateTime::now_utc();
        let sessions = self.lock();
        Ok(sessions
            .records
            .get(id)
            .filter(|record| record.expiry_date > now)
            .cloned())
    }

    async fn delete(&self, id: &Id) -> Result<()> {
        self.lock().records.remove(id);
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn record(minutes: i64) -> Record {
        Record {
            id: Id::default(),
            data: HashMap::new(),
            expiry_date: OffsetDateTime::now_utc() + time::Duration::minutes(minutes),
        }
    }

    #[tokio::test]
    async fn what_was_stored_is_found_until_it_is_deleted() {
        let store = Store::new(10);
        let mut stored = record(1);
        store.create(&mut stored).await.expect("stored");
        assert_eq!(
            store.load(&stored.id).await.expect("read"),
            Some(stored.clone())
        );
        store.delete(&stored.id).await.expect("deleted");
        assert_eq!(store.load(&stored.id).await.expect("read"), None);
    }

    #[tokio::test]
    async fn what_has_ended_is_not_found_and_goes() {
        let store = Store::new(10);
        let mut ended = record(-1);
        store.create(&mut ended).await.expect("stored");
        assert_eq!(store.load(&ended.id).await.expect("read"), None);
        store.lock().sweep();
        assert!(store.lock().records.is_empty());
    }

    #[tokio::test]
    async fn two_never_share_an_id() {
        let store = Store::new(10);
        let mut first = record(1);
        store.create(&mut first).await.expect("stored");
        let mut second = first.clone();
        store.create(&mut second).await.expect("stored");
        assert_ne!(first.id, second.id);
    }

    #[tokio::test]
    async fn where_there_are_too_many_the_first_to_end_goes() {
        let store = Store::new(2);
        let mut records = [record(5), record(1), record(9)];
        for record in &mut records {
            store.create(record).await.expect("stored");
        }
        assert_eq!(store.lock().records.len(), 2);
        assert_eq!(store.load(&records[1].id).await.expect("read"), None);
        assert!(store.load(&records[2].id).await.expect("read").is_some());
    }

    #[test]
    fn debug_shows_no_session() {
        let store = Store::new(2);
        assert_eq!(format!("{store:?}"), "Store { sessions: 0 }");
    }
}
