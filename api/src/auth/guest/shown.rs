//! What of a broker a guest is shown, beside the vhosts that its grant names: what its panels are
//! made of, or what the view of its share link shows.
//!
//! Which paths, meters and fields a panel is made of stands in [`metering::panel`], from where the
//! pages that draw it have it too.

use std::hash::Hash;
use std::sync::Arc;

use bytes::Bytes;
use metering::panel::{self, Panel, Subject};
use metering::requests::LogQuery;
use metering::series::queue_of_path;
use metering::{LogLevel, Node, Overview};
use regex::Regex;
use serde_json::{Map, Value};

use super::claims::Claims;
use super::paths;
use crate::broker::meters::Meter;
use crate::config::{PortalConfig, Shown};
use crate::http::error::Error;
use crate::http::json::json;
use crate::lists::select::{Filter, LONGEST_FILTER, Scope};
use crate::series::query::{Named, ResolvedQuery};

/// What of a broker a guest is shown.
#[derive(Clone, Debug, Default)]
pub(crate) struct ShownParts {
    /// The panels, without repetition and in order.
    panels: Vec<Panel>,
    /// The list of queues, of a link to one.
    queues: Option<Rows>,
}

/// Which rows of a list a share link shows.
#[derive(Clone, Debug, Default)]
pub(crate) struct Rows {
    /// Those of this vhost alone.
    vhost: Option<String>,
    /// Those whose names match.
    name: Option<(Filter, Arc<Regex>)>,
}

impl ShownParts {
    /// What a portal's token shows: panels that both the token and, now, the portal name.
    pub(super) fn of_portal(claims: &Claims, portal: &PortalConfig) -> Self {
        let admits =
            |panel: &Panel| claims.admits_panel(panel.word()) && portal.panels.admits(panel.word());
        Self {
            panels: Panel::ALL.into_iter().filter(admits).collect(),
            queues: None,
        }
    }

    /// What a link to a view shows.
    ///
    /// # Errors
    /// What of the view cannot be understood.
    pub(super) fn of_view(page: &str, view: &str) -> Result<Self, String> {
        match page {
            paths::OVERVIEW_PAGE => Ok(Self {
                panels: vec![Panel::Overview],
                queues: None,
            }),
            paths::QUEUES_PAGE => Ok(Self {
                panels: Vec::new(),
                queues: Some(Rows::of_view(view)?),
            }),
            _ => Err(format!("there is no page {page:?}")),
        }
    }

    /// Identifies these parts in validators (`ETag`), so that answers for other parts do not match.
    pub(crate) fn key(&self) -> impl Hash {
        let rows = self.queues.as_ref().map(|rows| {
            let name = rows.name.as_ref().map(|(filter, _)| filter);
            (&rows.vhost, name)
        });
        (&self.panels, rows)
    }

    /// The vhost that it is bound to, if it is to one.
    pub(super) fn vhost(&self) -> Option<Shown> {
        let vhost = self.queues.as_ref()?.vhost.clone()?;
        Some(Shown::Only(vec![vhost]))
    }

    fn any(&self, is_it: impl Fn(Panel) -> bool) -> bool {
        self.panels.iter().copied().any(is_it)
    }

    /// Whether a panel is shown, by itself or as a part of the overview.
    pub(crate) fn shows(&self, panel: Panel) -> bool {
        self.any(|shown| shown == panel || shown == Panel::Overview)
    }

    /// Whether a path of the API is open: one that a panel is made of.
    pub(super) fn opens(&self, path: &str) -> bool {
        match path {
            paths::GUEST_TOKENS_PATH | "/v2/rabbit/brokers" => true,
            "/v2/rabbit/dashboard" | "/v2/rabbit/overview" | paths::PANELS_PATH => {
                !self.panels.is_empty()
            }
            "/v2/rabbit/nodes" => {
                self.any(|panel| panel.needs_nodes() || panel == Panel::NodeFacts)
            }
            "/v2/rabbit/nodes/{name}" => self.any(|panel| panel.subject() == Subject::Node),
            "/v2/rabbit/queues/{vhost}/{name}" => {
                self.any(|panel| panel.subject() == Subject::Queue)
            }
            "/v2/rabbit/series" => self.any(Panel::needs_series),
            "/v2/logs" => self.any(Panel::needs_log),
            "/v2/rabbit/queues" => self.queues.is_some(),
            _ => false,
        }
    }

    /// An overview in JSON, without what is not shown.
    pub(crate) fn overview(&self, body: &Bytes) -> Bytes {
        let Ok(overview) = serde_json::from_slice::<Overview>(body) else {
            return json(&Overview::default());
        };
        json(&panel::overview_of(&self.panels, &overview))
    }

    /// A list of nodes in JSON, without what is not shown.
    ///
    /// # Errors
    /// Where nothing of them is.
    pub(crate) fn nodes(&self, body: &Bytes) -> Result<Bytes, Error> {
        let nodes: Vec<Node> = serde_json::from_slice(body).unwrap_or_default();
        let shown = panel::nodes_of(&self.panels, &nodes);
        shown.map(|nodes| json(&nodes)).ok_or_else(not_shown)
    }

    /// A queue or a node in JSON, without what is not shown.
    pub(crate) fn object(&self, subject: Subject, body: &Bytes) -> Bytes {
        let mut fields: Map<String, Value> = serde_json::from_slice(body).unwrap_or_default();
        fields.retain(|field, _| {
            let shows = |panel: Panel| panel.subject() == subject && panel.shows_field(field);
            matches!(field.as_str(), "name" | "vhost") || self.any(shows)
        });
        json(&fields)
    }

    /// A query for series, without the meters that are not drawn of what it names.
    ///
    /// # Errors
    /// Where nothing of it is drawn.
    pub(crate) fn series(
        &self,
        query: &ResolvedQuery,
        named: &Named,
        broker: &str,
    ) -> Result<ResolvedQuery, Error> {
        let draws = |subject: Subject, meter: Meter| {
            let name = meter.definition().name;
            self.any(|panel| {
                panel.subject() == subject && panel.needs_series() && panel.draws(name)
            })
        };
        let is_charted =
            |subject| self.any(|panel| panel.subject() == subject && panel.is_charted());
        let is_queue =
            |path: &String| queue_of_path(path).is_some_and(|(_, queue)| !queue.is_empty());
        let names_nodes = named.nodes.as_ref().is_some_and(|nodes| !nodes.is_empty());
        if (names_nodes && !is_charted(Subject::Node))
            || (!named.objects.is_empty() && !is_charted(Subject::Queue))
            || !named.objects.iter().all(is_queue)
        {
            return Err(not_shown());
        }
        let wants_broker = query.wants_broker(broker);
        let mut query = query.clone();
        let asked = query.meters.len();
        query.meters.retain(|&meter| {
            if meter.is_of_node() {
                return draws(Subject::Node, meter);
            }
            (!wants_broker || draws(Subject::Broker, meter))
                && (named.objects.is_empty() || draws(Subject::Queue, meter))
        });
        if query.meters.is_empty() {
            return Err(not_shown());
        }
        // What is cached for all gauges is not for some of them.
        query.all_gauges &= query.meters.len() == asked;
        Ok(query)
    }

    /// A query of the log, for what charts mark alone: warnings and errors.
    pub(crate) fn log(&self, query: &mut LogQuery) -> Result<(), Error> {
        if !self.any(Panel::needs_log) {
            return Err(not_shown());
        }
        query.level = query.level.max(Some(LogLevel::Warning));
        Ok(())
    }

    /// Of the rows of the list of queues those that are shown.
    pub(crate) fn rows(&self, scope: Scope) -> Scope {
        let Some(rows) = &self.queues else {
            return scope;
        };
        let scope = scope.within(rows.vhost.as_deref());
        match &rows.name {
            Some((filter, regex)) => scope.named(filter.clone(), Arc::clone(regex)),
            None => scope,
        }
    }
}

/// The refusal of what no panel shows.
pub(crate) fn not_shown() -> Error {
    Error::NotPermitted("No panel of this guest token shows that.".into())
}

impl Rows {
    /// Those that the address of a list asks for, as the list's page reads it.
    fn of_view(view: &str) -> Result<Self, String> {
        let query = view.split_once('?').map_or("", |(_, query)| query);
        let query = query.split('#').next().unwrap_or_default();
        // The last of several counts, and an empty one is none.
        let last = |name: &str| {
            let pairs = url::form_urlencoded::parse(query.as_bytes());
            let value = pairs.filter(|(given, _)| given == name).last();
            let value = value.map(|(_, value)| value.into_owned());
            value.filter(|value| !value.is_empty())
        };
        let mut rows = Self {
            vhost: last("vhost"),
            name: None,
        };
        if let Some(text) = last("name") {
            if text.len() > LONGEST_FILTER {
                return Err(format!("its filter has more than {LONGEST_FILTER} bytes"));
            }
            let is_regex = last("use_regex").is_some_and(|value| value != "false");
            let filter = Filter { text, is_regex };
            let regex = filter.compile().map_err(|error| error.to_string())?;
            rows.name = Some((filter, Arc::new(regex)));
        }
        Ok(rows)
    }
}
