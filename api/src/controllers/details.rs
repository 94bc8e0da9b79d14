//! `GET /v2/rabbit/queues/{vhost}/{name}` and the like: one object in full.

use std::sync::Arc;
use std::time::Duration;

use axum::extract::{Path, State};
use axum::response::Response;
use http::HeaderMap;
use metering::error::{ErrorBody, KeystoneErrorBody};
use metering::lenient_serde::Objects;
use metering::lists::ListKind;
use metering::segment::of_segment;
use metering::{
    ChannelDetails, ConnectionDetails, Exchange, ExchangeDetails, NodeInternals, Page,
    PolicyDetails, Queue, QueueDetails, Table, UserDetails, VhostDetails,
};
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use super::detail_request::{DetailRequest, is_step, list_if, read, read_if};
use super::listed_object::{Statistics, rows_of_page};
use crate::auth::identity::auth::Caller;
use crate::broker::object_details::ObjectRequest;
use crate::http::error::Error;
use crate::http::json::json;
use crate::http::params::Arguments;
use crate::state::ApiState;

/// What costs a broker some effort it is asked for no more often.
const EFFORT: Duration = Duration::from_mins(1);

pub(crate) fn router() -> OpenApiRouter<Arc<ApiState>> {
    OpenApiRouter::new()
        .routes(routes!(queue))
        .routes(routes!(exchange))
        .routes(routes!(connection))
        .routes(routes!(channel))
        .routes(routes!(node))
        .routes(routes!(node_internals))
        .routes(routes!(vhost))
        .routes(routes!(user))
        .routes(routes!(policy))
        .routes(routes!(operator_policy))
}

macro_rules! details {
    ($($handler:ident($($arg:ident = $word:literal),+), $path:literal, $operation:literal, $type:ty, $doc:literal,
        |$request:ident| $work:expr;)*) => {
        $(
            #[doc = $doc]
            ///
            /// The broker is asked when somebody looks, at most once a tick, and only a few objects at
            /// once. An object that a list younger than a tick does not hold is not asked for.
            #[utoipa::path(
                get,
                path = $path,
                operation_id = $operation,
                tag = "rabbit",
                params(
                    $(($word = String, Path, description = "Percent-encoded: it may hold anything. A name `.` or `..`, which no URL has, is written `~.` or `~..`, and one that looks like that with one more `~`"),)+
                    ("broker" = Option<String>, Query, description = "Its name; may be left out where the caller sees one alone"),
                    ("samples" = Option<u32>, Query, description = "With the broker's own samples of so many seconds: \
                        60, 600, 3600, 28800 or 86400. Of most objects it keeps an hour"),
                ),
                responses(
                    (status = 200, body = $type, headers(
                        ("X-Observed-At" = String, description = "When it was read from the broker"),
                        ("Age" = u64, description = "How long ago that is, in seconds"),
                        ("Warning" = Option<String>, description = "`110` where the broker does not answer"))),
                    (status = 304, description = "Unchanged since the `ETag` in `If-None-Match`"),
                    (status = 400, body = ErrorBody, description = "Several brokers and none named, or an unknown argument"),
                    (status = 401, body = KeystoneErrorBody, description = "No valid token"),
                    (status = 403, body = ErrorBody, description = "The account's tags do not suffice"),
                    (status = 404, body = ErrorBody, description = "There is none, or the caller may not know of it"),
                    (status = 503, body = ErrorBody, description = "The broker did not answer, or too many requests for objects are waiting"),
                )
            )]
            async fn $handler(
                State(shared): State<Arc<ApiState>>,
                caller: Caller,
                Path(($($arg,)+)): Path<($(details!(@string $arg),)+)>,
                arguments: Arguments,
                headers: HeaderMap,
            ) -> Result<Response, Error> {
                $(let $arg = of_segment(&$arg).to_owned();)+
                let $request = DetailRequest::new(&shared, &caller, arguments, &headers, stringify!($handler), &[$($arg.as_str()),+])?;
                $work
            }
        )*
    };
    (@string $arg:ident) => { String };
}

details! {
    queue(vhost = "vhost", name = "name"), "/v2/rabbit/queues/{vhost}/{name}", "getQueue", QueueDetails, "A queue in full.",
    |request| {
        request.must_see_vhost(ListKind::Queues, &vhost)?;
        request.must_be_listed(ListKind::Queues, Some(&vhost), &name)?;
        if is_step(&vhost) || is_step(&name) {
            let path = request.one_of_list("queues", &vhost, &name, Statistics::On)?;
            let path = request.with_samples(&path);
            let is_it = |row: &QueueDetails| row.queue.vhost == vhost && row.queue.name == name;
            let detail = request.row_of(path, rows_of_page::<QueueDetails>, is_it);
            return Ok(request.answer(detail.await?));
        }
        // Where statistics are off the list alone has the depths.
        let path = request.path("queues", &[&vhost, &name])?;
        let mut paths = vec![request.with_samples(&path)];
        if request.authorized.broker.is_without_statistics() {
            paths.push(request.one_of_list("queues", &vhost, &name, Statistics::Off)?);
        }
        let detail = request.fetch(ObjectRequest {
            paths,
            needed: 1,
            make: |bodies| {
                let mut queue: QueueDetails = read(bodies, 0)?;
                let listed: Option<Page<Queue>> = read_if(bodies, 1);
                if let Some(listed) = listed.and_then(|page| page.items.into_iter().next()) {
                    queue.queue.messages = queue.queue.messages.or(listed.messages);
                    queue.queue.messages_ready = queue.queue.messages_ready.or(listed.messages_ready);
                    queue.queue.messages_unacknowledged =
                        queue.queue.messages_unacknowledged.or(listed.messages_unacknowledged);
                }
                Ok(json(&queue))
            },
        });
        Ok(request.answer(detail.await?))
    };
    exchange(vhost = "vhost", name = "name"), "/v2/rabbit/exchanges/{vhost}/{name}", "getExchange", ExchangeDetails,
    "An exchange in full, with the bindings from it and to it; `amq.default` is the default exchange.",
    |request| {
        request.must_see_vhost(ListKind::Exchanges, &vhost)?;
        // Every vhost has the default exchange.
        if name != "amq.default" {
            request.must_be_listed(ListKind::Exchanges, Some(&vhost), &name)?;
        }
        if is_step(&vhost) || is_step(&name) {
            let listed = if name == "amq.default" { "" } else { &name };
            let path = request.one_of_list("exchanges", &vhost, listed, Statistics::On)?;
            let path = request.with_samples(&path);
            let is_it =
                |row: &ExchangeDetails| row.exchange.vhost == vhost && row.exchange.name == listed;
            let detail = request.row_of(path, rows_of_page::<ExchangeDetails>, is_it).await?;
            return Ok(request.answer(request.with_bindings(detail).await));
        }
        let path = request.path("exchanges", &[&vhost, &name])?;
        let bindings = |end| format!("{path}/bindings/{end}");
        // Where statistics are off a broker of 3.10 fails when it is asked for one.
        let exchange = if request.authorized.broker.is_without_statistics() {
            let name = if name == "amq.default" { "" } else { &name };
            request.one_of_list("exchanges", &vhost, name, Statistics::Off)?
        } else {
            request.with_samples(&path)
        };
        let detail = request.fetch(ObjectRequest {
            paths: vec![exchange, bindings("source"), bindings("destination")],
            needed: 3,
            make: |bodies| {
                let listed = read::<Page<Exchange>>(bodies, 0).ok();
                let listed = listed.and_then(|page| page.items.into_iter().next());
                let mut exchange = match listed {
                    Some(exchange) => ExchangeDetails { exchange, ..ExchangeDetails::default() },
                    None => read(bodies, 0)?,
                };
                exchange.bindings_source = Some(read::<Objects<_>>(bodies, 1)?.rows);
                exchange.bindings_destination = Some(read::<Objects<_>>(bodies, 2)?.rows);
                Ok(json(&exchange))
            },
        });
        Ok(request.answer(detail.await?))
    };
    connection(name = "name"), "/v2/rabbit/connections/{name}", "getConnection", ConnectionDetails,
    "A connection in full, with its channels, or the sessions of AMQP 1.0.",
    |request| {
        request.must_be_listed(ListKind::Connections, None, &name)?;
        let path = request.path("connections", &[&name])?;
        let mut paths = vec![request.with_samples(&path), format!("{path}/channels")];
        // Older ones would say that there is no such thing, every time.
        if request.authorized.is_at_least((4, 1)) {
            paths.push(format!("{path}/sessions"));
        }
        let detail = request.fetch(ObjectRequest {
            paths,
            needed: 1,
            make: |bodies| {
                let mut connection: ConnectionDetails = read(bodies, 0)?;
                connection.channel_details = list_if(bodies, 1);
                connection.sessions = list_if(bodies, 2);
                Ok(json(&connection))
            },
        });
        request.owned(ListKind::Connections, detail.await?)
    };
    channel(name = "name"), "/v2/rabbit/channels/{name}", "getChannel", ChannelDetails, "A channel in full.",
    |request| {
        request.must_be_listed(ListKind::Channels, None, &name)?;
        let path = request.path("channels", &[&name])?;
        let detail = request.fetch(ObjectRequest {
            paths: vec![request.with_samples(&path)],
            needed: 1,
            make: |bodies| Ok(json(&read::<ChannelDetails>(bodies, 0)?)),
        });
        request.owned(ListKind::Channels, detail.await?)
    };
    node(name = "name"), "/v2/rabbit/nodes/{name}", "getNode", Table,
    "A node in full, as the broker names things, with where its memory went.",
    |request| {
        request.authorized.require_all()?;
        request.must_be_node()?;
        let path = format!("{}?memory=true", request.path("nodes", &[&name])?);
        let detail = request.fetch(ObjectRequest {
            paths: vec![request.with_samples(&path)],
            needed: 1,
            make: |bodies| Ok(json(&read::<Table>(bodies, 0)?)),
        });
        Ok(request.answer(detail.await?))
    };
    node_internals(name = "name"), "/v2/rabbit/node-internals/{name}", "getNodeInternals", NodeInternals,
    "Erlang's tables of a node, what refers to binaries there and, for administrators, which processes do most. \
     Finding it out costs the node some effort: it is asked once a minute at most.",
    |request| {
        request.authorized.require_all()?;
        request.must_be_node()?;
        let path = request.path("nodes", &[&name])?;
        let detail = request.fetch_seldom(EFFORT, ObjectRequest {
            paths: vec![
                format!("{path}/memory/ets"),
                format!("{path}?binary=true&columns=binary"),
                // The plugin has more in its own view; these are the ones that do most.
                format!("{}?row_count=30", request.path("top", &[&name])?),
            ],
            needed: 0,
            make: |bodies| {
                let ets: Option<NodeInternals> = read_if(bodies, 0);
                let mut internals = ets.unwrap_or_default();
                let binary: Option<NodeInternals> = read_if(bodies, 1);
                internals.binary = binary.and_then(|read| read.binary);
                let top: Option<NodeInternals> = read_if(bodies, 2);
                internals.processes = top.and_then(|read| read.processes);
                Ok(json(&internals))
            },
        });
        Ok(request.trimmed::<NodeInternals>(detail.await?, |internals| internals.processes = None))
    };
    vhost(name = "name"), "/v2/rabbit/vhosts/{name}", "getVhost", VhostDetails,
    "A vhost in full, for administrators with who may do what in it.",
    |request| {
        request.must_see_vhost(ListKind::Vhosts, &name)?;
        request.must_be_listed(ListKind::Vhosts, None, &name)?;
        let detail = if is_step(&name) {
            request.listed_vhost(&name).await?
        } else {
            let path = request.path("vhosts", &[&name])?;
            let detail = request.fetch(ObjectRequest {
                paths: vec![
                    request.with_samples(&path),
                    format!("{path}/permissions"),
                    format!("{path}/topic-permissions"),
                ],
                needed: 1,
                make: |bodies| {
                    let mut vhost: VhostDetails = read(bodies, 0)?;
                    vhost.permissions = list_if(bodies, 1);
                    vhost.topic_permissions = list_if(bodies, 2);
                    Ok(json(&vhost))
                },
            });
            detail.await?
        };
        Ok(request.trimmed::<VhostDetails>(detail, |vhost| {
            vhost.permissions = None;
            vhost.topic_permissions = None;
        }))
    };
    user(name = "name"), "/v2/rabbit/users/{name}", "getUser", UserDetails,
    "An account in full, never its password, with what it may do; for administrators.",
    |request| {
        // A broker shows an account to administrators alone, its own too.
        if !request.authorized.is_administrator() {
            return Err(Error::Forbidden);
        }
        request.must_be_listed(ListKind::Users, None, &name)?;
        if is_step(&name) {
            return Ok(request.answer(request.listed_user(&name).await?));
        }
        let path = request.path("users", &[&name])?;
        let detail = request.fetch(ObjectRequest {
            paths: vec![
                format!("{path}?columns={}", ListKind::Users.properties().columns),
                format!("{path}/permissions"),
                format!("{path}/topic-permissions"),
            ],
            needed: 1,
            make: |bodies| {
                let mut user: UserDetails = read(bodies, 0)?;
                user.user.forget_hash();
                user.permissions = list_if(bodies, 1);
                user.topic_permissions = list_if(bodies, 2);
                Ok(json(&user))
            },
        });
        Ok(request.answer(detail.await?))
    };
    policy(vhost = "vhost", name = "name"), "/v2/rabbit/policies/{vhost}/{name}", "getPolicy", PolicyDetails,
    "A policy, with the queues and exchanges that it may apply to.",
    |request| {
        request.must_see_vhost(ListKind::Policies, &vhost)?;
        request.must_be_listed(ListKind::Policies, Some(&vhost), &name)?;
        let detail = request.policy("policies", &vhost, &name).await?;
        Ok(request.answer(request.with_matches(&vhost, detail, false).await?))
    };
    operator_policy(vhost = "vhost", name = "name"), "/v2/rabbit/operator-policies/{vhost}/{name}", "getOperatorPolicy",
    PolicyDetails, "An operators' policy, with the queues that it may apply to.",
    |request| {
        request.must_see_vhost(ListKind::OperatorPolicies, &vhost)?;
        request.must_be_listed(ListKind::OperatorPolicies, Some(&vhost), &name)?;
        let detail = request.policy("operator-policies", &vhost, &name).await?;
        Ok(request.answer(request.with_matches(&vhost, detail, true).await?))
    };
}
