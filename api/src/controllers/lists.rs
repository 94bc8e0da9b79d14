//! `GET /v2/rabbit/queues` and the like: a broker's lists, by pages or whole.
//!
//! One handler for all of them; each has its path in the document.

use std::sync::Arc;

use axum::extract::State;
use axum::response::Response;
use axum::routing::get;
use bytes::Bytes;
use http::header::AGE;
use http::{HeaderMap, HeaderValue};
use metering::error::{ErrorBody, KeystoneErrorBody};
use metering::lists::{List, ListKind, Rights};
use metering::requests::{BrokerQuery, ListQuery};
use metering::{Timestamp, with_list};
use regex::Regex;
use utoipa::openapi::path::{HttpMethod, Operation, Paths};
use utoipa::openapi::schema::{ArrayBuilder, Schema};
use utoipa::openapi::{Content, Ref, RefOr};
use utoipa::{OpenApi, ToSchema};
use utoipa_axum::router::{OpenApiRouter, UtoipaMethodRouter};

use crate::auth::authorized_broker::AuthorizedBroker;
use crate::auth::identity::auth::Caller;
use crate::http::error::Error;
use crate::http::etag::ConditionalResponse;
use crate::http::params::Arguments;
use crate::lists::registry::{Failure, Listed};
use crate::lists::select::{Filter, LONGEST_FILTER, Scope, Sort};
use crate::state::ApiState;
use crate::vhost_set::{BrokerScope, VhostSet};

fn read(kind: ListKind, arguments: &mut Arguments) -> Result<ListQuery, Error> {
    let named = |text: &String| !text.is_empty();
    let query = ListQuery {
        page: arguments.read("page", "is a number from 1 on")?,
        page_size: arguments.read("page_size", "is a number from 1 to 500")?,
        vhost: arguments.one("vhost")?.filter(named),
        name: arguments.one("name")?.filter(named),
        use_regex: flag(arguments, "use_regex")?,
        sort: arguments.one("sort")?.filter(named),
        sort_reverse: flag(arguments, "sort_reverse")?,
    };
    if query.page == Some(0) {
        return Err(bad("page", "0", "is a number from 1 on"));
    }
    let sizes = 1..=ListQuery::MAX_PAGE_SIZE;
    if let Some(size) = query.page_size.filter(|size| !sizes.contains(size)) {
        let accepted = "is a number from 1 to 500";
        return Err(bad("page_size", &size.to_string(), accepted));
    }
    if let Some(text) = query
        .name
        .as_ref()
        .filter(|text| text.len() > LONGEST_FILTER)
    {
        let shown: String = text.chars().take(40).collect();
        return Err(bad("name", &format!("{shown}…"), "are at most 1024 bytes"));
    }
    if let Some(column) = query
        .sort
        .as_ref()
        .filter(|column| !kind.has_column(column))
    {
        let accepted = "is a field of a row, or a dotted path to a value within";
        return Err(bad("sort", column, accepted));
    }
    Ok(query)
}

fn flag(arguments: &mut Arguments, name: &str) -> Result<bool, Error> {
    let flag = arguments.read(name, "is true or false")?;
    Ok(flag.unwrap_or(false))
}

/// The page and rows a page; none for the whole list.
fn page_of(query: &ListQuery) -> Option<(usize, usize)> {
    let page = query.page.or(query.page_size.map(|_| 1))?;
    let size = query.page_size.unwrap_or(ListQuery::DEFAULT_PAGE_SIZE);
    Some((usize::try_from(page).unwrap_or(usize::MAX), size as usize))
}

fn bad(name: &str, value: &str, accepted: &str) -> Error {
    Error::BadArgument(format!(
        "Invalid value {value:?} for \"{name}\": accepted {accepted}"
    ))
}

impl AuthorizedBroker<'_> {
    /// Which rows of a list the caller may see.
    pub(crate) fn scope(&self, kind: ListKind) -> Result<Scope, Error> {
        let of = |vhost_set: &VhostSet| Scope::Vhosts(vhost_set.id, Arc::clone(&vhost_set.vhosts));
        let in_vhosts = |found: Option<&VhostSet>| found.map_or(Scope::All, of);
        Ok(match (kind.properties().rights, self.scope) {
            (Rights::Everybody, _) | (Rights::OwnAccount, BrokerScope::All) => Scope::All,
            (Rights::MonitoredVhosts, BrokerScope::Only(_)) => {
                return Err(Error::Forbidden);
            }
            (Rights::PolicyVhosts, _)
                if !self.has_tag("policymaker") && !self.is_administrator() =>
            {
                return Err(Error::Forbidden);
            }
            (Rights::OwnVhosts | Rights::MonitoredVhosts | Rights::PolicyVhosts, _) => {
                in_vhosts(self.grant.permitted_vhosts())
            }
            (Rights::SeenVhosts, _) => in_vhosts(self.grant.listed_vhosts()),
            // A caller without an account at the broker, of a Keystone for example, has nothing of
            // its own there, whatever it is called.
            (Rights::OwnAccount, BrokerScope::Only(_)) => match &self.grant.account {
                Some(account) => Scope::Account(account.clone()),
                None => Scope::Nothing,
            },
            (Rights::AdministratorBefore4, _) if self.is_at_least((4, 0)) => Scope::All,
            (Rights::Administrator | Rights::AdministratorBefore4, _) => {
                if !self.is_administrator() {
                    return Err(Error::Forbidden);
                }
                Scope::All
            }
        })
    }

    /// Whether the broker counts the caller among its administrators.
    pub(crate) fn is_administrator(&self) -> bool {
        self.has_tag("administrator")
    }

    fn has_tag(&self, tag: &str) -> bool {
        self.grant.has_tag(tag)
    }
}

async fn answer(
    kind: ListKind,
    shared: &ApiState,
    caller: &Caller,
    mut arguments: Arguments,
    headers: &HeaderMap,
) -> Result<Response, Error> {
    let name = arguments.one("broker")?;
    let query = read(kind, &mut arguments)?;
    arguments.finish()?;
    let authorized = shared.authorized_broker(&caller.0, name.as_deref())?;
    let scope = authorized.scope(kind)?.within(query.vhost.as_deref());
    let scope = match &authorized.grant.shown {
        Some(shown) => shown.rows(scope),
        None => scope,
    };
    let account = &caller.0.user_id;
    let filter = query.name.clone().map(|text| Filter {
        text,
        is_regex: query.use_regex,
    });
    let sort = query.sort.clone().map(|column| Sort {
        column,
        reverse: query.sort_reverse,
    });
    let regex = match &filter {
        Some(filter) => Some(compiled(shared, account, filter).await?),
        None => None,
    };
    let Listed { table, stale } =
        authorized
            .broker
            .list(kind)
            .await
            .map_err(|failure| match failure {
                Failure::Absent => Error::NotOffered {
                    broker: authorized.broker.name.clone(),
                    list: kind.name(),
                },
                Failure::StatisticsOff => Error::StatisticsOff {
                    broker: authorized.broker.name.clone(),
                    list: kind.name(),
                },
                Failure::Silent(reason) => authorized.not_answered(shared, Some(reason)),
            })?;

    let etag = authorized.etag(shared).part(kind.name());
    let etag = etag
        .part(table.generation)
        .part(scope.key())
        .hash_of(&query);
    let (observed_at, unreadable) = (table.observed_at, table.unreadable);
    let found = table.found(&scope, filter.as_ref(), sort.as_ref());
    let page = page_of(&query);
    let body = if let (Some(selection), Some((page, size))) = (&found, page) {
        table.page(selection, page, size)
    } else {
        let is_heavy = filter.as_ref().is_some_and(|filter| filter.is_regex);
        let turn = if is_heavy {
            Some(shared.queries.heavy(account).await?)
        } else {
            None
        };
        let made = tokio::task::spawn_blocking(move || {
            let _turn = turn;
            let filter = filter.as_ref().zip(regex.as_ref());
            let selection = table.find(&scope, filter, sort.as_ref());
            if let Some((page, size)) = page {
                return table.page(&selection, page, size);
            }
            let mut body = Vec::new();
            table.write(&selection.rows, &mut body);
            body
        });
        made.await
            .map_err(|error| authorized.not_answered(shared, Some(error.to_string())))?
    };
    let mut response = ConditionalResponse {
        body: Bytes::from(body),
        etag,
        stale,
    }
    .respond(headers);
    // A list has no place for it but this.
    dated(&mut response, observed_at, shared.config.clock.now());
    if unreadable > 0 {
        let headers = response.headers_mut();
        headers.insert("x-unreadable-rows", HeaderValue::from(unreadable));
    }
    Ok(response)
}

/// A filter, ready to be used. A pattern of the caller's own is compiled beside the threads that
/// answer, and after those of the same account.
async fn compiled(shared: &ApiState, account: &str, filter: &Filter) -> Result<Regex, Error> {
    let made = if filter.is_regex {
        let turn = shared.queries.heavy(account).await?;
        let filter = filter.clone();
        let made = tokio::task::spawn_blocking(move || {
            let _turn = turn;
            filter.compile()
        });
        // It has no other error than a panic.
        made.await.map_err(|_| Error::TooManyQueries)?
    } else {
        filter.compile()
    };
    made.map_err(|error| {
        let accepted = format!("is a regular expression: {error}");
        bad("name", &filter.text, &accepted)
    })
}

/// Says how old an answer is, in both of HTTP's ways.
pub(crate) fn dated(response: &mut Response, observed_at: Timestamp, now: Timestamp) {
    let age = (now.as_millis() - observed_at.as_millis()).max(0) / 1000;
    let headers = response.headers_mut();
    headers.insert(AGE, HeaderValue::from(age));
    if let Ok(at) = HeaderValue::from_str(&observed_at.to_string()) {
        headers.insert("x-observed-at", at);
    }
}

/// The operation that the document has of each list: [`route`] fills in the list.
#[derive(OpenApi)]
#[openapi(paths(list))]
struct Documented;

/// A list of a broker.
///
/// Asked of the broker while somebody asks here, within a budget. With `page` or
/// `page_size` the answer is a page object: `items`, `page`, `page_size`, `page_count`,
/// `item_count`, `filtered_count`, `total_count`, `observed_at`, `stats_observed_at`, and
/// `missing` where the broker's statistics are off. Rows that cannot be read are left out,
/// and `unreadable` counts them.
#[utoipa::path(
    get,
    path = "/v2/rabbit/{list}",
    tag = "rabbit",
    params(BrokerQuery, ListQuery),
    responses(
        (status = 200, headers(
            ("X-Observed-At" = String, description = "When it was read from the broker"),
            ("Age" = u64, description = "How long ago that is, in seconds"),
            ("X-Unreadable-Rows" = Option<u64>, description = "How many rows could not be read and are left out"),
            ("Warning" = Option<String>, description = "`110` where the broker does not answer"))),
        (status = 304, description = "Unchanged since the `ETag` in `If-None-Match`"),
        (status = 400, body = ErrorBody, description = "Several brokers and none named, or an argument that is unknown or cannot be used"),
        (status = 401, body = KeystoneErrorBody, description = "No valid token"),
        (status = 403, body = ErrorBody, description = "The account's tags do not suffice"),
        (status = 404, body = ErrorBody, description = "No such broker, or it has no such list: its version does not know of it, or its statistics are off"),
        (status = 503, body = ErrorBody, description = "The broker did not answer, or not yet"),
    )
)]
#[expect(
    dead_code,
    reason = "the attribute documents a function, and the lists share a closure"
)]
fn list() {}

/// The route of every list.
pub(crate) fn router() -> OpenApiRouter<Arc<ApiState>> {
    let mut documented = Documented::openapi().paths.paths;
    let operation = documented.pop_first().and_then(|(_, path)| path.get);
    let operation = operation.unwrap_or_default();
    let routes = ListKind::ALL.map(|kind| route(kind, operation.clone()));
    routes
        .into_iter()
        .fold(OpenApiRouter::new(), OpenApiRouter::routes)
}

fn route(kind: ListKind, mut operation: Operation) -> UtoipaMethodRouter<Arc<ApiState>> {
    operation.operation_id = Some(format!("list{kind:?}"));
    operation.summary = Some(kind.properties().summary.to_owned());
    let mut schemas = Vec::new();
    let rows = with_list!(kind, L => array_of::<<L as List>::Row>(&mut schemas));
    let answers = &mut operation.responses.responses;
    if let Some(RefOr::T(answer)) = answers.get_mut("200") {
        let content = Content::new(Some(rows));
        answer
            .content
            .insert("application/json".to_owned(), content.into());
    }
    let mut paths = Paths::new();
    let path = format!("/v2/rabbit/{}", kind.name());
    paths.add_path_operation(path, vec![HttpMethod::Get], operation);
    let handler = move |State(shared): State<Arc<ApiState>>,
                        caller: Caller,
                        arguments: Arguments,
                        headers: HeaderMap| async move {
        answer(kind, &shared, &caller, arguments, &headers).await
    };
    (schemas, paths, get(handler))
}

/// The schema of a list of rows; adds the schemas that it refers to.
fn array_of<T: ToSchema>(schemas: &mut Vec<(String, RefOr<Schema>)>) -> RefOr<Schema> {
    schemas.push((T::name().into_owned(), T::schema()));
    T::schemas(schemas);
    ArrayBuilder::new()
        .items(Ref::from_schema_name(T::name()))
        .into()
}
