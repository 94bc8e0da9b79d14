//! Errors of SQLite, and the errors that callers get for them.

use std::path::Path;

use rusqlite::{ErrorCode, ffi};

use crate::error::StoreError;

/// What goes wrong inside; the file's name is added at the edge.
#[derive(Debug, thiserror::Error)]
pub(super) enum Failure {
    #[error(transparent)]
    Sql(#[from] rusqlite::Error),
    #[error(transparent)]
    Store(#[from] StoreError),
}

pub(super) type Outcome<T> = Result<T, Failure>;

/// What to do about a file system that cannot lock files.
pub(super) const NO_LOCKS: &str = "the file system of the data folder does not support file locks \
     (NFS without its lock service and CIFS often do not). Put --data-dir on a local disk, or mount \
     the share with locks";

impl Failure {
    /// What is in the file cannot have been written by us.
    pub(super) fn damaged(what: impl Into<String>) -> Self {
        Self::Store(StoreError::Corrupt(what.into()))
    }

    /// The same at the start. This program holds its own lock by then, so whoever locks the file is
    /// another program, or the file system refuses locks in the words of a locked file (`ENOLCK`).
    pub(super) fn explain_start(self, path: &Path) -> StoreError {
        let is_locked = matches!(&self, Self::Sql(error) if matches!(
            error.sqlite_error_code(),
            Some(ErrorCode::DatabaseBusy | ErrorCode::DatabaseLocked)
        ));
        match self.explain(path) {
            StoreError::Unavailable(words) if is_locked => {
                StoreError::Unavailable(format!("{words}. If no other program uses it, {NO_LOCKS}"))
            }
            error => error,
        }
    }

    /// The error for the caller, with the file's name and what to do.
    pub(super) fn explain(self, path: &Path) -> StoreError {
        let error = match self {
            Self::Store(StoreError::Corrupt(what)) => return corrupt(path, &what),
            Self::Store(error) => return error,
            Self::Sql(error) => error,
        };
        let path_text = path.display();
        match error.sqlite_error_code() {
            Some(ErrorCode::DatabaseCorrupt | ErrorCode::NotADatabase) => {
                corrupt(path, &error.to_string())
            }
            Some(ErrorCode::DiskFull) => StoreError::Unavailable(format!(
                "{path_text}: there is no room left on the disk; make some, and writing goes on by itself"
            )),
            Some(ErrorCode::FileLockingProtocolFailed) => {
                StoreError::Unavailable(format!("{path_text}: {error}; {NO_LOCKS}"))
            }
            _ if error.sqlite_error().copied().is_some_and(is_about_locks) => {
                StoreError::Unavailable(format!("{path_text}: {error}; {NO_LOCKS}"))
            }
            Some(ErrorCode::DatabaseBusy | ErrorCode::DatabaseLocked) => StoreError::Unavailable(
                format!("{path_text}: locked by another program; writing goes on once it lets go"),
            ),
            Some(ErrorCode::ReadOnly | ErrorCode::PermissionDenied | ErrorCode::CannotOpen) => {
                StoreError::Unavailable(format!(
                    "{path_text}: cannot be written ({error}); its folder and file must be writable"
                ))
            }
            _ => StoreError::Unavailable(format!("{path_text}: {error}")),
        }
    }
}

/// Whether the system refused a lock, or memory that processes share, which the write-ahead log needs.
fn is_about_locks(error: ffi::Error) -> bool {
    matches!(
        error.extended_code,
        ffi::SQLITE_IOERR_LOCK
            | ffi::SQLITE_IOERR_RDLOCK
            | ffi::SQLITE_IOERR_UNLOCK
            | ffi::SQLITE_IOERR_CHECKRESERVEDLOCK
            | ffi::SQLITE_IOERR_SHMOPEN
            | ffi::SQLITE_IOERR_SHMLOCK
            | ffi::SQLITE_IOERR_SHMMAP
    )
}

fn corrupt(path: &Path, what: &str) -> StoreError {
    StoreError::Corrupt(format!(
        "{}: {what}; stop the program, move the file away (`sqlite3 FILE .recover` may save what \
         is in it) and start again with a new one",
        path.display()
    ))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn failure(code: i32) -> Failure {
        Failure::Sql(rusqlite::Error::SqliteFailure(ffi::Error::new(code), None))
    }

    #[test]
    fn a_file_system_without_locks_is_named_as_the_cause() {
        let path = Path::new("/data/warren.db");
        for code in [
            ffi::SQLITE_PROTOCOL,
            ffi::SQLITE_IOERR_LOCK,
            ffi::SQLITE_IOERR_SHMLOCK,
            ffi::SQLITE_IOERR_SHMMAP,
        ] {
            let words = failure(code).explain(path).to_string();
            assert!(words.contains("/data/warren.db"), "{words}");
            assert!(words.contains("does not support file locks"), "{words}");
            assert!(
                words.contains("NFS") && words.contains("--data-dir"),
                "{words}"
            );
        }
        let words = failure(ffi::SQLITE_BUSY).explain_start(path).to_string();
        assert!(words.contains("locked by another program"), "{words}");
        assert!(words.contains("does not support file locks"), "{words}");
    }

    #[test]
    fn other_faults_do_not_blame_locks() {
        let path = Path::new("/data/warren.db");
        for code in [
            ffi::SQLITE_IOERR_READ,
            ffi::SQLITE_FULL,
            ffi::SQLITE_CORRUPT,
        ] {
            let words = failure(code).explain_start(path).to_string();
            assert!(!words.contains("file locks"), "{words}");
        }
        let words = failure(ffi::SQLITE_BUSY).explain(path).to_string();
        assert!(!words.contains("file locks"), "{words}");
    }
}
