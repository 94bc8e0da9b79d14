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
    /// A post would give a project more series than it may have. Nothing of the post is stored.
    #[error(
        "Project {project} would have more than {most} series of posted samples (a meter of a resource). \
         Post under resource ids and meters that exist, or wait until series without samples are deleted. \
         The operator can change this with --max-posted-series, and the time that samples are kept with \
         --retention-posted."
    )]
    TooManySeries {
        /// The project's id.
        project: String,
        /// The bound.
        most: usize,
    },
    /// It is shutting down.
    #[error("the store is closed")]
    Closed,
}
