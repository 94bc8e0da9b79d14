//! `GET /v2/rabbit/users`: the accounts of a broker.

use std::sync::Arc;

use axum::extract::State;
use axum::response::Response;
use http::HeaderMap;
use metering::User;
use metering::error::{ErrorBody, KeystoneErrorBody};
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use crate::error::Error;
use crate::identity::auth::Caller;
use crate::protocol::answer::Answer;
use crate::protocol::query::Arguments;
use crate::state::Shared;

pub(crate) fn router() -> OpenApiRouter<Arc<Shared>> {
    OpenApiRouter::new().routes(routes!(list))
}

/// The accounts of a broker, never their passwords.
///
/// The broker is asked when somebody asks here, at most once a tick.
#[utoipa::path(
    get,
    path = "/v2/rabbit/users",
    operation_id = "listUsers",
    tag = "rabbit",
    params(("broker" = Option<String>, Query, description = "Its name; may be left out where the caller sees one alone")),
    responses(
        (status = 200, body = Vec<User>, headers(("Warning" = Option<String>, description = "`110` where the broker does not answer"))),
        (status = 304, description = "Unchanged since the `ETag` in `If-None-Match`"),
        (status = 400, body = ErrorBody, description = "Several brokers and none named, or an unknown argument"),
        (status = 401, body = KeystoneErrorBody, description = "No valid token"),
        (status = 403, body = ErrorBody, description = "The account has neither the tag monitoring nor administrator there"),
        (status = 404, body = ErrorBody, description = "No such broker"),
        (status = 503, body = ErrorBody, description = "The broker did not answer, or not to the account that watches it"),
    )
)]
async fn list(
    State(shared): State<Arc<Shared>>,
    Caller(caller): Caller,
    mut arguments: Arguments,
    headers: HeaderMap,
) -> Result<Response, Error> {
    let name = arguments.one("broker")?;
    arguments.finish()?;
    let picked = shared.pick(&caller, name.as_deref())?;
    picked.must_see_all()?;
    let config = &shared.config;
    let users = picked
        .broker
        .users(config.tick, config.answer_timeout)
        .await;
    let users = users.map_err(|reason| picked.not_answered(&shared, Some(reason)))?;
    let etag = picked.etag(&shared, &format!("users.{}", users.version));
    Ok(Answer {
        body: users.body,
        etag,
        stale: users.stale,
    }
    .to(&headers))
}
