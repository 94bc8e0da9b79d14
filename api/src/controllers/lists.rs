//! `GET /v2/rabbit/queues` and the like: a broker's lists, by pages or whole.
//!
//! One handler for all of them; each has its path in the document.

use std::hash::Hash;
use std::sync::Arc;

use axum::extract::State;
use axum::response::Response;
use axum::routing::get;
use bytes::Bytes;
use http::header::AGE;
use http::{HeaderMap, HeaderValue};
use metering::error::{ErrorBody, KeystoneErrorBody};
use metering::lists::{List, ListKind, Rights};
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
use crate::state::Shared;
use crate::vhost_set::{BrokerScope, VhostSet};

/// Rows of a page where the request does not say, as on the broker.
const PAGE_SIZE: usize = 100;
/// The most that a page may have, as on the broker.
const MAX_PAGE_SIZE: usize = 500;

/// What a request asks of a list.
#[derive(Debug, Hash)]
struct ListQuery {
    /// Which page, and rows a page; none for the whole list.
    page: Option<(usize, usize)>,
    /// The rows of one vhost alone.
    vhost: Option<String>,
    filter: Option<Filter>,
    sort: Option<Sort>,
}

impl ListQuery {
    fn read(kind: ListKind, arguments: &mut Arguments) -> Result<Self, Error> {
        let page: Option<usize> = arguments.read("page", "is a number from 1 on")?;
        let size: Option<usize> = arguments.read("page_size", "is a number from 1 to 500")?;
        let vhost = arguments.one("vhost")?.filter(|vhost| !vhost.is_empty());
        let text = arguments.one("name")?.filter(|text| !text.is_empty());
        let is_regex = arguments.read("use_regex", "is true or false")?;
        let column = arguments.one("sort")?.filter(|column| !column.is_empty());
        let reverse = arguments.read("sort_reverse", "is true or false")?;
        if page == Some(0) {
            return Err(bad("page", "0", "is a number from 1 on"));
        }
        if let Some(size) = size.filter(|size| !(1..=MAX_PAGE_SIZE).contains(size)) {
            let accepted = "is a number from 1 to 500";
            return Err(bad("page_size", &size.to_string(), accepted));
        }
        if let Some(text) = text.as_ref().filter(|text| text.len() > LONGEST_FILTER) {
            let shown: String = text.chars().take(40).collect();
            return Err(bad("name", &format!("{shown}…"), "are at most 1024 bytes"));
        }
        if let Some(column) = column.as_ref().filter(|column| !kind.has_column(column)) {
            let accepted = "is a field of a row, or a dotted path to a value within";
            return Err(bad("sort", column, accepted));
        }
        Ok(Self {
            page: page
                .or(size.map(|_| 1))
                .map(|page| (page, size.unwrap_or(PAGE_SIZE))),
            vhost,
            filter: text.map(|text| Filter {
                text,
                is_regex: is_regex.unwrap_or(false),
            }),
            sort: column.map(|column| Sort {
                column,
                reverse: reverse.unwrap_or(false),
            }),
        })
    }
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
            (Rights::Administrator, _) => {
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
    shared: &Shared,
    caller: &Caller,
    mut arguments: Arguments,
    headers: &HeaderMap,
) -> Result<Response, Error> {
    let name = arguments.one("broker")?;
    let query = ListQuery::read(kind, &mut arguments)?;
    arguments.finish()?;
    let authorized = shared.authorized_broker(&caller.0, name.as_deref())?;
    let scope = authorized.scope(kind)?.within(query.vhost.as_deref());
    let scope = match &authorized.grant.shown {
        Some(shown) => shown.rows(scope),
        None => scope,
    };
    let account = &caller.0.user_id;
    let regex = match &query.filter {
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
    let found = table.found(&scope, query.filter.as_ref(), query.sort.as_ref());
    let body = if let (Some(selection), Some((page, size))) = (&found, query.page) {
        table.page(selection, page, size)
    } else {
        let is_heavy = query.filter.as_ref().is_some_and(|filter| filter.is_regex);
        let turn = if is_heavy {
            Some(shared.queries.heavy(account).await?)
        } else {
            None
        };
        let made = tokio::task::spawn_blocking(move || {
            let _turn = turn;
            let filter = query.filter.as_ref().zip(regex.as_ref());
            let selection = table.find(&scope, filter, query.sort.as_ref());
            if let Some((page, size)) = query.page {
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
async fn compiled(shared: &Shared, account: &str, filter: &Filter) -> Result<Regex, Error> {
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
    params(
        ("broker" = Option<String>, Query, description = "Its name; may be left out where the caller sees one alone"),
        ("page" = Option<u64>, Query, description = "Which page, from 1 on; without it, and without `page_size`, the whole list"),
        ("page_size" = Option<u64>, Query, description = "Rows a page, 1 to 500; by default 100"),
        ("vhost" = Option<String>, Query, description = "The rows of this vhost alone, which are then all there are"),
        ("name" = Option<String>, Query, description = "What the name must have in it, whatever the case"),
        ("use_regex" = Option<bool>, Query, description = "Whether `name` is a regular expression"),
        ("sort" = Option<String>, Query, description = "A field, or a dotted path such as \
            `message_stats.publish_details.rate`; rows without it come last; by default vhost and name"),
        ("sort_reverse" = Option<bool>, Query, description = "Whether the greatest comes first"),
    ),
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
pub(crate) fn router() -> OpenApiRouter<Arc<Shared>> {
    let mut documented = Documented::openapi().paths.paths;
    let operation = documented.pop_first().and_then(|(_, path)| path.get);
    let operation = operation.unwrap_or_default();
    let routes = ListKind::ALL.map(|kind| route(kind, operation.clone()));
    routes
        .into_iter()
        .fold(OpenApiRouter::new(), OpenApiRouter::routes)
}

fn route(kind: ListKind, mut operation: Operation) -> UtoipaMethodRouter<Arc<Shared>> {
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
    let handler = move |State(shared): State<Arc<Shared>>,
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
