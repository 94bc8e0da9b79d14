//! Viewers' sessions: a cookie with an id, and in memory what it stands for.
//!
//! The cookie cannot be read by scripts, is not sent from other sites' forms,
//! and under TLS never travels without it. Its name then has a prefix that
//! makes browsers hold us to that.

use std::collections::{HashMap, HashSet};
use std::fmt;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

use app::server::session::account_of;
use async_trait::async_trait;
use axum::Router;
use axum::extract::Request;
use axum::response::Response;
use http::HeaderValue;
use http::header::SET_COOKIE;
use tower::ServiceExt;
use tower_sessions::cookie::time::{self, OffsetDateTime};
use tower_sessions::cookie::{Cookie, SameSite};
use tower_sessions::session::{Id, Record};
use tower_sessions::session_store::Result;
use tower_sessions::{Expiry, SessionManagerLayer, SessionStore};

use super::forwarded::Caller;

/// Sessions kept at once, some 500 bytes each.
const LIMIT: usize = 20_000;
/// Of these, sessions of one account: an account that signs in again and again loses its own oldest
/// session, and nobody else's.
const ACCOUNT_LIMIT: usize = 500;
/// How often those that have ended are looked for.
const SWEEP: Duration = Duration::from_mins(1);

/// `routes` with sessions: the request's own scheme decides on the cookie's flags.
pub(crate) fn with_sessions(routes: Router, base_path: &str, lifetime: Duration) -> Router {
    let store = Store::new(LIMIT, ACCOUNT_LIMIT);
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
    let headers = answer.headers_mut().iter_mut();
    for (_, value) in headers.filter(|(name, _)| *name == SET_COOKIE) {
        let Some(mut cookie) = value
            .to_str()
            .ok()
            .and_then(|text| Cookie::parse(text).ok())
        else {
            continue;
        };
        if cookie.name().starts_with("__Host-") || cookie.name().starts_with("__Secure-") {
            cookie.set_secure(true);
            if let Ok(secured) = HeaderValue::from_str(&cookie.to_string()) {
                *value = secured;
            }
        }
    }
    answer
}

/// Sessions in memory. Those that have ended go within a minute. Where an account has too many, its
/// own that would end first goes; where there are too many in all, that of the account that has most.
#[derive(Clone)]
pub(crate) struct Store(Arc<Mutex<Sessions>>);

struct Sessions {
    records: HashMap<Id, Record>,
    /// The ids of each account's sessions. Those of nobody stand under the empty account.
    by_account: HashMap<String, HashSet<Id>>,
    limit: usize,
    account_limit: usize,
    swept: Instant,
}

/// Whose session it is; the empty account where nobody has signed in.
fn account(record: &Record) -> &str {
    account_of(&record.data).unwrap_or_default()
}

impl Store {
    pub(crate) fn new(limit: usize, account_limit: usize) -> Self {
        Self(Arc::new(Mutex::new(Sessions {
            records: HashMap::new(),
            by_account: HashMap::new(),
            limit,
            account_limit,
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
        let ended = self.records.values();
        let ended = ended.filter(|record| record.expiry_date <= now);
        let ended: Vec<_> = ended.map(|record| record.id).collect();
        for id in ended {
            self.remove(&id);
        }
        self.swept = Instant::now();
    }

    /// Keeps a session, in the place of the one with its id.
    fn put(&mut self, record: Record) {
        // An update may have another account, so that its place among the accounts is another too.
        self.remove(&record.id);
        self.make_room(account(&record));
        let ids = self.by_account.entry(account(&record).to_owned());
        ids.or_default().insert(record.id);
        self.records.insert(record.id, record);
    }

    fn remove(&mut self, id: &Id) {
        let Some(record) = self.records.remove(id) else {
            return;
        };
        let account = account(&record);
        if let Some(ids) = self.by_account.get_mut(account) {
            ids.remove(id);
            if ids.is_empty() {
                self.by_account.remove(account);
            }
        }
    }

    /// Makes room for one more session of an account.
    fn make_room(&mut self, account: &str) {
        let of_account = |sessions: &Self| sessions.by_account.get(account).map_or(0, HashSet::len);
        // Sessions of nobody are bounded by the limit in all.
        while !account.is_empty() && of_account(self) >= self.account_limit {
            self.remove_first_of(account);
        }
        if self.records.len() >= self.limit {
            self.sweep();
        }
        while self.records.len() >= self.limit {
            let most = self.by_account.iter().max_by_key(|(_, ids)| ids.len());
            let Some(most) = most.map(|(account, _)| account.clone()) else {
                return;
            };
            self.remove_first_of(&most);
        }
    }

    /// Removes the session of an account that would end first.
    fn remove_first_of(&mut self, account: &str) {
        let ids = self.by_account.get(account).into_iter().flatten();
        let first = ids.min_by_key(|id| self.records.get(id).map(|record| record.expiry_date));
        if let Some(id) = first.copied() {
            self.remove(&id);
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
        while sessions.records.contains_key(&record.id) {
            record.id = Id::default();
        }
        sessions.put(record.clone());
        Ok(())
    }

    async fn save(&self, record: &Record) -> Result<()> {
        self.lock().put(record.clone());
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
        self.lock().remove(id);
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
    async fn stored_session_is_found_until_it_is_deleted() {
        let store = Store::new(10, 10);
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
    async fn ended_session_is_not_found_and_is_removed() {
        let store = Store::new(10, 10);
        let mut ended = record(-1);
        store.create(&mut ended).await.expect("stored");
        assert_eq!(store.load(&ended.id).await.expect("read"), None);
        store.lock().sweep();
        assert!(store.lock().records.is_empty());
    }

    #[tokio::test]
    async fn two_never_share_an_id() {
        let store = Store::new(10, 10);
        let mut first = record(1);
        store.create(&mut first).await.expect("stored");
        let mut second = first.clone();
        store.create(&mut second).await.expect("stored");
        assert_ne!(first.id, second.id);
    }

    fn session_of(account: &str, minutes: i64) -> Record {
        let viewer = serde_json::json!({"account": account, "user": account, "token": "t"});
        Record {
            data: HashMap::from([("viewer".to_owned(), viewer)]),
            ..record(minutes)
        }
    }

    async fn is_there(store: &Store, record: &Record) -> bool {
        store.load(&record.id).await.expect("read").is_some()
    }

    #[tokio::test]
    async fn account_with_too_many_sessions_loses_its_own_oldest() {
        let store = Store::new(100, 2);
        let mut other = session_of("bob", 1);
        store.create(&mut other).await.expect("stored");
        let mut own = [
            session_of("alice", 2),
            session_of("alice", 3),
            session_of("alice", 4),
        ];
        for record in &mut own {
            store.create(record).await.expect("stored");
        }
        assert!(!is_there(&store, &own[0]).await);
        assert!(is_there(&store, &own[1]).await && is_there(&store, &own[2]).await);
        assert!(is_there(&store, &other).await);
    }

    #[tokio::test]
    async fn many_sign_ins_of_one_account_leave_the_others_sessions() {
        let store = Store::new(100, 50);
        let mut others: Vec<_> = (0..60).map(|n| session_of(&format!("u{n}"), 1)).collect();
        for record in &mut others {
            store.create(record).await.expect("stored");
        }
        for _ in 0..1000 {
            store
                .create(&mut session_of("eve", 9))
                .await
                .expect("stored");
        }
        for record in &others {
            assert!(is_there(&store, record).await);
        }
        assert_eq!(store.lock().records.len(), 100);
    }

    #[tokio::test]
    async fn saving_a_session_again_takes_no_further_place() {
        let store = Store::new(100, 2);
        let mut both = [session_of("alice", 1), session_of("alice", 2)];
        for record in &mut both {
            store.create(record).await.expect("stored");
            store.save(record).await.expect("stored");
        }
        assert!(is_there(&store, &both[0]).await && is_there(&store, &both[1]).await);
        // Nobody's session becomes an account's when it signs in.
        let mut fresh = record(1);
        store.create(&mut fresh).await.expect("stored");
        let signed_in = Record {
            id: fresh.id,
            ..session_of("alice", 3)
        };
        store.save(&signed_in).await.expect("stored");
        assert!(!is_there(&store, &both[0]).await && is_there(&store, &signed_in).await);
        let sessions = store.lock();
        assert_eq!(sessions.by_account.len(), 1);
        assert_eq!(sessions.by_account["alice"].len(), 2);
    }

    #[tokio::test]
    async fn excess_session_that_ends_first_is_removed() {
        let store = Store::new(2, 2);
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
        let store = Store::new(2, 2);
        assert_eq!(format!("{store:?}"), "Store { sessions: 0 }");
    }
}
