use std::{io, path::PathBuf, process::ExitStatus, time::Duration};

/// Why a private service could not do what was asked of it.
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
    /// There is no Keystone.
    #[error("no Keystone at {}: install Debian's package keystone", .0.display())]
    NoKeystone(PathBuf),
    /// There is no Horizon.
    #[error("no Horizon at {}: install Debian's package openstack-dashboard", .0.display())]
    NoHorizon(PathBuf),
    /// A program that makes a service's files failed.
    #[error("{what} ended with {status}:\n{log}")]
    SetUp {
        /// The program and what it was to do.
        what: String,
        /// How it ended.
        status: ExitStatus,
        /// What it wrote of it.
        log: String,
    },
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
    /// The service ended while it was expected to come up.
    #[error("the {what} ended with {status} while starting:\n{log}")]
    Ended {
        /// Which service.
        what: &'static str,
        /// How it ended.
        status: ExitStatus,
        /// What it wrote of it.
        log: String,
    },
    /// The service did not come up in time.
    #[error("the {what} was not up after {} s:\n{log}", .after.as_secs())]
    NotUp {
        /// Which service.
        what: &'static str,
        /// How long it was given.
        after: Duration,
        /// What it wrote of it.
        log: String,
    },
    /// The service is not running, so there is nothing to freeze, thaw or ask.
    #[error("the service is not running")]
    NotRunning,
    /// An API could not be asked, or its answer not read.
    #[error("{method} {path}: {source}")]
    Http {
        /// Method of the request.
        method: &'static str,
        /// Path of the request.
        path: String,
        /// What went wrong.
        source: Box<ureq::Error>,
    },
    /// An API refused a request.
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
