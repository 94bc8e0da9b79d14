//! The embedded identity: Keystone's protocol, the least of it that real clients need, with the
//! brokers' accounts as its users.
//!
//! A sign-in is tried at every broker at once, with the applicant's own password. Those that
//! accept it are what the token opens, each as far as the account's tags there go. Projects are
//! ways to narrow that: the project [`ALL`] is all brokers, and each broker is a project by its
//! name. (A broker that is itself called `warren` is meant by that name.) Without a project it is
//! [`ALL`]; any other one is refused, as Keystone does.
//!
//! A token lives for the configured time. An account that its broker removes, or takes a tag from,
//! keeps what it had until then: the token's lifetime is the bound.

pub(crate) mod accounts;
pub(crate) mod auth;
pub(crate) mod authority;
pub(crate) mod discovery;
mod keystone;
pub(crate) mod request;
pub(crate) mod throttle;
pub(crate) mod token_body;
pub(crate) mod tokens;
mod v2;

use std::net::IpAddr;
use std::sync::Arc;

use axum::Extension;
use axum::extract::{Request, State};
use axum::response::{IntoResponse, Response};
use http::{HeaderMap, HeaderValue, StatusCode};
use metering::error::KeystoneErrorBody;
use metering::identity::{AuthRequest, SUBJECT_TOKEN, TokenBody};
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use crate::clock::after;
use crate::error::Error;
use crate::protocol::address::ClientAddress;
use crate::protocol::json_response;
use crate::snapshot::json;
use crate::state::Shared;
use accounts::Applicant;
use request::{Project, Proof, Wanted};
use tokens::{Grant, TokenData, id_of, is_administrator_everywhere, random_id};

/// The project of all brokers.
pub(crate) const ALL: &str = "warren";

/// The paths of the identity service.
pub(crate) fn router() -> OpenApiRouter<Arc<Shared>> {
    OpenApiRouter::new()
        .routes(routes!(issue, validate, revoke))
        .merge(discovery::router())
        .merge(v2::router())
}

/// Gives a token for a name and a password, or a narrower one for a token.
///
/// The token stands in the header `X-Subject-Token` of the answer.
#[utoipa::path(
    post,
    path = "/identity/v3/auth/tokens",
    operation_id = "issueToken",
    tag = "identity",
    security(()),
    request_body = AuthRequest,
    responses(
        (status = 201, body = TokenBody, headers(("X-Subject-Token" = String, description = "The token"))),
        (status = 400, body = KeystoneErrorBody, description = "Not a token request"),
        (status = 401, body = KeystoneErrorBody, description = "Wrong name, password or project"),
        (status = 403, body = KeystoneErrorBody, description = "The account has no tag of the management API"),
        (status = 413, body = KeystoneErrorBody, description = "Longer than a token request"),
        (status = 415, body = KeystoneErrorBody, description = "Not JSON"),
        (status = 429, body = KeystoneErrorBody, description = "Too many wrong passwords",
            headers(("Retry-After" = u64, description = "Seconds"))),
        (status = 503, body = KeystoneErrorBody, description = "No broker could be asked",
            headers(("Retry-After" = u64, description = "Seconds"))),
    )
)]
async fn issue(
    State(shared): State<Arc<Shared>>,
    Extension(ClientAddress(address)): Extension<ClientAddress>,
    request: Request,
) -> Result<Response, Error> {
    let wanted = request::read(request).await?;
    let (token, data) = grant(&shared, wanted, address).await?;
    Ok(answer(StatusCode::CREATED, &token, &data, &shared))
}

/// A new token, in whichever form it was asked for.
pub(crate) async fn grant(
    shared: &Shared,
    Wanted { proof, project }: Wanted,
    address: Option<IpAddr>,
) -> Result<(String, Arc<TokenData>), Error> {
    let now = shared.config.clock.now();
    let (project, brokers) = brokers_of(shared, project.as_ref())?;
    let (user, grants, expires_at, method) = match proof {
        Proof::Password { username, password } => {
            let applicant = Applicant {
                username: &username,
                password: &password,
                address,
            };
            let grants = accounts::sign_in(shared, &brokers, &applicant)
                .await
                .inspect_err(|why| shared.events.sign_in_refused(&username, address, why))?;
            (
                username,
                grants,
                after(now, shared.config.token_lifetime),
                "password",
            )
        }
        Proof::Token(token) => {
            let known = shared.tokens.find(&token, now).ok_or(Error::Unauthorized)?;
            let within = |grant: &&Grant| brokers.contains(&grant.broker);
            let grants: Vec<_> = known.grants.iter().filter(within).cloned().collect();
            // Never longer than the one it was got with.
            (known.user.clone(), grants, known.expires_at, "token")
        }
    };
    if grants.is_empty() {
        return Err(Error::Unauthorized);
    }
    let data = TokenData {
        user_id: id_of("user", &user),
        user,
        admin: is_administrator_everywhere(&grants, shared.brokers.len()),
        grants,
        project_id: id_of("project", &project),
        project,
        methods: vec![method.into()],
        issued_at: now,
        expires_at,
        audit_id: random_id(),
    };
    let (token, data) = shared.tokens.issue(data, now);
    shared.events.token_issued(&data, address);
    tracing::info!(
        user = data.user,
        audit_id = data.audit_id,
        project = data.project,
        "signed in"
    );
    Ok((token, data))
}

/// What a token stands for.
///
/// An account may ask about its own tokens, the role `admin` about all.
#[utoipa::path(
    get,
    path = "/identity/v3/auth/tokens",
    operation_id = "validateToken",
    tag = "identity",
    params(("X-Subject-Token" = String, Header, description = "The token to validate")),
    responses(
        (status = 200, body = TokenBody, headers(("X-Subject-Token" = String, description = "The token"))),
        (status = 401, body = KeystoneErrorBody, description = "No valid token"),
        (status = 403, body = KeystoneErrorBody, description = "Somebody else's token"),
        (status = 404, body = KeystoneErrorBody, description = "The subject is no valid token"),
    )
)]
async fn validate(
    State(shared): State<Arc<Shared>>,
    headers: HeaderMap,
) -> Result<Response, Error> {
    let Subject {
        caller,
        token,
        data,
    } = subject(&shared, &headers)?;
    if !caller.is_same_person(&data) && !caller.is_admin() {
        return Err(Error::NotPermitted(
            "Validating somebody else's token needs the role admin.".into(),
        ));
    }
    Ok(answer(StatusCode::OK, &token, &data, &shared))
}

/// Ends a token.
///
/// An account may end its own tokens, an administrator of every broker all.
#[utoipa::path(
    delete,
    path = "/identity/v3/auth/tokens",
    operation_id = "revokeToken",
    tag = "identity",
    params(("X-Subject-Token" = String, Header, description = "The token to revoke")),
    responses(
        (status = 204, description = "The token is no longer valid"),
        (status = 401, body = KeystoneErrorBody, description = "No valid token"),
        (status = 403, body = KeystoneErrorBody, description = "Somebody else's token"),
        (status = 404, body = KeystoneErrorBody, description = "The subject is no valid token"),
    )
)]
async fn revoke(State(shared): State<Arc<Shared>>, headers: HeaderMap) -> Result<Response, Error> {
    let Subject {
        caller,
        token,
        data,
    } = subject(&shared, &headers)?;
    if !caller.is_same_person(&data) && !caller.is_admin() {
        return Err(Error::NotPermitted(
            "Revoking somebody else's token needs the role admin.".into(),
        ));
    }
    shared.tokens.revoke(&token);
    shared.events.token_revoked(&data, &caller);
    tracing::info!(
        user = data.user,
        audit_id = data.audit_id,
        by = caller.user,
        "signed out"
    );
    Ok(StatusCode::NO_CONTENT.into_response())
}

/// Whose token it is that asks, and which one it asks about.
struct Subject {
    caller: Arc<TokenData>,
    token: String,
    data: Arc<TokenData>,
}

fn subject(shared: &Shared, headers: &HeaderMap) -> Result<Subject, Error> {
    let now = shared.config.clock.now();
    let caller = shared
        .tokens
        .of_request(headers, now)
        .ok_or(Error::Unauthorized)?;
    let token = headers
        .get(SUBJECT_TOKEN)
        .and_then(|value| value.to_str().ok())
        .ok_or(Error::UnknownToken)?;
    let data = shared.tokens.find(token, now).ok_or(Error::UnknownToken)?;
    Ok(Subject {
        caller,
        token: token.to_owned(),
        data,
    })
}

fn answer(status: StatusCode, token: &str, data: &TokenData, shared: &Shared) -> Response {
    let mut response = json_response(status, json(&token_body::describe(data, &shared.base)));
    // A token is hexadecimal.
    if let Ok(mut value) = HeaderValue::from_str(token) {
        value.set_sensitive(true);
        response.headers_mut().insert(SUBJECT_TOKEN, value);
    }
    keep_nowhere(response.headers_mut());
    response
}

/// An answer about tokens stays in no cache.
fn keep_nowhere(headers: &mut HeaderMap) {
    headers.insert(http::header::VARY, HeaderValue::from_static("X-Auth-Token"));
    headers.insert(
        http::header::CACHE_CONTROL,
        HeaderValue::from_static("no-store"),
    );
}

/// A project that there is: its name, and its brokers.
fn brokers_of(shared: &Shared, project: Option<&Project>) -> Result<(String, Vec<usize>), Error> {
    let is = |name: &str| project.is_some_and(|project| project.is(name));
    if let Some(only) = shared.brokers.iter().position(|broker| is(&broker.name)) {
        return Ok((shared.brokers[only].name.clone(), vec![only]));
    }
    if project.is_none() || is(ALL) {
        return Ok((ALL.into(), (0..shared.brokers.len()).collect()));
    }
    tracing::info!(project = ?project, "a sign-in named a project that is no broker");
    Err(Error::wrong_sign_in())
}
