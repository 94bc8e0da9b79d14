use std::{io, path::PathBuf, process::ExitStatus, time::Duration};

/// Why a private broker could not do what was asked of it.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum Error {
    /// There is no RabbitMQ server at the expected place.
    #[error(
        "no RabbitMQ server at {}: install Debian's package rabbitmq-server, \
         or set RIG_RABBITMQ_SERVER to the script of another one",
        .0.display()
    )]
    NotInstalled(PathBuf),
    /// A file, folder or process of the broker could not be made or reached.
    #[error("{what}: {source}")]
    Io {
        /// What was attempted.
        what: String,
        /// What the operating system said.
        source: io::Error,
    },
    /// Every port of the range is taken.
    #[error("no free port on 127.0.0.1 between {first} and {last}")]
    NoFreePort {
        /// First port tried.
        first: u16,
        /// Last port tried.
        last: u16,
    },
    /// The broker ended while it was expected to come up.
    #[error("the broker ended with {status} while starting:\n{log}")]
    Ended {
        /// How it ended.
        status: ExitStatus,
        /// What it wrote of it.
        log: String,
    },
    /// The broker did not come up in time.
    #[error("the broker was not up after {} s:\n{log}", .after.as_secs())]
    NotUp {
        /// How long it was given.
        after: Duration,
        /// What it wrote of it.
        log: String,
    },
    /// The broker is not running, so there is nothing to freeze, thaw or ask.
    #[error("the broker is not running")]
    NotRunning,
    /// The management API could not be asked, or its answer not read.
    #[error("{method} {path}: {source}")]
    Http {
        /// Method of the request.
        method: &'static str,
        /// Path of the request.
        path: String,
        /// What went wrong.
        source: Box<ureq::Error>,
    },
    /// The management API refused a request.
    #[error("{method} {path} was answered {status}: {body}")]
    Refused {
        /// Method of the request.
        method: &'static str,
        /// Path of the request.
        path: String,
        /// HTTP status of the answer.
        status: u16,
        /// Body of the answer.
        body: String,
    },
}

impl Error {
    /// For `map_err`: names what was attempted when the operating system refused it.
    pub(crate) fn io<E: Into<io::Error>>(what: impl Into<String>) -> impl FnOnce(E) -> Self {
        move |source| Self::Io {
            what: what.into(),
            source: source.into(),
        }
    }
}
