//! Calls addresses that users name.
//!
//! Only public addresses are called, and those that the operator allows. An address is checked when its name was
//! resolved and at each redirect, so that a name that changes its address opens nothing.

use std::error::Error as StdError;
use std::net::{IpAddr, SocketAddr};
use std::sync::Arc;
use std::time::Duration;

use http::StatusCode;
use http::header::{CONTENT_TYPE, RETRY_AFTER};
use reqwest::dns::{Addrs, Name, Resolve, Resolving};
use reqwest::redirect;
use url::{Host, Url};

use super::public_address::is_public;
use crate::config::{ApiError, Network};

/// How long a call may take.
const TIMEOUT: Duration = Duration::from_secs(10);
/// How many redirects are followed.
const REDIRECTS: usize = 5;
/// Parameters of an address that turn the check of its certificate off.
const VERIFY: [&str; 2] = ["ceilometer-alarm-ssl-verify", "aodh-alarm-ssl-verify"];
/// The longest pause that a receiver may ask for.
const LONGEST_PAUSE: Duration = Duration::from_hours(1);

/// What became of a call.
#[derive(Debug)]
pub(crate) enum Attempt {
    /// The receiver took it.
    Delivered,
    /// It may succeed later.
    Failed {
        /// Why, in a sentence.
        why: String,
        /// When the receiver wants the next one.
        retry_after: Option<Duration>,
    },
    /// It never succeeds: the receiver refuses it, or the address is not allowed.
    Refused(String),
}

/// Calls addresses.
#[derive(Debug)]
pub(crate) struct HttpAction {
    verifying: reqwest::Client,
    trusting: reqwest::Client,
    allowed: Arc<Allowed>,
}

/// Which addresses are called.
#[derive(Debug)]
struct Allowed(Vec<Network>);

impl Allowed {
    fn admits(&self, address: IpAddr) -> bool {
        is_public(address) || self.0.iter().any(|network| network.contains(address))
    }

    /// Checks what needs no resolution of a name; names are checked by the resolver.
    fn check(&self, url: &Url) -> Result<(), NotAllowed> {
        let address = match url.host() {
            Some(Host::Ipv4(address)) => IpAddr::from(address),
            Some(Host::Ipv6(address)) => IpAddr::from(address),
            Some(Host::Domain(_)) => return Ok(()),
            None => return Err(NotAllowed(url.to_string())),
        };
        if self.admits(address) {
            Ok(())
        } else {
            Err(NotAllowed(address.to_string()))
        }
    }
}

/// An address is not public, and not allowed by the operator.
#[derive(Debug, thiserror::Error)]
#[error(
    "the address {0} is not public; the operator can allow its network with --alarm-allow-network"
)]
struct NotAllowed(String);

/// Resolves names to allowed addresses.
struct CheckedResolver(Arc<Allowed>);

impl Resolve for CheckedResolver {
    fn resolve(&self, name: Name) -> Resolving {
        let allowed = Arc::clone(&self.0);
        Box::pin(async move {
            let found = tokio::net::lookup_host((name.as_str(), 0)).await?;
            let (admitted, refused): (Vec<SocketAddr>, Vec<_>) =
                found.partition(|address| allowed.admits(address.ip()));
            match (admitted.is_empty(), refused.first()) {
                (true, Some(refused)) => Err(NotAllowed(refused.ip().to_string()).into()),
                _ => Ok(Box::new(admitted.into_iter()) as Addrs),
            }
        })
    }
}

impl HttpAction {
    /// One that calls public addresses, and those of the networks.
    ///
    /// # Errors
    /// If the HTTP client cannot be made.
    pub(crate) fn new(networks: &[Network], connect_timeout: Duration) -> Result<Self, ApiError> {
        let allowed = Arc::new(Allowed(networks.to_vec()));
        let client = |verifies: bool| {
            let at_redirect = Arc::clone(&allowed);
            let policy = redirect::Policy::custom(move |attempt| {
                if attempt.previous().len() > REDIRECTS {
                    return attempt.error("too many redirects");
                }
                match at_redirect.check(attempt.url()) {
                    Ok(()) => attempt.follow(),
                    Err(error) => attempt.error(error),
                }
            });
            reqwest::Client::builder()
                .user_agent(concat!("warren/", env!("CARGO_PKG_VERSION")))
                .connect_timeout(connect_timeout)
                .timeout(TIMEOUT)
                .redirect(policy)
                .dns_resolver(Arc::new(CheckedResolver(Arc::clone(&allowed))))
                .no_proxy()
                // A kept connection would outlive the check of its address.
                .pool_max_idle_per_host(0)
                .tls_danger_accept_invalid_certs(!verifies)
                .build()
                .map_err(ApiError::HttpClient)
        };
        Ok(Self {
            verifying: client(true)?,
            trusting: client(false)?,
            allowed,
        })
    }

    /// Posts a body to an address.
    pub(crate) async fn call(&self, address: &str, request_id: &str, body: &str) -> Attempt {
        let Ok(url) = Url::parse(address) else {
            return Attempt::Refused("the address is not one".into());
        };
        if let Err(error) = self.allowed.check(&url) {
            return Attempt::Refused(error.to_string());
        }
        let trusts = url
            .query_pairs()
            .any(|(name, value)| VERIFY.contains(&&*name) && value == "0");
        let client = if trusts {
            &self.trusting
        } else {
            &self.verifying
        };
        let request = client
            .post(url)
            .header(CONTENT_TYPE, "application/json")
            .header("x-openstack-request-id", request_id)
            .body(body.to_owned());
        match request.send().await {
            Ok(answer) => verdict(answer.status(), &answer),
            Err(error) => match not_allowed(&error) {
                Some(refused) => Attempt::Refused(refused.to_string()),
                None => Attempt::Failed {
                    why: cause(&error),
                    retry_after: None,
                },
            },
        }
    }
}

fn verdict(status: StatusCode, answer: &reqwest::Response) -> Attempt {
    if status.is_success() || status.is_redirection() {
        return Attempt::Delivered;
    }
    let why = format!("the receiver answered {}", status.as_u16());
    let is_for_a_time = status.is_server_error()
        || status == StatusCode::TOO_MANY_REQUESTS
        || status == StatusCode::REQUEST_TIMEOUT;
    if !is_for_a_time {
        return Attempt::Refused(why);
    }
    let wait = answer.headers().get(RETRY_AFTER);
    let seconds = wait.and_then(|wait| wait.to_str().ok()?.trim().parse().ok());
    Attempt::Failed {
        why,
        retry_after: seconds.map(|seconds| Duration::from_secs(seconds).min(LONGEST_PAUSE)),
    }
}

/// The refusal among the causes of an error.
fn not_allowed<'a>(error: &'a (dyn StdError + 'static)) -> Option<&'a NotAllowed> {
    causes(error).find_map(|cause| cause.downcast_ref())
}

/// The last cause of an error: the others name the address, which may be secret.
fn cause(error: &(dyn StdError + 'static)) -> String {
    let last = causes(error).last();
    last.map_or_else(String::new, ToString::to_string)
}

fn causes<'a>(
    error: &'a (dyn StdError + 'static),
) -> impl Iterator<Item = &'a (dyn StdError + 'static)> {
    std::iter::successors(Some(error), |error: &&'a (dyn StdError + 'static)| {
        (*error).source()
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn allowed(networks: &[&str]) -> Allowed {
        let networks = networks.iter().map(|text| text.parse().expect("a network"));
        Allowed(networks.collect())
    }

    #[test]
    fn addresses_that_are_not_public_are_refused_unless_allowed() {
        let (nothing, some) = (allowed(&[]), allowed(&["127.0.0.1", "10.0.0.0/8"]));
        for (url, without, with) in [
            ("http://127.0.0.1/", false, true),
            ("http://10.1.2.3/", false, true),
            ("http://169.254.169.254/latest", false, false),
            ("http://[::ffff:127.0.0.1]/", false, true),
            ("http://0x7f000001/", false, true),
            ("http://2130706433/", false, true),
            ("http://[::1]/", false, false),
            ("http://93.184.216.34/", true, true),
        ] {
            let url: Url = url.parse().expect("a URL");
            assert_eq!(nothing.check(&url).is_ok(), without, "{url}");
            assert_eq!(some.check(&url).is_ok(), with, "{url}");
        }
    }

    #[tokio::test]
    async fn name_of_a_loopback_address_is_refused_after_its_resolution() {
        let _ = rustls::crypto::ring::default_provider().install_default();
        let http = HttpAction::new(&[], TIMEOUT).expect("a client");
        let attempt = http.call("http://localhost:1/", "req-1", "{}").await;
        assert!(
            matches!(&attempt, Attempt::Refused(why) if why.contains("--alarm-allow-network")),
            "{attempt:?}"
        );
    }
}
