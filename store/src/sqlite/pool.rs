//! The connections that read.

use std::sync::{Arc, Mutex, PoisonError};

use rusqlite::Connection;
use tokio::sync::Semaphore;

use super::failure::{Failure, Outcome};
use crate::error::StoreError;

/// Questions that are answered at once; further ones wait.
pub(super) const READERS: usize = 4;

type Idle = Arc<Mutex<Vec<Arc<Mutex<Connection>>>>>;

/// A connection that goes back when its holder is done, or has panicked.
struct Borrowed {
    connection: Arc<Mutex<Connection>>,
    idle: Idle,
}

impl Drop for Borrowed {
    fn drop(&mut self) {
        let mut idle = self.idle.lock().unwrap_or_else(PoisonError::into_inner);
        idle.push(Arc::clone(&self.connection));
    }
}

/// The connections that read, or the only one of a store in memory.
#[derive(Debug)]
pub(super) struct Pool {
    idle: Idle,
    turns: Arc<Semaphore>,
}

impl Pool {
    pub(super) fn new(connections: Vec<Connection>) -> Self {
        Self::from_connections(
            connections
                .into_iter()
                .map(|conn| Arc::new(Mutex::new(conn)))
                .collect(),
        )
    }

    /// One connection, which somebody else writes with.
    pub(super) fn one(connection: Arc<Mutex<Connection>>) -> Self {
        Self::from_connections(vec![connection])
    }

    fn from_connections(connections: Vec<Arc<Mutex<Connection>>>) -> Self {
        Self {
            turns: Arc::new(Semaphore::new(connections.len())),
            idle: Arc::new(Mutex::new(connections)),
        }
    }

    /// Runs something with a connection, on a thread that may wait for the disk.
    pub(super) async fn run<T: Send + 'static>(
        &self,
        work: impl FnOnce(&Connection) -> Outcome<T> + Send + 'static,
    ) -> Outcome<T> {
        let closed = || Failure::Store(StoreError::Closed);
        let turn = Arc::clone(&self.turns)
            .acquire_owned()
            .await
            .map_err(|_| closed())?;
        let idle = Arc::clone(&self.idle);
        let done = tokio::task::spawn_blocking(move || {
            let taken = idle.lock().unwrap_or_else(PoisonError::into_inner).pop();
            let Some(connection) = taken else {
                return Err(Failure::Store(StoreError::Closed));
            };
            let borrowed = Borrowed { connection, idle };
            let locked = borrowed
                .connection
                .lock()
                .unwrap_or_else(PoisonError::into_inner);
            let answer = work(&locked);
            drop(locked);
            drop(borrowed);
            drop(turn);
            answer
        });
        done.await.map_err(|error| {
            Failure::Store(StoreError::Unavailable(format!(
                "reading ended badly: {error}"
            )))
        })?
    }
}
