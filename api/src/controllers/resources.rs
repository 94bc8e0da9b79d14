//! `GET /v2/resources` and `GET /v2/resources/{id}`: what samples are measured of.

use std::sync::Arc;

use axum::extract::{Path, State};
use axum::response::Response;
use metering::error::{ErrorBody, KeystoneErrorBody};
use metering::requests::{ConditionParams, Field, Operator, Value};
use metering::telemetry::Resource;
use store::{ByResource, Filter, ResourceQuery};
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use crate::auth::access_scope::AccessScope;
use crate::auth::identity::auth::Caller;
use crate::controllers::paged_answer::{self, Cost};
use crate::http::error::Error;
use crate::http::error::shortened;
use crate::http::json::uncached;
use crate::http::params::Arguments;
use crate::state::ApiState;
use crate::telemetry::simple::{self, Subject};
use crate::telemetry::{arguments, links, terms};

pub(crate) fn router() -> OpenApiRouter<Arc<ApiState>> {
    OpenApiRouter::new()
        .routes(routes!(list))
        .routes(routes!(show))
}

/// Resources with samples of a simple query, by id.
///
/// `q.field`: `project`, `project_id`, `resource`, `resource_id`, `user`, `user_id`, `source`, `timestamp`,
/// `search_offset` (minutes), `metadata.KEY` or `resource_metadata.KEY`. `q.op`: `eq`, and for `timestamp` `lt`, `le`,
/// `ge` or `gt`. `q.type`: by default what a metadata value looks like.
#[utoipa::path(
    get,
    path = "/v2/resources",
    operation_id = "listResources",
    tag = "telemetry",
    params(
        ConditionParams,
        ("limit" = Option<u64>, Query, description = "At most so many; by default 100"),
        ("meter_links" = Option<u8>, Query, description = "0 leaves out the links to meters; by default 1"),
    ),
    responses(
        (status = 200, body = Vec<Resource>),
        (status = 400, body = ErrorBody, description = "An argument that is unknown or cannot be used"),
        (status = 401, body = KeystoneErrorBody, description = "No valid token, or another project's resources"),
        (status = 503, body = ErrorBody, description = "The store cannot be used now"),
    )
)]
async fn list(
    State(shared): State<Arc<ApiState>>,
    Caller(caller): Caller,
    mut arguments: Arguments,
) -> Result<Response, Error> {
    let terms = terms::read(&mut arguments)?;
    let limit = arguments::limit(&mut arguments)?;
    let meter_links = arguments::integer(&mut arguments, "meter_links")? != Some(0);
    arguments.finish()?;
    let selection = simple::read(
        &terms,
        Subject::Resources,
        &AccessScope::for_caller(&shared, &caller),
    )?;
    let query = ResourceQuery {
        filter: selection.filter,
        limit,
    };
    let (store, query) = (Arc::clone(&shared.store), Arc::new(query));
    let read = move |cursor| {
        let (store, query) = (Arc::clone(&store), Arc::clone(&query));
        async move { store.resources_page(query, cursor).await }
    };
    let base = shared.base.clone();
    let form = move |found| with_links(&base, found, meter_links);
    paged_answer::rows(&shared, caller.user_id(), Cost::Small, read, form).await
}

/// One resource. Its id may hold `/`.
#[utoipa::path(
    get,
    path = "/v2/resources/{*id}",
    operation_id = "getResource",
    tag = "telemetry",
    params(("id" = String, Path, description = "Its id")),
    responses(
        (status = 200, body = Resource),
        (status = 400, body = ErrorBody, description = "An unknown argument"),
        (status = 401, body = KeystoneErrorBody, description = "No valid token"),
        (status = 404, body = ErrorBody, description = "No such resource, or none of the caller's project"),
        (status = 503, body = ErrorBody, description = "The store cannot be used now"),
    )
)]
async fn show(
    State(shared): State<Arc<ApiState>>,
    Caller(caller): Caller,
    Path(id): Path<String>,
    arguments: Arguments,
) -> Result<Response, Error> {
    arguments.finish()?;
    let is_it = Filter::Is(Field::ResourceId, Operator::Eq, Value::Text(id.clone()));
    let query = ResourceQuery {
        filter: AccessScope::for_caller(&shared, &caller).narrow(is_it),
        limit: 1,
    };
    let found = shared.store.resources(query).await?;
    let found = found.into_iter().next().ok_or_else(|| Error::NotFound {
        what: "Resource",
        id: shortened(&id),
    })?;
    Ok(uncached(&with_links(&shared.base, found, true)))
}

fn with_links(base: &str, found: ByResource, meter_links: bool) -> Resource {
    let mut resource = found.resource;
    let meters = if meter_links {
        found.meters.as_slice()
    } else {
        &[]
    };
    resource.links = links::of_resource(base, &resource.resource_id, meters);
    resource
}
