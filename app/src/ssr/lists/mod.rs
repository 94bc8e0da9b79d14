//! Lists and detail pages as viewers read them.
//!
//! The API gives typed rows; here they become [cells](crate::cells) in the viewer's language. What
//! there is to know of a list (its columns, how each is written, where it leads, what of it is bad)
//! stands in one file a list, and nothing of it reaches the browser.
//!
//! | module | what |
//! |---|---|
//! | `queues`, `connections`, … | one list each: its columns, and the page of one object of it |
//! | [`mod@column`] | a column, and a list of them |
//! | [`value`] | a value, and how it is written |
//! | `plugins`, `streams` | the lists that plugins have |
//! | [`ask`] | what the address asks for |
//! | [`local`] | filter, order and pages of a list that the API gives whole |
//! | [`csv`] | a list as a file |
//! | [`details`], [`facts`], [`history`] | the page of one object: its parts, its charts |

mod ask;
mod column;
pub(crate) mod csv;
pub(crate) mod details;
mod facts;
mod history;
mod links;
mod local;
mod value;

mod bindings;
mod channels;
mod connections;
mod consumers;
mod exchanges;
mod features;
mod limits;
mod nodes;
mod permissions;
mod plugins;
mod policies;
mod queues;
mod streams;
mod users;
mod vhosts;

use std::collections::BTreeSet;

use client::{ClientError, ListQuery, Session};
use metering::{Broker, Page};
use regex::RegexBuilder;

pub(super) use self::ask::kept as cookie;
use self::ask::{Ask, kept};
use self::column::{Col, List, width_of};
use self::links::Scene;
use super::session::metering_session;
use super::{app_error, now};
use crate::cells::{Column, Row, Width};
use crate::error::AppError;
use crate::i18n::views::Views;
use crate::pages::list::SECTIONS;
use crate::server_fns::lists::{ListView, Tab};

/// A pattern may take so many bytes when it is made ready, as in the API.
pub(super) const REGEX_SIZE: usize = 256 << 10;

/// Calls a generic function with the list of that name.
macro_rules! of_kind {
    ($kind:expr, $call:ident($($argument:expr),*)) => {
        match $kind {
            "queues" => $call::<$crate::ssr::lists::queues::Queues>($($argument),*).await,
            "connections" => $call::<$crate::ssr::lists::connections::Connections>($($argument),*).await,
            "channels" => $call::<$crate::ssr::lists::channels::Channels>($($argument),*).await,
            "consumers" => $call::<$crate::ssr::lists::consumers::Consumers>($($argument),*).await,
            "exchanges" => $call::<$crate::ssr::lists::exchanges::Exchanges>($($argument),*).await,
            "bindings" => $call::<$crate::ssr::lists::bindings::Bindings>($($argument),*).await,
            "nodes" => $call::<$crate::ssr::lists::nodes::Nodes>($($argument),*).await,
            "users" => $call::<$crate::ssr::lists::users::Users>($($argument),*).await,
            "vhosts" => $call::<$crate::ssr::lists::vhosts::Vhosts>($($argument),*).await,
            "permissions" => $call::<$crate::ssr::lists::permissions::Permissions>($($argument),*).await,
            "topic-permissions" => $call::<$crate::ssr::lists::permissions::TopicPermissions>($($argument),*).await,
            "policies" => $call::<$crate::ssr::lists::policies::Policies>($($argument),*).await,
            "operator-policies" => $call::<$crate::ssr::lists::policies::OperatorPolicies>($($argument),*).await,
            "vhost-limits" => $call::<$crate::ssr::lists::limits::VhostLimits>($($argument),*).await,
            "user-limits" => $call::<$crate::ssr::lists::limits::UserLimits>($($argument),*).await,
            "feature-flags" => $call::<$crate::ssr::lists::features::FeatureFlags>($($argument),*).await,
            "deprecated-features" => $call::<$crate::ssr::lists::features::DeprecatedFeatures>($($argument),*).await,
            "shovels" => $call::<$crate::ssr::lists::plugins::Shovels>($($argument),*).await,
            "federation-links" => $call::<$crate::ssr::lists::plugins::FederationLinks>($($argument),*).await,
            "federation-upstreams" => $call::<$crate::ssr::lists::plugins::FederationUpstreams>($($argument),*).await,
            "traces" => $call::<$crate::ssr::lists::plugins::Traces>($($argument),*).await,
            "trace-files" => $call::<$crate::ssr::lists::plugins::TraceFiles>($($argument),*).await,
            "stream-publishers" => $call::<$crate::ssr::lists::streams::StreamPublishers>($($argument),*).await,
            "stream-consumers" => $call::<$crate::ssr::lists::streams::StreamConsumers>($($argument),*).await,
            _ => Err(AppError::NotFound),
        }
    };
}
use of_kind;

/// A page of a list.
pub(crate) async fn page(broker: &str, kind: &str, search: &str) -> Result<ListView, AppError> {
    let (session, _) = metering_session().await?;
    let broker = find(&session, broker).await?;
    let ask = Ask::read(kind, search, kept);
    of_kind!(kind, view_of(&session, &broker, ask))
}

/// The broker of that name.
async fn find(session: &Session, broker: &str) -> Result<Broker, AppError> {
    let brokers = session.brokers().await.map_err(|error| app_error(&error))?;
    let found = brokers.iter().find(|found| found.name == broker);
    found.cloned().ok_or(AppError::UnknownBroker)
}

/// What came of asking for rows.
enum Answer<T> {
    Rows(std::sync::Arc<Page<T>>),
    /// Why there are none.
    Empty(String),
    /// What is wrong with the filter.
    BadFilter(String),
}

async fn view_of<L: List>(
    session: &Session,
    broker: &Broker,
    ask: Ask,
) -> Result<ListView, AppError> {
    let scene = Scene::new(broker);
    let columns = L::columns();
    let mut notices = Vec::new();
    let (shown, unknown) = shown(columns, ask.columns.as_deref());
    if !unknown.is_empty() {
        notices.push((scene.views.unknown_columns)(&unknown.join(", ")));
    }
    let mut query = ask.query;
    query.sort = query.sort.filter(|sort| {
        let known = columns.iter().any(|col| col.sortable && col.key == sort);
        if !known {
            notices.push((scene.views.unknown_sort)(sort));
        }
        known
    });
    let (mut rows, mut empty, mut bad_filter, mut found) = (Vec::new(), String::new(), None, None);
    match rows_of::<L>(session, &scene, &query).await? {
        Answer::Rows(page) => {
            rows = page
                .items
                .iter()
                .map(|item| row::<L>(item, &shown, &scene))
                .collect();
            if !page.missing.is_empty() {
                notices.push(scene.views.statistics_off.to_owned());
            }
            if page.unreadable > 0 {
                notices.push((scene.views.unreadable_rows)(page.unreadable));
            }
            if rows.is_empty() {
                empty = why_empty(&page, &query, &scene);
            }
            found = Some(page);
        }
        Answer::Empty(why) => empty = why,
        Answer::BadFilter(why) => bad_filter = Some(why),
    }
    let vhosts = vhosts_of(columns, session, broker).await;
    let counts = found.as_deref();
    Ok(ListView {
        title: title(L::NAME, scene.views).to_owned(),
        tabs: tabs(L::NAME, session, &scene).await,
        columns: heads(columns, &shown, &scene),
        rows,
        page: query.page.unwrap_or(1),
        page_count: counts.map_or(1, |page| page.page_count),
        filtered_count: counts.map_or(0, |page| page.filtered_count),
        total_count: counts.map_or(0, |page| page.total_count),
        sort: query.sort.unwrap_or_default(),
        reverse: query.sort_reverse,
        compact: ask.compact,
        vhosts,
        observed_at: counts.and_then(|page| page.observed_at),
        stats_observed_at: counts.and_then(|page| page.stats_observed_at),
        server_time: now(),
        empty,
        bad_filter,
        notices,
        broker: broker.clone(),
    })
}

/// The vhosts to choose from, where rows are in one; none where they cannot be had.
async fn vhosts_of<T>(columns: &[Col<T>], session: &Session, broker: &Broker) -> Vec<String> {
    let is_in_vhosts = columns
        .iter()
        .skip(1)
        .any(|col| matches!(col.key, "vhost" | "queue.vhost"));
    if !is_in_vhosts {
        return Vec::new();
    }
    let query = ListQuery {
        page_size: Some(500),
        ..ListQuery::default()
    };
    let found = session.vhosts(&broker.name, &query).await;
    found.map_or_else(
        |_| Vec::new(),
        |page| page.items.iter().map(|vhost| vhost.name.clone()).collect(),
    )
}

/// The rows of a page, or why there are none: what an account may not see, or a broker does not
/// have, is told in the page's place.
async fn rows_of<L: List>(
    session: &Session,
    scene: &Scene<'_>,
    query: &ListQuery,
) -> Result<Answer<L::Row>, AppError> {
    if let Some(why) = bad_filter(query) {
        return Ok(Answer::BadFilter((scene.views.bad_regex)(&why)));
    }
    let views = scene.views;
    Ok(match L::fetch(session, &scene.broker.name, query).await {
        Ok(page) => Answer::Rows(page),
        Err(ClientError::Forbidden { .. }) => Answer::Empty(forbidden(L::NAME, views).to_owned()),
        Err(ClientError::NotFound { .. }) => Answer::Empty(match plugins::plugin(L::NAME) {
            Some(plugin) => (views.plugin_off)(plugin),
            None => views.not_offered.to_owned(),
        }),
        // The list was not asked of the broker before, and is not here yet: the next poll has it. Or
        // the broker gave a reason.
        Err(ClientError::Unavailable { message, .. }) => Answer::Empty(why_silent(&message, views)),
        Err(error) => return Err(app_error(&error)),
    })
}

/// Why a broker does not give a list: in the API's words, which name the broker first.
fn why_silent(message: &str, views: &Views) -> String {
    let reason = message
        .split_once(": ")
        .map_or(message, |(_, reason)| reason);
    format!("{} ({reason})", views.no_answer_yet)
}

/// Which account a list or the page of one of its objects requires, of one that may not see it.
pub(super) fn forbidden(kind: &str, views: &Views) -> &'static str {
    match kind {
        "users"
        | "permissions"
        | "topic-permissions"
        | "feature-flags"
        | "deprecated-features"
        | "traces"
        | "trace-files" => views.needs_administrator,
        "nodes" | "node-internals" | "shovels" | "federation-links" => views.needs_monitoring,
        "federation-upstreams" => views.needs_policymaker,
        _ => views.forbidden,
    }
}

/// What is wrong with a pattern, in the words of who reads it.
fn bad_filter(query: &ListQuery) -> Option<String> {
    let pattern = query.name.as_deref().filter(|_| query.use_regex)?;
    let error = RegexBuilder::new(pattern)
        .size_limit(REGEX_SIZE)
        .build()
        .err()?;
    let said = error.to_string();
    let last = said.lines().last().unwrap_or_default();
    Some(last.strip_prefix("error: ").unwrap_or(last).to_owned())
}

fn why_empty<T>(page: &Page<T>, query: &ListQuery, scene: &Scene<'_>) -> String {
    let views = scene.views;
    if page.filtered_count > 0 {
        (views.no_such_page)(page.page_count)
    } else if (query.name.is_some() && page.total_count > 0) || query.vhost.is_some() {
        views.nothing_matches.to_owned()
    } else {
        views.nothing_there.to_owned()
    }
}

/// The columns that are shown, in the list's own order, and the names that none has. The first
/// column is the row's name and always there.
fn shown<'a, T>(columns: &[Col<T>], asked: Option<&'a [String]>) -> (Vec<usize>, Vec<&'a str>) {
    let is_asked = |place: usize, col: &Col<T>| match asked {
        _ if place == 0 => true,
        Some(asked) => asked.iter().any(|key| key == col.key),
        None => col.shown,
    };
    let places = columns.iter().enumerate();
    let shown = places
        .filter(|(place, col)| is_asked(*place, col))
        .map(|(place, _)| place);
    let is_known = |key: &&str| columns.iter().any(|col| col.key == *key) || key.is_empty();
    let asked = asked.unwrap_or_default().iter().map(String::as_str);
    (
        shown.collect(),
        asked.filter(|key| !is_known(key)).collect(),
    )
}

fn row<L: List>(item: &L::Row, shown: &[usize], scene: &Scene<'_>) -> Row {
    let columns = L::columns();
    let cell = |&place: &usize| (columns[place].value)(item, scene).cell(scene);
    Row {
        cells: shown.iter().map(cell).collect(),
        level: L::level(item),
    }
}

fn heads<T>(columns: &[Col<T>], shown: &[usize], scene: &Scene<'_>) -> Vec<Column> {
    let head = |(place, col): (usize, &Col<T>)| Column {
        key: col.key.to_owned(),
        label: (col.label)(scene.views).to_owned(),
        sortable: col.sortable,
        shown: shown.contains(&place),
        default: place == 0 || col.shown,
        number: col.number,
        width: if place == 0 {
            Width::Name
        } else {
            width_of(col.key, col.number)
        },
    };
    columns.iter().enumerate().map(head).collect()
}

/// The lists of the same section, without those of plugins that no node has enabled.
async fn tabs(kind: &str, session: &Session, scene: &Scene<'_>) -> Vec<Tab> {
    let section = SECTIONS.iter().find(|section| section.contains(&kind));
    let section = section.copied().unwrap_or_default();
    let enabled = if section.iter().any(|list| plugins::plugin(list).is_some()) {
        enabled_plugins(session, scene).await
    } else {
        None
    };
    let is_there = |list: &&&str| match (plugins::plugin(list), &enabled) {
        (Some(plugin), Some(enabled)) => **list == kind || enabled.contains(plugin),
        // Who is not told of the nodes finds out by asking for the list.
        _ => true,
    };
    let tab = |&name: &&str| Tab {
        label: title(name, scene.views).to_owned(),
        href: scene.list(name),
        current: name == kind,
    };
    section.iter().filter(is_there).map(tab).collect()
}

/// The plugins that some node has enabled; none where nobody tells.
async fn enabled_plugins(session: &Session, scene: &Scene<'_>) -> Option<BTreeSet<String>> {
    let nodes = session.nodes(&scene.broker.name).await.ok()?;
    let plugins = nodes
        .iter()
        .flat_map(|node| node.enabled_plugins.iter().flatten());
    let plugins: BTreeSet<_> = plugins.cloned().collect();
    (!plugins.is_empty()).then_some(plugins)
}

/// What a list is called.
pub(crate) fn title(kind: &str, views: &Views) -> &'static str {
    match kind {
        "queues" => views.queues,
        "connections" => views.connections,
        "channels" => views.channels,
        "consumers" => views.consumers,
        "exchanges" => views.exchanges,
        "bindings" => views.bindings,
        "nodes" => views.nodes,
        "users" => views.users,
        "vhosts" => views.vhosts,
        "permissions" => views.permissions,
        "topic-permissions" => views.topic_permissions,
        "policies" => views.policies,
        "operator-policies" => views.operator_policies,
        "vhost-limits" => views.vhost_limits,
        "user-limits" => views.user_limits,
        "feature-flags" => views.feature_flags,
        "shovels" => views.shovels,
        "federation-links" => views.federation_links,
        "federation-upstreams" => views.federation_upstreams,
        "traces" => views.traces,
        "trace-files" => views.trace_files,
        "stream-publishers" => views.stream_publishers,
        "stream-consumers" => views.stream_consumers,
        _ => views.deprecated_features,
    }
}
