//! What the tests stand on.

pub(crate) mod app;
mod fake;
pub(crate) mod guest;
mod telemetry;

pub(crate) use app::{TestApp, local, password_request, sqlite};
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

/// A real answer of a broker.
pub(crate) fn fixture(name: &str) -> serde_json::Value {
    let path = format!(
        "{}/tests/it/fixtures/{name}.json",
        env!("CARGO_MANIFEST_DIR")
    );
    let text = std::fs::read_to_string(&path).unwrap_or_else(|error| panic!("{path}: {error}"));
    serde_json::from_str(&text).expect("fixture")
}
