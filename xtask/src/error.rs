use std::{io, path::Path, process::ExitStatus};

/// Why a command could not do its work. Every message says what to do about it.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// Ctrl-C or `SIGTERM`.
    #[error("interrupted")]
    Interrupted,
    /// A program that should be there is not.
    #[error("{program} is missing: {remedy}")]
    Missing {
        /// Its name.
        program: String,
        /// What to do.
        remedy: String,
    },
    /// A program ended with a failure, and has said why.
    #[error("{command} failed ({status})")]
    Failed {
        /// As one would type it.
        command: String,
        /// How it ended.
        status: ExitStatus,
        /// The end of what it printed, where that went to a log.
        last_words: String,
    },
    /// The operating system refused something.
    #[error("{what}: {source}")]
    Io {
        /// What was attempted.
        what: String,
        /// Why it failed.
        source: io::Error,
    },
    /// Something is not as it has to be.
    #[error("{0}")]
    Wrong(String),
    /// The private broker.
    #[error(transparent)]
    Broker(#[from] test_brokers::Error),
    /// Names of the steps of the tests that failed.
    #[error("{0} did not pass")]
    Steps(String),
}

impl Error {
    /// A program that has ended with this status, and of whose output nothing is known.
    pub fn failed(command: impl Into<String>, status: ExitStatus) -> Self {
        Self::Failed {
            command: command.into(),
            status,
            last_words: String::new(),
        }
    }

    /// For `map_err`: names what was attempted when the operating system refused it.
    pub fn io(what: impl Into<String>) -> impl FnOnce(io::Error) -> Self {
        move |source| Self::Io {
            what: what.into(),
            source,
        }
    }

    /// As [`Self::io`], for something done to a file.
    pub fn file(verb: &str, path: &Path) -> impl FnOnce(io::Error) -> Self {
        Self::io(format!("cannot {verb} {}", path.display()))
    }
}
