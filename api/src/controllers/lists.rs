//! `GET /v2/rabbit/queues` and the like: a broker's lists, by pages or whole.
//!
//! One handler for all of them; each has its path in the document.

use std::hash::Hash;
use std::sync::Arc;

use axum::extract::State;
use axum::response::Response;
use bytes::Bytes;
use http::header::AGE;
use http::{HeaderMap, HeaderValue};
use metering::error::{ErrorBody, KeystoneErrorBody};
use metering::{
    Binding, Channel, Connection, Consumer, DeprecatedFeature, Exchange, FeatureFlag,
    FederationLink, FederationUpstream, Permission, Policy, Queue, Shovel, StreamConsumer,
    StreamPublisher, Timestamp, TopicPermission, Trace, TraceFile, User, UserLimit, Vhost,
    VhostLimit,
};
use regex::Regex;
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use crate::auth::authorized_broker::AuthorizedBroker;
use crate::auth::identity::auth::Caller;
use crate::http::error::Error;
use crate::http::etag::ConditionalResponse;
use crate::http::params::Arguments;
use crate::lists::kind::{Kind, Rights};
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
    fn read(kind: Kind, arguments: &mut Arguments) -> Result<Self, Error> {
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
    pub(crate) fn scope(&self, kind: Kind) -> Result<Scope, Error> {
        let of = |vhost_set: &VhostSet| Scope::Vhosts(vhost_set.id, Arc::clone(&vhost_set.vhosts));
        let in_vhosts = |found: Option<&VhostSet>| found.map_or(Scope::All, of);
        Ok(match (kind.rights(), self.scope) {
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
    kind: Kind,
    shared: &Shared,
    caller: &Caller,
    mut arguments: Arguments,
    headers: &HeaderMap,
) -> Result<Response, Error> {
    let name = arguments.one("broker")?;
    let query = ListQuery::read(kind, &mut arguments)?;
    arguments.finish()?;
    let authorized = shared.authorized_broker(&caller.0, name.as_deref())?;
    let with_hashes = shared.config.password_hashes && authorized.is_administrator();
    let kind = match kind {
        Kind::Users if with_hashes => Kind::UsersWithHashes,
        kind => kind,
    };
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

/// The handlers, which differ in their paths and types alone.
macro_rules! lists {
    ($($handler:ident, $kind:ident, $path:literal, $operation:literal, $type:ty, $doc:literal;)*) => {
        pub(crate) fn router() -> OpenApiRouter<Arc<Shared>> {
            OpenApiRouter::new()$(.routes(routes!($handler)))*
        }

        $(
            #[doc = $doc]
            ///
            /// Asked of the broker while somebody asks here, within a budget. With `page` or
            /// `page_size` the answer is a page object: `items`, `page`, `page_size`, `page_count`,
            /// `item_count`, `filtered_count`, `total_count`, `observed_at`, `stats_observed_at`, and
            /// `missing` where the broker's statistics are off. Rows that cannot be read are left out,
            /// and `unreadable` counts them.
            #[utoipa::path(
                get,
                path = $path,
                operation_id = $operation,
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
                    (status = 200, body = Vec<$type>, headers(
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
            async fn $handler(
                State(shared): State<Arc<Shared>>,
                caller: Caller,
                arguments: Arguments,
                headers: HeaderMap,
            ) -> Result<Response, Error> {
                answer(Kind::$kind, &shared, &caller, arguments, &headers).await
            }
        )*
    };
}

lists! {
    queues, Queues, "/v2/rabbit/queues", "listQueues", Queue, "The queues and streams of a broker.";
    connections, Connections, "/v2/rabbit/connections", "listConnections", Connection, "The client connections of a broker.";
    channels, Channels, "/v2/rabbit/channels", "listChannels", Channel, "The channels of a broker.";
    exchanges, Exchanges, "/v2/rabbit/exchanges", "listExchanges", Exchange, "The exchanges of a broker.";
    bindings, Bindings, "/v2/rabbit/bindings", "listBindings", Binding, "The bindings of a broker.";
    consumers, Consumers, "/v2/rabbit/consumers", "listConsumers", Consumer, "The consumers of a broker.";
    vhosts, Vhosts, "/v2/rabbit/vhosts", "listVhosts", Vhost, "The vhosts of a broker.";
    permissions, Permissions, "/v2/rabbit/permissions", "listPermissions", Permission, "What accounts may do, for administrators.";
    topic_permissions, TopicPermissions, "/v2/rabbit/topic-permissions", "listTopicPermissions", TopicPermission,
        "With which routing keys accounts may use topic exchanges, for administrators.";
    policies, Policies, "/v2/rabbit/policies", "listPolicies", Policy, "The policies of a broker.";
    operator_policies, OperatorPolicies, "/v2/rabbit/operator-policies", "listOperatorPolicies", Policy, "The operators' policies of a broker.";
    vhost_limits, VhostLimits, "/v2/rabbit/vhost-limits", "listVhostLimits", VhostLimit, "The limits of a broker's vhosts.";
    user_limits, UserLimits, "/v2/rabbit/user-limits", "listUserLimits", UserLimit, "The limits of a broker's accounts.";
    feature_flags, FeatureFlags, "/v2/rabbit/feature-flags", "listFeatureFlags", FeatureFlag, "What a broker has switched on, for administrators.";
    deprecated_features, DeprecatedFeatures, "/v2/rabbit/deprecated-features", "listDeprecatedFeatures", DeprecatedFeature,
        "What a later version of a broker will not have, for administrators.";
    deprecated_features_used, DeprecatedFeaturesUsed, "/v2/rabbit/deprecated-features/used", "listDeprecatedFeaturesUsed",
        DeprecatedFeature, "What of that is in use, for administrators.";
    users, Users, "/v2/rabbit/users", "listUsers", User,
        "The accounts of a broker, never their passwords; for administrators.";
    shovels, Shovels, "/v2/rabbit/shovels", "listShovels", Shovel,
        "The shovels of a broker, never their accounts; for accounts with the tag monitoring or administrator.";
    federation_links, FederationLinks, "/v2/rabbit/federation-links", "listFederationLinks", FederationLink,
        "The links of a broker's federation, never their accounts; for accounts with the tag monitoring or administrator.";
    federation_upstreams, FederationUpstreams, "/v2/rabbit/federation-upstreams", "listFederationUpstreams", FederationUpstream,
        "Where a broker's federation gets messages from, never its accounts there; for accounts with the tag policymaker or administrator.";
    traces, Traces, "/v2/rabbit/traces", "listTraces", Trace, "The traces of a broker, for administrators.";
    trace_files, TraceFiles, "/v2/rabbit/trace-files", "listTraceFiles", TraceFile,
        "The files that a broker's traces wrote, never what is in them; for administrators.";
    stream_publishers, StreamPublishers, "/v2/rabbit/stream-publishers", "listStreamPublishers", StreamPublisher,
        "The publishers of a broker's stream protocol.";
    stream_consumers, StreamConsumers, "/v2/rabbit/stream-consumers", "listStreamConsumers", StreamConsumer,
        "The consumers of a broker's stream protocol.";
}
