//! What each part of the program is given.

use std::net::SocketAddr;
use std::path::PathBuf;
use std::time::Duration;

use api::{ApiConfig, Network, Portals, TlsFiles};
use url::Url;

/// What runs.
#[derive(Clone, Debug)]
#[expect(clippy::large_enum_variant, reason = "there is one in a process")]
pub enum Parts {
    /// The dashboard, and the metering API that it asks, in one process.
    Both(WebConfig, ApiPart),
    /// The metering API alone.
    Api(ApiPart),
    /// The dashboard alone, of a metering API elsewhere.
    Web(WebConfig, MeteringConfig),
}

impl Parts {
    /// The registered portals: one list, whatever runs.
    pub fn portals(&self) -> &Portals {
        match self {
            Self::Both(_, api) | Self::Api(api) => &api.api.portals,
            Self::Web(web, _) => &web.portals,
        }
    }
}

/// The metering API.
#[derive(Clone, Debug)]
pub struct ApiPart {
    /// Where it listens.
    pub listen: SocketAddr,
    /// Host names under which pages may ask it, besides the public address's.
    pub allowed_hosts: Vec<String>,
    /// What it serves.
    pub api: ApiConfig,
}

/// A metering API elsewhere.
#[derive(Clone, Debug)]
pub struct MeteringConfig {
    /// Its address, without `/v2`.
    pub url: Url,
    /// Which certificates are trusted of it and of its identity service, and which one is shown.
    pub tls: TlsFiles,
    /// The identity service, v3; `None`: at `/identity/v3` below it.
    pub identity: Option<Url>,
}

/// The dashboard.
#[derive(Clone, Debug)]
pub struct WebConfig {
    /// Where it listens.
    pub listen: SocketAddr,
    /// Folder of the browser's bundle; `None`: wherever one is found.
    pub site: Option<PathBuf>,
    /// `""`, or what stands before every path: `/warren`.
    pub base_path: String,
    /// Where viewers reach it, if configured.
    pub public_url: Option<Url>,
    /// Whose `X-Forwarded-*` is believed.
    pub trusted_proxies: Vec<Network>,
    /// Host names under which it may be asked, besides the public address's.
    pub allowed_hosts: Vec<String>,
    /// Who may frame and fetch panels. The same list as the metering API's, where both run.
    pub portals: Portals,
    /// How long a viewer stays signed in.
    pub session_lifetime: Duration,
    /// Where viewers sign in, if that is a Keystone.
    pub keystone: Option<ViewersKeystone>,
}

/// The Keystone that viewers sign in at.
#[derive(Clone, Debug)]
pub struct ViewersKeystone {
    /// Its v3 address.
    pub url: Url,
    /// Which certificates are trusted of it, and which one is shown to it.
    pub tls: TlsFiles,
    /// The domain that the sign-in form names at first.
    pub domain: String,
}
