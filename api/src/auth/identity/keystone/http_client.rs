//! One request to Keystone, and what its answer means.
//!
//! Bounded in time and length; redirects are not followed, they would carry tokens elsewhere.

use std::time::Duration;

use http::{HeaderMap, HeaderValue, StatusCode};
use metering::identity::{
    AUTH_TOKEN, Auth, AuthRequest, DomainRef, IdentityMethods, PasswordMethod, PasswordUser,
    ProjectRef, SUBJECT_TOKEN, Scope, Token, TokenBody,
};
use reqwest::{RequestBuilder, redirect};
use secrecy::ExposeSecret;
use tls::TlsFiles;
use url::Url;

use super::own_token::OwnToken;
use crate::config::{ApiError, KeystoneConfig};
use crate::http::error::Error;

/// No answer of Keystone is longer, in bytes.
const LIMIT: usize = 1 << 20;

/// Why Keystone could not say what a token stands for.
#[derive(Clone, Debug, thiserror::Error)]
pub(super) enum KeystoneFailure {
    /// It cannot be reached, or the connection broke.
    #[error("Keystone cannot be reached")]
    Away,
    /// There is no TLS connection that both sides trust.
    #[error("there is no trusted TLS connection to Keystone: {0}")]
    Tls(String),
    /// It took too long.
    #[error("Keystone does not answer in time")]
    Slow,
    /// It fails itself, or something in front of it is.
    #[error("Keystone answered {0}")]
    Status(u16),
    /// Its answer is none of its protocol.
    #[error("what answers in Keystone's place does not speak its protocol")]
    Malformed,
    /// It refuses this service's account.
    #[error(
        "Keystone refuses the service's own account: its name, password, project or domain is wrong"
    )]
    Account,
    /// It does not let this service's account validate tokens.
    #[error(
        "Keystone does not let the service's own account validate tokens: it needs the role service or admin"
    )]
    Role,
    /// Our own token is not accepted any more.
    #[error("Keystone does not accept the service's own token")]
    OwnToken,
    /// Too many questions are under way.
    #[error("too many tokens are to be validated at once")]
    Busy,
    /// The question was dropped halfway.
    #[error("the validation broke off")]
    Broken,
}

impl From<KeystoneFailure> for Error {
    /// The error for callers. The cause is only for the log.
    fn from(failure: KeystoneFailure) -> Self {
        Self::NobodyToAsk(match failure {
            KeystoneFailure::Busy => "Too many tokens are to be validated at once.".into(),
            _ => "The identity service cannot say what this token stands for.".into(),
        })
    }
}

/// The way to one Keystone.
#[derive(Clone, Debug)]
pub(super) struct KeystoneClient {
    http: reqwest::Client,
    tokens: Url,
    timeout: Duration,
    tls: TlsFiles,
}

impl KeystoneClient {
    pub(super) fn new(config: &KeystoneConfig) -> Result<Self, ApiError> {
        let http = reqwest::Client::builder()
            .user_agent(concat!("warren/", env!("CARGO_PKG_VERSION")))
            .timeout(config.timeout)
            .redirect(redirect::Policy::none())
            .no_proxy();
        let http = config.tls.apply(http)?;
        let http = http.build().map_err(ApiError::HttpClient)?;
        let mut tokens = config.url.clone();
        let path = tokens.path().trim_end_matches('/');
        tokens.set_path(&format!("{path}/auth/tokens"));
        // The catalog is of no use here, and long.
        tokens.set_query(Some("nocatalog"));
        Ok(Self {
            http,
            tokens,
            timeout: config.timeout,
            tls: config.tls.clone(),
        })
    }

    /// What a token stands for; `None` where Keystone does not know it, or no longer.
    pub(super) async fn validate(
        &self,
        own: &OwnToken,
        token: &str,
    ) -> Result<Option<Token>, KeystoneFailure> {
        let mut subject = HeaderValue::from_str(token).map_err(|_| KeystoneFailure::Malformed)?;
        subject.set_sensitive(true);
        let request = self
            .http
            .get(self.tokens.clone())
            .header(AUTH_TOKEN, own.header())
            .header(SUBJECT_TOKEN, subject);
        let (status, _, body) = self.exchange(request).await?;
        match status {
            StatusCode::OK => read(&body).map(Some),
            StatusCode::NOT_FOUND if is_keystones(&body) => Ok(None),
            StatusCode::UNAUTHORIZED => Err(KeystoneFailure::OwnToken),
            StatusCode::FORBIDDEN => Err(KeystoneFailure::Role),
            status => Err(KeystoneFailure::Status(status.as_u16())),
        }
    }

    /// A token of our own account.
    pub(super) async fn sign_in(
        &self,
        config: &KeystoneConfig,
    ) -> Result<OwnToken, KeystoneFailure> {
        let request = self.http.post(self.tokens.clone()).json(&request(config));
        let (status, headers, body) = self.exchange(request).await?;
        match status {
            StatusCode::CREATED => {
                let expires_at = read(&body)?.expires_at;
                let token = headers
                    .get(SUBJECT_TOKEN)
                    .ok_or(KeystoneFailure::Malformed)?;
                let expires_at = expires_at.parse().map_err(|_| KeystoneFailure::Malformed)?;
                Ok(OwnToken::new(token.clone(), expires_at))
            }
            StatusCode::UNAUTHORIZED | StatusCode::FORBIDDEN => Err(KeystoneFailure::Account),
            status => Err(KeystoneFailure::Status(status.as_u16())),
        }
    }

    async fn exchange(
        &self,
        request: RequestBuilder,
    ) -> Result<(StatusCode, HeaderMap, Vec<u8>), KeystoneFailure> {
        let exchange = async {
            let mut answer = request.send().await?;
            let mut body = Vec::new();
            while let Some(chunk) = answer.chunk().await? {
                if body.len() + chunk.len() > LIMIT {
                    return Ok(Err(KeystoneFailure::Malformed));
                }
                body.extend_from_slice(&chunk);
            }
            let headers = std::mem::take(answer.headers_mut());
            Ok(Ok((answer.status(), headers, body)))
        };
        match tokio::time::timeout(self.timeout, exchange).await {
            Err(_) => Err(KeystoneFailure::Slow),
            Ok(Err(error)) => {
                let error: reqwest::Error = error;
                tracing::debug!(%error, "Keystone did not answer");
                Err(match tls::cause_of(&error) {
                    Some(cause) => KeystoneFailure::Tls(self.tls.explain(&cause)),
                    None if error.is_timeout() => KeystoneFailure::Slow,
                    None => KeystoneFailure::Away,
                })
            }
            Ok(Ok(answer)) => answer,
        }
    }
}

fn read(body: &[u8]) -> Result<Token, KeystoneFailure> {
    // The parser's own words would quote the answer.
    let parsed =
        serde_json::from_slice::<TokenBody>(body).map_err(|_| KeystoneFailure::Malformed)?;
    Ok(parsed.token)
}

/// Whether a `404` says that there is no such token, and not that there is no Keystone here.
fn is_keystones(body: &[u8]) -> bool {
    serde_json::from_slice::<metering::error::KeystoneErrorBody>(body).is_ok()
}

fn request(config: &KeystoneConfig) -> AuthRequest {
    let domain = |name: &str| DomainRef {
        id: None,
        name: Some(name.to_owned()),
    };
    AuthRequest {
        auth: Auth {
            identity: IdentityMethods {
                methods: vec!["password".into()],
                password: Some(PasswordMethod {
                    user: PasswordUser {
                        id: None,
                        name: Some(config.username.clone()),
                        domain: Some(domain(&config.user_domain)),
                        password: config.password.expose_secret().to_owned(),
                    },
                }),
                token: None,
            },
            scope: Some(Scope {
                unscoped: None,
                project: Some(ProjectRef {
                    id: None,
                    name: Some(config.project.clone()),
                    domain: Some(domain(&config.project_domain)),
                }),
            }),
        },
    }
}
