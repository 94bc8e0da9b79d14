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
