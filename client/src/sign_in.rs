//! Keystone's v3 sign-in: `POST {identity}/auth/tokens`.
//!
//! Source: OpenStack's Identity API v3, "Password authentication with scoped
//! authorization" and "Validate and show information for token".

use std::net::IpAddr;

use bytes::Bytes;
use http::{HeaderMap, HeaderValue, Method, Response, StatusCode, Uri};
use metering::Timestamp;
use metering::identity::{self, AuthRequest, TokenBody};
use url::Url;

use crate::client::Client;
use crate::credentials::Credentials;
use crate::endpoints::{Endpoints, join};
use crate::error::ClientError;
use crate::request::{AUTH_TOKEN, SUBJECT_TOKEN, X_FORWARDED_FOR};
use crate::session::Session;
use crate::token::Token;

/// What a sign-in brings.
#[derive(Clone, Debug)]
pub struct SignIn {
    /// A session of the new token. It does not renew it: it does not hold the password.
    pub session: Session,
    /// The new token.
    pub token: Token,
    /// When the token ends.
    pub expires_at: Timestamp,
    /// Whose it is: user, roles, project and catalog.
    pub account: identity::Token,
}

impl Client {
    /// Signs in with a password.
    ///
    /// # Errors
    /// [`ClientError::Unauthorized`] for a wrong password, [`ClientError::PasswordExpired`] and
    /// [`ClientError::SecondFactor`] for a right one that is not enough,
    /// [`ClientError::TooManyRequests`] for too many wrong ones, [`ClientError::NoEndpoint`] where the metering API's address is to come from a
    /// catalog that does not hold it, and whatever else can go wrong on the way.
    pub async fn sign_in(&self, credentials: &Credentials) -> Result<SignIn, ClientError> {
        self.token_for(&credentials.request(), credentials.forwarded_for)
            .await
    }

    /// Asks for a token.
    pub(crate) async fn token_for(
        &self,
        request: &AuthRequest,
        viewer: Option<IpAddr>,
    ) -> Result<SignIn, ClientError> {
        let body = serde_json::to_vec(request)
            .map_err(|error| ClientError::malformed(error.to_string()))?;
        let mut headers = HeaderMap::new();
        if let Some(viewer) = viewer
            && let Ok(viewer) = HeaderValue::from_str(&viewer.to_string())
        {
            headers.insert(X_FORWARDED_FOR, viewer);
        }
        let answer = self
            .send_identity_request(Method::POST, self.tokens()?, headers, Bytes::from(body))
            .await?;
        if answer.status() != StatusCode::CREATED {
            return Err(ClientError::of_sign_in(
                answer.status(),
                answer.headers(),
                answer.body(),
            ));
        }
        let account = account(&answer, StatusCode::CREATED)?;
        let token = answer
            .headers()
            .get(&SUBJECT_TOKEN)
            .and_then(|value| value.to_str().ok())
            .and_then(|value| Token::new(value).ok())
            .ok_or_else(|| ClientError::malformed("a sign-in without X-Subject-Token"))?;
        let expires_at = account
            .expires_at
            .parse()
            .map_err(|_| ClientError::malformed("a token without a readable expires_at"))?;
        let scope = request.auth.scope.as_ref();
        let metering = if scope.is_some_and(|scope| scope.unscoped.is_some()) {
            // A token for nothing comes without a catalog.
            None
        } else {
            Some(self.endpoints().resolve(&account)?)
        };
        Ok(SignIn {
            session: Session::of_token(self.clone(), token.clone(), metering.as_ref()),
            token,
            expires_at,
            account,
        })
    }

    /// Where the catalog of a token has the metering API.
    pub(crate) async fn look_up_metering(&self, token: &Token) -> Result<Url, ClientError> {
        let answer = self
            .send_identity_request(Method::GET, self.tokens()?, about(token), Bytes::new())
            .await?;
        self.endpoints().resolve(&account(&answer, StatusCode::OK)?)
    }

    /// Ends a token. One that is not valid any more has ended.
    pub(crate) async fn revoke(&self, token: &Token) -> Result<(), ClientError> {
        let answer = self
            .send_identity_request(Method::DELETE, self.tokens()?, about(token), Bytes::new())
            .await?;
        match answer.status() {
            StatusCode::UNAUTHORIZED | StatusCode::NOT_FOUND => Ok(()),
            status if status.is_success() => Ok(()),
            status => Err(ClientError::from_response(
                status,
                answer.headers(),
                answer.body(),
            )),
        }
    }

    fn tokens(&self) -> Result<Uri, ClientError> {
        self.at_identity("/auth/tokens")
    }

    /// A path of the identity service.
    pub(crate) fn at_identity(&self, path: &str) -> Result<Uri, ClientError> {
        join(&self.endpoints().identity, path)
            .as_str()
            .parse()
            .map_err(|error| ClientError::malformed(format!("no address: {error}")))
    }
}

impl Endpoints {
    fn resolve(&self, account: &identity::Token) -> Result<Url, ClientError> {
        self.metering
            .clone()
            .or_else(|| self.find(&account.catalog))
            .ok_or_else(|| self.missing())
    }

    pub(crate) fn missing(&self) -> ClientError {
        ClientError::NoEndpoint {
            interface: self.interface.as_str(),
            region: self.region.clone().unwrap_or_else(|| "any".to_owned()),
        }
    }
}

/// The headers of a request by a token about itself.
fn about(token: &Token) -> HeaderMap {
    HeaderMap::from_iter([
        (AUTH_TOKEN, token.header()),
        (SUBJECT_TOKEN, token.header()),
    ])
}

fn account(answer: &Response<Bytes>, expected: StatusCode) -> Result<identity::Token, ClientError> {
    if answer.status() != expected {
        return Err(ClientError::from_response(
            answer.status(),
            answer.headers(),
            answer.body(),
        ));
    }
    serde_json::from_slice::<TokenBody>(answer.body())
        .map(|body| body.token)
        // The parser's words could quote the answer; the error names only where it broke.
        .map_err(|error| {
            let (line, column) = (error.line(), error.column());
            ClientError::malformed(format!(
                "no token's description: line {line} column {column}"
            ))
        })
}
