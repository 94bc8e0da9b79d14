//! What the tests stand on.

pub(crate) mod app;
pub(crate) mod captured_log;
mod fake;
pub(crate) mod guest;
mod telemetry;
pub(crate) mod tls_listener;

pub(crate) use app::{Answer, TestApp, local, password_request, sqlite};
pub(crate) use fake::{Account, COLLECTOR, FakeBroker, Mode, TOKEN};
pub(crate) use telemetry::{faultstring, sample};

/// The lists that plugins have: their names here, and the broker's paths.
pub(crate) const PLUGINS: [(&str, &str); 7] = [
    ("shovels", "shovels"),
    ("federation-links", "federation-links"),
    ("federation-upstreams", "parameters/federation-upstream"),
    ("traces", "traces"),
    ("trace-files", "trace-files"),
    ("stream-publishers", "stream/publishers"),
    ("stream-consumers", "stream/consumers"),
];

/// The files for a broker: what is trusted, and a certificate with its key.
pub(crate) fn broker_files(ca: Option<&str>, cert: Option<&str>) -> api::TlsFiles {
    api::TlsFiles {
        ca_key: "--broker-ca-file".into(),
        ca: ca.map(tls_listener::path),
        cert_key: "--broker-cert-file".into(),
        cert: cert.map(|name| tls_listener::path(&format!("{name}.pem"))),
        key_key: "--broker-key-file".into(),
        key: cert.map(|name| tls_listener::path(&format!("{name}.key"))),
    }
}
