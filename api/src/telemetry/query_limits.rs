//! What one account may ask of the store at once.
//!
//! A query that may keep a core busy for long (one with patterns, with an order of its own, or with
//! a large limit) waits for those of the same account. Queries of other accounts and small queries
//! do not wait for it.

use std::collections::HashMap;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex, PoisonError};

use tokio::sync::{OwnedSemaphorePermit, Semaphore};

use crate::http::error::Error;

/// Heavy queries of all accounts that run at once: fewer than the store has connections that read.
const HEAVY: usize = 2;
/// Heavy queries of an account that run or wait at once; further ones are refused.
const HEAVY_OF_ACCOUNT: usize = 64;
/// Answers of an account that are sent page by page at once.
const STREAMS_OF_ACCOUNT: usize = 8;
/// Streams of all accounts. Each takes about 2 MB.
const STREAMS: usize = 48;

/// What accounts ask now.
#[derive(Debug)]
pub(crate) struct QueryLimits {
    accounts: Mutex<HashMap<String, Arc<Account>>>,
    heavy: Arc<Semaphore>,
    streams: Arc<Semaphore>,
}

#[derive(Debug)]
struct Account {
    heavy: Arc<Semaphore>,
    /// Heavy queries that run or wait.
    inside: AtomicUsize,
    streams: Arc<Semaphore>,
}

/// A heavy query that runs; the next one of its account runs when this is dropped.
#[derive(Debug)]
pub(crate) struct HeavyPermit {
    _of_account: OwnedSemaphorePermit,
    _of_all: OwnedSemaphorePermit,
    _inside: Inside,
}

/// An answer that is being sent page by page.
#[derive(Debug)]
pub(crate) struct StreamPermit {
    _account: OwnedSemaphorePermit,
    _all: OwnedSemaphorePermit,
}

/// Counts a heavy query, also one that is given up while it waits.
#[derive(Debug)]
struct Inside(Arc<Account>);

impl Drop for Inside {
    fn drop(&mut self) {
        self.0.inside.fetch_sub(1, Ordering::Relaxed);
    }
}

impl Default for QueryLimits {
    fn default() -> Self {
        Self {
            accounts: Mutex::default(),
            heavy: Arc::new(Semaphore::new(HEAVY)),
            streams: Arc::new(Semaphore::new(STREAMS)),
        }
    }
}

impl QueryLimits {
    /// Waits for the heavy queries of the account that came before.
    ///
    /// # Errors
    /// `503` where too many of the account wait already.
    pub(crate) async fn heavy(&self, account: &str) -> Result<HeavyPermit, Error> {
        let account = self.account(account);
        let inside = Inside(Arc::clone(&account));
        if account.inside.fetch_add(1, Ordering::Relaxed) >= HEAVY_OF_ACCOUNT {
            return Err(Error::TooManyQueries);
        }
        // Those of its own account first: so an account waits with one query at most for others.
        let of_account = Arc::clone(&account.heavy).acquire_owned().await;
        let of_all = Arc::clone(&self.heavy).acquire_owned().await;
        Ok(HeavyPermit {
            // They are never closed.
            _of_account: of_account.map_err(|_| Error::TooManyQueries)?,
            _of_all: of_all.map_err(|_| Error::TooManyQueries)?,
            _inside: inside,
        })
    }

    /// For an answer that is sent page by page.
    ///
    /// # Errors
    /// `503` where too many are being sent already, to the account or in all.
    pub(crate) fn stream(&self, account: &str) -> Result<StreamPermit, Error> {
        let account = self.account(account);
        let permit = |of: &Arc<Semaphore>| {
            let permit = Arc::clone(of).try_acquire_owned();
            permit.map_err(|_| Error::TooManyQueries)
        };
        Ok(StreamPermit {
            _account: permit(&account.streams)?,
            _all: permit(&self.streams)?,
        })
    }

    fn account(&self, name: &str) -> Arc<Account> {
        let mut accounts = self.accounts.lock().unwrap_or_else(PoisonError::into_inner);
        if !accounts.contains_key(name) {
            // Those that ask nothing now are forgotten.
            accounts.retain(|_, account| !account.is_idle());
        }
        let account = accounts.entry(name.to_owned()).or_insert_with(|| {
            Arc::new(Account {
                heavy: Arc::new(Semaphore::new(1)),
                inside: AtomicUsize::new(0),
                streams: Arc::new(Semaphore::new(STREAMS_OF_ACCOUNT)),
            })
        });
        Arc::clone(account)
    }
}

impl Account {
    fn is_idle(self: &Arc<Self>) -> bool {
        Arc::strong_count(self) == 1 && self.streams.available_permits() == STREAMS_OF_ACCOUNT
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn heavy_queries_of_one_account_run_one_by_one() {
        let limits = QueryLimits::default();
        let first = limits.heavy("anna").await.expect("runs");
        let mut second = Box::pin(limits.heavy("anna"));
        assert!(futures_util::poll!(&mut second).is_pending());
        limits.heavy("bert").await.expect("another account");
        drop(first);
        second.await.expect("its turn");
    }

    #[tokio::test]
    async fn beyond_the_limit_they_are_refused_and_given_up_ones_do_not_count() {
        let limits = QueryLimits::default();
        let _first = limits.heavy("anna").await.expect("runs");
        let mut waiting: Vec<_> = (1..HEAVY_OF_ACCOUNT)
            .map(|_| Box::pin(limits.heavy("anna")))
            .collect();
        for one in &mut waiting {
            assert!(futures_util::poll!(one).is_pending());
        }
        assert!(matches!(
            limits.heavy("anna").await,
            Err(Error::TooManyQueries)
        ));
        waiting.pop();
        let mut next = Box::pin(limits.heavy("anna"));
        assert!(futures_util::poll!(&mut next).is_pending());
    }

    #[test]
    fn streams_are_bounded_for_each_account_and_in_all() {
        let limits = QueryLimits::default();
        let streams: Vec<_> = (0..STREAMS_OF_ACCOUNT)
            .map(|_| limits.stream("anna").expect("a stream"))
            .collect();
        assert!(limits.stream("anna").is_err());
        let others: Vec<_> = (0..STREAMS - STREAMS_OF_ACCOUNT)
            .map(|number| limits.stream(&format!("b{number}")).expect("a stream"))
            .collect();
        assert!(limits.stream("carl").is_err());
        drop((streams, others));
        // A new account makes those forgotten that ask nothing.
        limits.stream("dora").expect("a stream");
        assert_eq!(limits.accounts.lock().expect("lock").len(), 1);
    }
}
