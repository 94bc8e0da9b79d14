//! How brokers are asked: certificates and tokens.

use std::path::PathBuf;

use tls::TlsFiles;

/// Certificates and the token file for one broker.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct BrokerAccess {
    /// The broker's name.
    pub broker: String,
    /// For its management API, and for its Prometheus plugins.
    pub tls: TlsFiles,
    /// A file with a bearer token that the collector shows in place of user and password.
    pub token_file: Option<PathBuf>,
}
