//! Reading a token request: who asks, how it is shown, and what for.

use axum::extract::Request;
use http::HeaderMap;
use http::header::CONTENT_TYPE;
use http_body_util::{BodyExt, LengthLimitError, Limited};
use metering::access::{AccessRequest, KnownToken};
use metering::identity::{AuthRequest, DomainRef, PasswordMethod, ProjectRef, TokenMethod};
use secrecy::SecretString;
use serde::de::DeserializeOwned;

use super::token_body::{DOMAIN_ID, DOMAIN_NAME};
use crate::http::body_timeout::is_timeout;
use crate::http::error::Error;
use crate::ids::id_of;

/// A token request is not longer than this, in bytes.
const LIMIT: usize = 64 << 10;
/// A user name is not longer than this, in bytes. (RabbitMQ's are shorter.)
const NAME_LIMIT: usize = 255;

/// A parsed token request.
pub(crate) struct TokenRequest {
    /// How the caller shows who it is.
    pub(crate) proof: Proof,
    /// For which project.
    pub(crate) project: Option<Project>,
}

/// A project as callers name it.
#[derive(Debug)]
pub(crate) enum Project {
    /// By its name.
    Name(String),
    /// By its id, which is made of its name.
    Id(String),
}

impl Project {
    /// Whether it is the project of that name.
    pub(crate) fn is(&self, name: &str) -> bool {
        match self {
            Self::Name(ours) => ours == name,
            Self::Id(id) => *id == id_of("project", name),
        }
    }
}

/// How the caller shows who it is.
pub(crate) enum Proof {
    /// By an account's password.
    Password {
        username: String,
        password: SecretString,
    },
    /// By a token it has.
    Token(String),
}

/// Reads a request of v3 to its end.
pub(crate) async fn read(request: Request) -> Result<TokenRequest, Error> {
    wanted(parse(request, "auth, identity and methods").await?)
}

/// Reads a request of v2.0 to its end.
pub(crate) async fn read_v2(request: Request) -> Result<TokenRequest, Error> {
    let AccessRequest { auth } = parse(request, "auth with passwordCredentials or token").await?;
    let given = |text: Option<String>| text.filter(|text| !text.is_empty());
    // An empty one is how clients of that time leave it out.
    let project = match (given(auth.tenant_name), given(auth.tenant_id)) {
        (Some(name), _) => Some(Project::Name(name)),
        (None, id) => id.map(Project::Id),
    };
    let proof = match (auth.password_credentials, auth.token) {
        (Some(given), _) => password_of(given.username, given.password.into())?,
        (None, Some(KnownToken { id })) => Proof::Token(id),
        (None, None) => {
            return Err(Error::BadTokenRequest(
                "Expecting to find passwordCredentials or token in auth.".into(),
            ));
        }
    };
    Ok(TokenRequest { proof, project })
}

/// Reads a body; `expected` says what is to be found in it.
pub(crate) async fn parse<T: DeserializeOwned>(
    request: Request,
    expected: &str,
) -> Result<T, Error> {
    must_be_json(request.headers())?;
    let body = Limited::new(request.into_body(), LIMIT)
        .collect()
        .await
        .map_err(|error| {
            if error.is::<LengthLimitError>() {
                Error::TooLarge
            } else if is_timeout(&*error) {
                Error::TokenRequestTimeout
            } else {
                Error::BadTokenRequest("The request broke off.".into())
            }
        })?;
    // The parser's own words are not passed on: they quote the request, and so the password.
    serde_json::from_slice(&body.to_bytes()).map_err(|error| {
        let place = format!("line {}, column {}", error.line(), error.column());
        let what = if error.is_data() {
            format!("Expecting to find {expected} in")
        } else {
            "No JSON in".to_owned()
        };
        Error::BadTokenRequest(format!("{what} the request: {place}."))
    })
}

fn must_be_json(headers: &HeaderMap) -> Result<(), Error> {
    let Some(content_type) = headers.get(CONTENT_TYPE) else {
        return Ok(());
    };
    let content_type = content_type.to_str().unwrap_or("?");
    let kind = content_type.split(';').next().unwrap_or_default().trim();
    if kind.eq_ignore_ascii_case("application/json") {
        Ok(())
    } else {
        Err(Error::MediaType(kind.to_owned()))
    }
}

fn wanted(request: AuthRequest) -> Result<TokenRequest, Error> {
    let identity = request.auth.identity;
    let project = request
        .auth
        .scope
        .and_then(|scope| scope.project)
        .map(project)
        .transpose()?;
    let proof = match (
        identity.methods.as_slice(),
        identity.password,
        identity.token,
    ) {
        ([method], Some(PasswordMethod { user }), _) if method == "password" => {
            let password = SecretString::from(user.password);
            must_be_ours(user.domain.as_ref())?;
            password_of(user.name, password)?
        }
        ([method], _, Some(TokenMethod { id })) if method == "token" => Proof::Token(id),
        ([method], ..) if method == "password" || method == "token" => {
            return Err(Error::BadTokenRequest(format!(
                "Expecting to find {method} in identity."
            )));
        }
        _ => {
            let message = "Attempted to authenticate with an unsupported method: accepted is one of password and token.";
            return Err(Error::SignInRefused(message.into()));
        }
    };
    Ok(TokenRequest { proof, project })
}

fn password_of(username: Option<String>, password: SecretString) -> Result<Proof, Error> {
    let Some(username) = username else {
        return Err(Error::BadTokenRequest(
            "Expecting to find the user by name.".into(),
        ));
    };
    // The colon would end the name in HTTP's Basic authentication.
    if username.is_empty()
        || username.len() > NAME_LIMIT
        || username.contains([':', '\r', '\n', '\0'])
    {
        return Err(Error::wrong_sign_in());
    }
    Ok(Proof::Password { username, password })
}

fn project(wanted: ProjectRef) -> Result<Project, Error> {
    must_be_ours(wanted.domain.as_ref())?;
    match (wanted.name, wanted.id) {
        (Some(name), _) => Ok(Project::Name(name)),
        (None, Some(id)) => Ok(Project::Id(id)),
        (None, None) => Err(Error::BadTokenRequest(
            "Expecting to find the project by name or id.".into(),
        )),
    }
}

fn must_be_ours(domain: Option<&DomainRef>) -> Result<(), Error> {
    let Some(domain) = domain else { return Ok(()) };
    let by_id = domain.id.as_deref().is_none_or(|id| id == DOMAIN_ID);
    let by_name = domain
        .name
        .as_deref()
        .is_none_or(|name| name.eq_ignore_ascii_case(DOMAIN_NAME));
    if by_id && by_name {
        Ok(())
    } else {
        Err(Error::wrong_sign_in())
    }
}
