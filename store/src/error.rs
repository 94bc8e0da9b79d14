//! Why something cannot be had.

/// Why the store cannot do what was asked.
#[derive(Clone, Debug, thiserror::Error)]
#[non_exhaustive]
pub enum StoreError {
    /// It cannot be written or read now: the disk is full, the file locked, the folder gone.
    #[error("the store cannot be used: {0}")]
    Unavailable(String),
    /// What is on the disk is not what was written.
    #[error("the store is damaged: {0}")]
    Corrupt(String),
    /// A regular expression that is none, or too costly.
    #[error("{0}")]
    BadPattern(String),
    /// It is shutting down.
    #[error("the store is closed")]
    Closed,
}
