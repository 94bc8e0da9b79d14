//! What goes wrong between us and SQLite, and what the caller is told.

use std::path::Path;

use rusqlite::ErrorCode;

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

impl Failure {
    /// What is in the file cannot have been written by us.
    pub(super) fn damaged(what: impl Into<String>) -> Self {
        Self::Store(StoreError::Corrupt(what.into()))
    }

    /// As the caller is told, with the file's name and what can be done.
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

fn corrupt(path: &Path, what: &str) -> StoreError {
    StoreError::Corrupt(format!(
        "{}: {what}; stop the program, move the file away (`sqlite3 FILE .recover` may save what \
         is in it) and start again with a new one",
        path.display()
    ))
}
