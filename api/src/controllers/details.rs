//! `GET /v2/rabbit/queues/{vhost}/{name}` and the like: one object in full.

use std::collections::hash_map::DefaultHasher;
use std::hash::{Hash, Hasher};
use std::sync::Arc;

use axum::extract::{Path, State};
use axum::response::Response;
use bytes::Bytes;
use http::HeaderMap;
use metering::error::{ErrorBody, KeystoneErrorBody};
use metering::{ChannelDetails, ConnectionDetails, ExchangeDetails, Node, QueueDetails, Table};
use percent_encoding::{NON_ALPHANUMERIC, utf8_percent_encode};
use serde::Deserialize;
use serde::de::DeserializeOwned;
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use crate::collector::details::Wanted;
use crate::collector::lists::kind::Kind;
use crate::collector::lists::select::Scope;
use crate::error::Error;
use crate::identity::auth::Caller;
use crate::protocol::answer::Answer;
use crate::protocol::query::Arguments;
use crate::snapshot::json;
use crate::state::{Picked, Shared};

/// Whose a connection or a channel is.
#[derive(Deserialize)]
struct Owned {
    #[serde(default)]
    user: String,
}

fn read<T: DeserializeOwned>(bodies: &[Vec<u8>], place: usize) -> Result<T, serde_json::Error> {
    serde_json::from_slice(bodies.get(place).map_or(&[], Vec::as_slice))
}

/// A broker's path of an object; none of a name that a URL would take for a step in the path.
fn path(kind: &str, names: &[&str]) -> Option<String> {
    let mut path = format!("api/{kind}");
    for name in names {
        if matches!(*name, "" | "." | "..") {
            return None;
        }
        path.push('/');
        path.extend(utf8_percent_encode(name, NON_ALPHANUMERIC));
    }
    Some(path)
}

/// A request for one object.
struct Request<'a> {
    shared: &'a Shared,
    picked: Picked<'a>,
    headers: &'a HeaderMap,
    what: &'static str,
    name: &'a str,
}

impl<'a> Request<'a> {
    fn new(
        shared: &'a Shared,
        caller: &'a Caller,
        mut arguments: Arguments,
        headers: &'a HeaderMap,
        what: &'static str,
        names: &[&'a str],
    ) -> Result<Self, Error> {
        let broker = arguments.one("broker")?;
        arguments.finish()?;
        Ok(Self {
            shared,
            picked: shared.pick(&caller.0, broker.as_deref())?,
            headers,
            what,
            name: names.last().copied().unwrap_or_default(),
        })
    }

    fn not_found(&self) -> Error {
        Error::NotFound {
            what: self.what,
            id: self.name.to_owned(),
        }
    }

    /// Of an account's own vhosts alone: what else there is it may not know.
    fn must_see_vhost(&self, kind: Kind, user: &str, vhost: &str) -> Result<(), Error> {
        match self.picked.scope(kind, user)? {
            Scope::Vhosts(_, vhosts) if !vhosts.contains(vhost) => Err(self.not_found()),
            _ => Ok(()),
        }
    }

    /// Refuses a name that is no node's: asked for one, a broker fails.
    fn must_be_node(&self) -> Result<(), Error> {
        let snapshot = self.picked.broker.snapshot();
        let Some(facts) = &snapshot.facts else {
            let reason = snapshot.broker.reason.clone();
            return Err(self.picked.not_answered(self.shared, reason));
        };
        let nodes: Vec<Node> = serde_json::from_slice(&facts.nodes_json).unwrap_or_default();
        if nodes.iter().any(|node| node.name == self.name) {
            Ok(())
        } else {
            Err(self.not_found())
        }
    }

    async fn fetch(&self, wanted: Wanted) -> Result<Bytes, Error> {
        let broker = self.picked.broker;
        let snapshot = broker.snapshot();
        if snapshot.is_stale() {
            let reason = snapshot.broker.reason.clone();
            return Err(self.picked.not_answered(self.shared, reason));
        }
        let config = &self.shared.config;
        let found = broker.details(wanted, config.tick, config.answer_timeout);
        found.await.map_err(|error| {
            if error.is_absence() {
                self.not_found()
            } else {
                self.picked
                    .not_answered(self.shared, Some(error.to_string()))
            }
        })
    }

    fn answer(&self, body: Bytes) -> Response {
        let mut hasher = DefaultHasher::new();
        body.hash(&mut hasher);
        let etag = format!("{}.{:016x}", self.what, hasher.finish());
        Answer {
            body,
            etag: self.picked.etag(self.shared, &etag),
            stale: false,
        }
        .to(self.headers)
    }
}

pub(crate) fn router() -> OpenApiRouter<Arc<Shared>> {
    OpenApiRouter::new()
        .routes(routes!(queue))
        .routes(routes!(exchange))
        .routes(routes!(connection))
        .routes(routes!(channel))
        .routes(routes!(node))
}

macro_rules! details {
    ($($handler:ident($($arg:ident = $word:literal),+), $path:literal, $operation:literal, $type:ty, $doc:literal,
        |$request:ident, $caller:ident| $work:expr;)*) => {
        $(
            #[doc = $doc]
            ///
            /// The broker is asked when somebody looks, at most once a tick.
            #[utoipa::path(
                get,
                path = $path,
                operation_id = $operation,
                tag = "rabbit",
                params(
                    $(($word = String, Path, description = "Percent-encoded: it may hold anything"),)+
                    ("broker" = Option<String>, Query, description = "Its name; may be left out where the caller sees one alone"),
                ),
                responses(
                    (status = 200, body = $type),
                    (status = 304, description = "Unchanged since the `ETag` in `If-None-Match`"),
                    (status = 400, body = ErrorBody, description = "Several brokers and none named, or an unknown argument"),
                    (status = 401, body = KeystoneErrorBody, description = "No valid token"),
                    (status = 403, body = ErrorBody, description = "The account's tags do not suffice"),
                    (status = 404, body = ErrorBody, description = "There is none, or the caller may not know of it"),
                    (status = 503, body = ErrorBody, description = "The broker did not answer"),
                )
            )]
            async fn $handler(
                State(shared): State<Arc<Shared>>,
                $caller: Caller,
                Path(($($arg,)+)): Path<($(details!(@string $arg),)+)>,
                arguments: Arguments,
                headers: HeaderMap,
            ) -> Result<Response, Error> {
                let $request = Request::new(&shared, &$caller, arguments, &headers, stringify!($handler), &[$($arg.as_str()),+])?;
                $work
            }
        )*
    };
    (@string $arg:ident) => { String };
}

details! {
    queue(vhost = "vhost", name = "name"), "/v2/rabbit/queues/{vhost}/{name}", "getQueue", QueueDetails, "A queue in full.",
    |request, caller| {
        request.must_see_vhost(Kind::Queues, &caller.0.user, &vhost)?;
        let path = path("queues", &[&vhost, &name]).ok_or_else(|| request.not_found())?;
        let body = request.fetch(Wanted {
            paths: vec![path],
            make: |bodies| Ok(json(&read::<QueueDetails>(bodies, 0)?)),
        });
        Ok(request.answer(body.await?))
    };
    exchange(vhost = "vhost", name = "name"), "/v2/rabbit/exchanges/{vhost}/{name}", "getExchange", ExchangeDetails,
    "An exchange in full, with the bindings from it and to it; `amq.default` is the default exchange.",
    |request, caller| {
        request.must_see_vhost(Kind::Exchanges, &caller.0.user, &vhost)?;
        let path = path("exchanges", &[&vhost, &name]).ok_or_else(|| request.not_found())?;
        let bindings = |end| format!("{path}/bindings/{end}");
        let body = request.fetch(Wanted {
            paths: vec![path.clone(), bindings("source"), bindings("destination")],
            make: |bodies| {
                let mut exchange: ExchangeDetails = read(bodies, 0)?;
                exchange.bindings_source = Some(read(bodies, 1)?);
                exchange.bindings_destination = Some(read(bodies, 2)?);
                Ok(json(&exchange))
            },
        });
        Ok(request.answer(body.await?))
    };
    connection(name = "name"), "/v2/rabbit/connections/{name}", "getConnection", ConnectionDetails,
    "A connection in full, with its channels.",
    |request, caller| {
        let path = path("connections", &[&name]).ok_or_else(|| request.not_found())?;
        let channels = format!("{path}/channels");
        let body = request.fetch(Wanted {
            paths: vec![path, channels],
            make: |bodies| {
                let mut connection: ConnectionDetails = read(bodies, 0)?;
                connection.channel_details = Some(read(bodies, 1)?);
                Ok(json(&connection))
            },
        });
        owned(&request, Kind::Connections, &caller.0.user, body.await?)
    };
    channel(name = "name"), "/v2/rabbit/channels/{name}", "getChannel", ChannelDetails, "A channel in full.",
    |request, caller| {
        let path = path("channels", &[&name]).ok_or_else(|| request.not_found())?;
        let body = request.fetch(Wanted {
            paths: vec![path],
            make: |bodies| Ok(json(&read::<ChannelDetails>(bodies, 0)?)),
        });
        owned(&request, Kind::Channels, &caller.0.user, body.await?)
    };
    node(name = "name"), "/v2/rabbit/nodes/{name}", "getNode", Table,
    "A node in full, as the broker names things, with where its memory went.",
    |request, caller| {
        request.picked.must_see_all()?;
        request.must_be_node()?;
        let path = path("nodes", &[&name]).ok_or_else(|| request.not_found())?;
        let body = request.fetch(Wanted {
            paths: vec![format!("{path}?memory=true")],
            make: |bodies| Ok(json(&read::<Table>(bodies, 0)?)),
        });
        Ok(request.answer(body.await?))
    };
}

/// Of an account's own connections alone: what else there is it may not know.
fn owned(request: &Request<'_>, kind: Kind, user: &str, body: Bytes) -> Result<Response, Error> {
    if let Scope::Account(user) = request.picked.scope(kind, user)? {
        let theirs = serde_json::from_slice::<Owned>(&body).is_ok_and(|owned| owned.user == user);
        if !theirs {
            return Err(request.not_found());
        }
    }
    Ok(request.answer(body))
}
