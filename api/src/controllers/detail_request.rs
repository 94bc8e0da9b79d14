//! A request for one object of a broker: who asks, for what, and what he may know of it.

use std::time::Duration;

use axum::response::Response;
use http::HeaderMap;
use metering::Node;
use metering::lenient_serde::Objects;
use metering::lists::ListKind;
use metering::panel::Subject;
use percent_encoding::{NON_ALPHANUMERIC, utf8_percent_encode};
use serde::Deserialize;
use serde::de::DeserializeOwned;

use super::lists::dated;
use crate::auth::authorized_broker::AuthorizedBroker;
use crate::auth::identity::auth::Caller;
use crate::broker::{detail_cache::Detail, object_details::ObjectRequest};
use crate::http::error::Error;
use crate::http::etag::ConditionalResponse;
use crate::http::params::Arguments;
use crate::lists::rows::utf8;
use crate::lists::select::Scope;
use crate::state::ApiState;

/// How far the broker's own samples go back, and how far apart they are, in seconds: what a broker
/// keeps by default, see `sample_retention_policies`.
const SAMPLES: [(u32, u32); 5] = [(60, 5), (600, 5), (3600, 60), (28_800, 600), (86_400, 1800)];

/// Whose a connection or a channel is.
#[derive(Deserialize)]
struct Owned {
    #[serde(default)]
    user: String,
}

/// Reads one of the broker's answers.
pub(crate) fn read<T: DeserializeOwned>(
    bodies: &[Vec<u8>],
    place: usize,
) -> Result<T, serde_json::Error> {
    serde_json::from_str(&utf8(bodies.get(place).map_or(&[], Vec::as_slice)))
}

/// As `read`, for a body that the broker may have refused or that may be unreadable.
pub(crate) fn read_if<T: DeserializeOwned>(bodies: &[Vec<u8>], place: usize) -> Option<T> {
    read(bodies, place).ok()
}

/// As `read_if`, for a list: rows that are not objects are left out.
pub(crate) fn list_if<T: DeserializeOwned>(bodies: &[Vec<u8>], place: usize) -> Option<Vec<T>> {
    read_if::<Objects<T>>(bodies, place).map(|list| list.rows)
}

/// A request for one object.
pub(crate) struct DetailRequest<'a> {
    shared: &'a ApiState,
    pub(crate) authorized: AuthorizedBroker<'a>,
    headers: &'a HeaderMap,
    what: &'static str,
    name: &'a str,
    /// What asks for the broker's own samples; empty where they are not wanted.
    ranges: String,
}

/// Whether a URL would take a name for a step in its path: a broker's list has it alone.
pub(crate) fn is_step(name: &str) -> bool {
    matches!(name, "." | "..")
}

impl<'a> DetailRequest<'a> {
    pub(crate) fn new(
        shared: &'a ApiState,
        caller: &'a Caller,
        mut arguments: Arguments,
        headers: &'a HeaderMap,
        what: &'static str,
        names: &[&'a str],
    ) -> Result<Self, Error> {
        let broker = arguments.one("broker")?;
        let accepted = "are 60, 600, 3600, 28800 and 86400";
        let samples: Option<u32> = arguments.read("samples", accepted)?;
        arguments.finish()?;
        let ranges = match samples {
            None => String::new(),
            Some(age) => {
                let known = SAMPLES.into_iter().find(|&(known, _)| known == age);
                let (age, incr) = known.ok_or_else(|| {
                    Error::BadArgument(format!(
                        "Invalid value \"{age}\" for \"samples\": accepted {accepted}"
                    ))
                })?;
                ["lengths", "msg_rates", "data_rates", "node_stats"]
                    .map(|kind| format!("{kind}_age={age}&{kind}_incr={incr}"))
                    .join("&")
            }
        };
        Ok(Self {
            shared,
            authorized: shared.authorized_broker(&caller.0, broker.as_deref())?,
            headers,
            what,
            name: names.last().copied().unwrap_or_default(),
            ranges,
        })
    }

    pub(crate) fn not_found(&self) -> Error {
        Error::NotFound {
            what: self.what,
            id: self.name.to_owned(),
        }
    }

    /// A broker's path of an object; none of a name that a URL would take for a step in the path.
    pub(crate) fn path(&self, kind: &str, names: &[&str]) -> Result<String, Error> {
        let mut path = format!("api/{kind}");
        for name in names {
            if name.is_empty() || is_step(name) {
                return Err(self.not_found());
            }
            path.push('/');
            path.extend(utf8_percent_encode(name, NON_ALPHANUMERIC));
        }
        Ok(path)
    }

    /// A path with the broker's own samples, where they are wanted.
    pub(crate) fn with_samples(&self, path: &str) -> String {
        let separator = match (self.ranges.is_empty(), path.contains('?')) {
            (true, _) => "",
            (false, false) => "?",
            (false, true) => "&",
        };
        format!("{path}{separator}{}", self.ranges)
    }

    /// Of an account's own vhosts alone: what else there is it may not know.
    pub(crate) fn must_see_vhost(&self, kind: ListKind, vhost: &str) -> Result<(), Error> {
        match self.authorized.scope(kind)? {
            Scope::Vhosts(_, vhosts) if !vhosts.contains(vhost) => Err(self.not_found()),
            _ => Ok(()),
        }
    }

    /// Refuses the name of an object that a list younger than a tick does not hold, without asking
    /// the broker: an answer about the object itself may be as old.
    pub(crate) fn must_be_listed(
        &self,
        kind: ListKind,
        vhost: Option<&str>,
        name: &str,
    ) -> Result<(), Error> {
        let lists = &self.authorized.broker.lists;
        if lists.is_certainly_absent(kind, vhost, name, self.shared.config.tick) {
            return Err(self.not_found());
        }
        Ok(())
    }

    /// Refuses a name that is no node's: asked for one, a broker fails.
    pub(crate) fn must_be_node(&self) -> Result<(), Error> {
        let snapshot = self.authorized.broker.snapshot();
        let Some(poll_data) = &snapshot.poll_data else {
            let reason = snapshot.broker.reason.clone();
            return Err(self.authorized.not_answered(self.shared, reason));
        };
        let nodes: Vec<Node> = serde_json::from_slice(&poll_data.nodes_json).unwrap_or_default();
        if nodes.iter().any(|node| node.name == self.name) {
            Ok(())
        } else {
            Err(self.not_found())
        }
    }

    pub(crate) async fn fetch(&self, wanted: ObjectRequest) -> Result<Detail, Error> {
        self.fetch_seldom(self.shared.config.tick, wanted).await
    }

    /// Not more often than this.
    pub(crate) async fn fetch_seldom(
        &self,
        every: Duration,
        wanted: ObjectRequest,
    ) -> Result<Detail, Error> {
        let broker = self.authorized.broker;
        let found = broker.details(wanted, every, &self.shared.config).await;
        found.map_err(|error| match error {
            Some(error) if error.is_absence() => self.not_found(),
            error => {
                let reason = error.map(|error| error.to_string());
                let known = || broker.snapshot().broker.reason.clone();
                self.authorized
                    .not_answered(self.shared, reason.or_else(known))
            }
        })
    }

    pub(crate) fn answer(&self, mut detail: Detail) -> Response {
        if let Some(shown) = &self.authorized.grant.shown {
            let subject = match self.what {
                "node" => Subject::Node,
                _ => Subject::Queue,
            };
            detail.body = shown.object(subject, &detail.body);
        }
        let etag = self.authorized.etag(self.shared).part(self.what);
        let mut response = ConditionalResponse {
            etag: etag.hash_of(&detail.body),
            body: detail.body,
            stale: detail.stale,
        }
        .respond(self.headers);
        let now = self.shared.config.clock.now();
        dated(&mut response, detail.observed_at, now);
        response
    }

    /// Of an account's own connections alone: what else there is it may not know.
    pub(crate) fn owned(&self, kind: ListKind, detail: Detail) -> Result<Response, Error> {
        let is_seen = match self.authorized.scope(kind)? {
            Scope::Nothing => false,
            Scope::Account(user) => {
                serde_json::from_slice::<Owned>(&detail.body).is_ok_and(|owned| owned.user == user)
            }
            _ => true,
        };
        if is_seen {
            Ok(self.answer(detail))
        } else {
            Err(self.not_found())
        }
    }

    /// Without what is for administrators, to others.
    pub(crate) fn trimmed<T: DeserializeOwned + serde::Serialize>(
        &self,
        mut detail: Detail,
        trim: fn(&mut T),
    ) -> Response {
        if !self.authorized.is_administrator()
            && let Ok(mut object) = serde_json::from_slice(&detail.body)
        {
            trim(&mut object);
            detail.body = crate::http::json::json(&object);
        }
        self.answer(detail)
    }
}
