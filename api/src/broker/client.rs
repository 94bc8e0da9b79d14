//! Requests to one broker's management API.
//!
//! Every answer is bounded in time and length, redirects are not followed (they
//! would carry the account elsewhere), and proxies of the environment are not
//! used: the broker's address is the one that the operator gave.

use std::sync::Arc;
use std::time::{Duration, Instant};

use http::header::{CONTENT_TYPE, LOCATION};
use metering::lenient_serde;
use reqwest::redirect;
use secrecy::{ExposeSecret, SecretString};
use serde::Deserialize;
use serde::de::DeserializeOwned;
use tls::TlsFiles;
use url::Url;

use crate::broker::error::{BrokerError, Refusal};
use crate::broker::token_file::TokenFile;
use crate::config::{ApiError, BrokerAccess};
use crate::lists::rows::utf8;

/// What a request shows.
#[derive(Clone, Copy)]
pub(crate) enum Credentials<'a> {
    /// A user name and its password.
    Account {
        username: &'a str,
        password: &'a SecretString,
    },
    /// The bearer token in a file.
    Token(&'a TokenFile),
}

/// `GET /api/whoami`.
#[derive(Debug, Deserialize)]
pub(crate) struct WhoAmI {
    /// What the account may do.
    #[serde(default, deserialize_with = "lenient_serde::words")]
    pub(crate) tags: Vec<String>,
}

/// The way to one broker.
#[derive(Clone, Debug)]
pub(crate) struct BrokerClient {
    http: reqwest::Client,
    base: Url,
    authority: String,
    limit: usize,
    tls: Arc<TlsFiles>,
    /// What the collector shows in place of its password.
    token: Option<Arc<TokenFile>>,
}

impl BrokerClient {
    /// To the management plugin at `base`. An answer may have `limit` bytes.
    pub(crate) fn new(
        base: &Url,
        connect_timeout: Duration,
        limit: usize,
        access: Option<&BrokerAccess>,
    ) -> Result<Self, ApiError> {
        let tls = access.map(|access| access.tls.clone()).unwrap_or_default();
        let token = access.and_then(|access| access.token_file.clone());
        let http = reqwest::Client::builder()
            .user_agent(concat!("warren/", env!("CARGO_PKG_VERSION")))
            .connect_timeout(connect_timeout)
            .redirect(redirect::Policy::none())
            .no_proxy()
            .pool_max_idle_per_host(1);
        let http = tls.apply(http)?.build().map_err(ApiError::HttpClient)?;
        let mut base = base.clone();
        base.set_query(None);
        base.set_fragment(None);
        if !base.path().ends_with('/') {
            let path = format!("{}/", base.path());
            base.set_path(&path);
        }
        let host = base.host_str().unwrap_or_default();
        let authority = match base.port_or_known_default() {
            Some(port) => format!("{host}:{port}"),
            None => host.to_owned(),
        };
        Ok(Self {
            http,
            base,
            authority,
            limit,
            tls: Arc::new(tls),
            token: token.map(|file| Arc::new(TokenFile::new(file))),
        })
    }

    /// What the collector shows: its token, if a file has one, else its account.
    pub(crate) fn collector<'a>(
        &'a self,
        username: &'a str,
        password: &'a SecretString,
    ) -> Credentials<'a> {
        match &self.token {
            Some(file) => Credentials::Token(file),
            None => Credentials::Account { username, password },
        }
    }

    /// `GET` of a path below the base, `api/overview` for example, read as `T`.
    pub(crate) async fn get<T: DeserializeOwned>(
        &self,
        credentials: Credentials<'_>,
        path: &str,
        timeout: Duration,
    ) -> Result<T, BrokerError> {
        let body = self
            .get_bytes(credentials, path, timeout, self.limit)
            .await?;
        serde_json::from_str(&utf8(&body)).map_err(|error| self.malformed(path, error.to_string()))
    }

    /// The body of an answer, with another bound on its length.
    pub(crate) async fn get_bytes(
        &self,
        credentials: Credentials<'_>,
        path: &str,
        timeout: Duration,
        limit: usize,
    ) -> Result<Vec<u8>, BrokerError> {
        let answer = tokio::time::timeout(timeout, self.read(credentials, path, limit)).await;
        answer.unwrap_or_else(|_| Err(self.in_vain(timeout)))
    }

    /// The error of an answer that was waited for in vain.
    pub(crate) fn in_vain(&self, waited: Duration) -> BrokerError {
        BrokerError::TimedOut {
            authority: self.authority.clone(),
            waited,
        }
    }

    /// The error of a request that was not sent, since too many others wait.
    pub(crate) fn busy(&self) -> BrokerError {
        BrokerError::Busy {
            authority: self.authority.clone(),
        }
    }

    /// The bytes that an answer may have.
    pub(crate) fn limit(&self) -> usize {
        self.limit
    }

    /// The error of an answer that cannot be read.
    pub(crate) fn malformed(&self, path: &str, cause: String) -> BrokerError {
        BrokerError::Malformed {
            authority: self.authority.clone(),
            path: self.shown(path),
            cause,
        }
    }

    async fn read(
        &self,
        credentials: Credentials<'_>,
        path: &str,
        limit: usize,
    ) -> Result<Vec<u8>, BrokerError> {
        let started = Instant::now();
        let failed = |error: reqwest::Error| {
            BrokerError::from_client(&error, &self.authority, started.elapsed(), &self.tls)
        };
        // A path of ours, joined to a base that ends with a slash, always parses.
        let url = self.base.join(path).unwrap_or_else(|_| self.base.clone());
        let request = self.http.get(url);
        let request = match credentials {
            Credentials::Account { username, password } => {
                request.basic_auth(username, Some(password.expose_secret()))
            }
            Credentials::Token(file) => {
                let token = file.read().map_err(|reason| BrokerError::TokenFile {
                    authority: self.authority.clone(),
                    file: file.path().display().to_string(),
                    reason,
                })?;
                request.bearer_auth(token.expose_secret())
            }
        };
        let mut response = request.send().await.map_err(failed)?;

        let status = response.status();
        if status.is_redirection()
            && let Some(to) = target(&response)
        {
            return Err(BrokerError::Redirect {
                authority: self.authority.clone(),
                path: self.shown(path),
                status,
                to,
            });
        }
        let content_type = response.headers().get(CONTENT_TYPE);
        let content_type = content_type
            .and_then(|value| value.to_str().ok())
            .unwrap_or("no content type")
            .to_owned();
        let is_json = content_type
            .split(';')
            .next()
            .is_some_and(|kind| kind.trim() == "application/json");
        if status.is_success() && !is_json {
            return Err(BrokerError::NotJson {
                authority: self.authority.clone(),
                found: shortened(&content_type),
            });
        }
        let too_long = || BrokerError::TooLong {
            authority: self.authority.clone(),
            path: self.shown(path),
            limit,
        };
        // Of an error only the reason is of interest, which is short.
        let limit = if status.is_success() {
            limit
        } else {
            limit.min(16 << 10)
        };
        let mut body = Vec::new();
        while let Some(chunk) = response.chunk().await.map_err(failed)? {
            if body.len() + chunk.len() > limit {
                if status.is_success() {
                    return Err(too_long());
                }
                break;
            }
            body.extend_from_slice(&chunk);
        }
        if status.is_success() {
            return Ok(body);
        }
        let refusal: Refusal = serde_json::from_str(&utf8(&body)).unwrap_or_default();
        let short = |text: Option<String>| text.map(|text| shortened(&text));
        let error = BrokerError::from_status(
            status,
            Refusal {
                error: short(refusal.error),
                reason: short(refusal.reason),
            },
            &self.authority,
            &self.shown(path),
        );
        Err(match (error, credentials) {
            (BrokerError::Credentials { authority, reason }, Credentials::Token(file)) => {
                BrokerError::Token {
                    authority,
                    file: file.path().display().to_string(),
                    reason,
                }
            }
            (error, _) => error,
        })
    }

    /// A path as messages name it: without its query.
    fn shown(&self, path: &str) -> String {
        let path = path.split('?').next().unwrap_or_default();
        format!("{}{path}", self.base.path())
    }
}

/// Where a redirect leads: the address, without what could be secret in it.
fn target(response: &reqwest::Response) -> Option<String> {
    let to = response.headers().get(LOCATION)?.to_str().ok()?;
    let mut to = response.url().join(to).ok()?;
    to.set_query(None);
    to.set_fragment(None);
    // What has no host has no login either.
    let _ = to.set_username("").and(to.set_password(None));
    Some(shortened(to.as_str()))
}

/// What a stranger wrote, made fit for a message: one line, not long.
fn shortened(text: &str) -> String {
    text.chars().filter(|c| !c.is_control()).take(200).collect()
}
