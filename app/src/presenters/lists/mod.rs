//! Lists and detail pages as viewers read them.
//!
//! The API returns typed rows; here they become [cells](crate::view_models::table) in the viewer's
//! language. Each list has a file with its columns, their formats, links and severities. The browser
//! downloads nothing of it.
//!
//! | module | what |
//! |---|---|
//! | `queues`, `connections`, … | one list each: its columns, and the page of one object of it |
//! | [`mod@column`] | a column, and a list of them |
//! | [`value`] | a value, and how it is written |
//! | `plugins`, `streams` | the lists that plugins have |
//! | [`list_params`] | what the address asks for |
//! | [`local`] | filter, order and pages of a list that the API gives whole |
//! | [`csv`] | a list as a file |
//! | [`details`], [`facts`], [`history`] | the page of one object: its parts, its charts |

mod column;
pub(crate) mod csv;
pub(crate) mod details;
mod facts;
mod history;
mod links;
mod list_params;
mod local;
mod render_context;
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

use client::{ClientError, Session};
use metering::lists::{ListKind, Rights, Section, Vhosts};
use metering::requests::ListQuery;
use metering::{Broker, Page};
use regex::RegexBuilder;

use crate::cookie::read_decoded_cookie;
use crate::error::AppError;
use crate::i18n::list_texts::ListTexts;
use crate::server::clock::now;
use crate::server::errors::app_error;
use crate::server::session::metering_session;
use crate::view_models::lists::{ListView, Tab};
use crate::view_models::table::{Column, Row, Width};
use column::{ColumnDef, List, width_of};
use list_params::ListParams;
use local::REGEX_SIZE;
use render_context::RenderContext;

/// Evaluates an expression with the list of that name as a type.
macro_rules! with_list_named {
    ($name:expr, $list:ident => $body:expr, else $unknown:expr) => {
        match $name {
            "nodes" => {
                type $list = $crate::presenters::lists::nodes::Nodes;
                $body
            }
            name => match metering::lists::ListKind::from_name(name) {
                Some(kind) => metering::with_list!(kind, $list => $body),
                None => $unknown,
            },
        }
    };
}
use with_list_named;

/// The title of a list; empty if there is no such list.
pub(crate) fn title(list: &str, list_texts: &ListTexts) -> &'static str {
    with_list_named!(list, L => L::title(list_texts), else "")
}

/// The plugin that provides a list; `None` for lists of RabbitMQ itself.
fn plugin(list: &str) -> Option<&'static str> {
    ListKind::from_name(list)?.properties().plugin
}

/// A page of a list.
pub(crate) async fn page(broker: &str, kind: &str, search: &str) -> Result<ListView, AppError> {
    let (session, _) = metering_session().await?;
    let broker = find_broker(&session, broker).await?;
    let params = ListParams::read(kind, search, read_decoded_cookie);
    with_list_named!(
        kind,
        L => view_of::<L>(&session, &broker, params).await,
        else Err(AppError::NotFound)
    )
}

/// The broker of that name.
async fn find_broker(session: &Session, broker: &str) -> Result<Broker, AppError> {
    let brokers = session.brokers().await.map_err(|error| app_error(&error))?;
    let found = brokers.iter().find(|found| found.name == broker);
    found.cloned().ok_or(AppError::UnknownBroker)
}

/// The result of a request for rows.
enum Rows<T> {
    Page(std::sync::Arc<Page<T>>),
    /// Why there are no rows.
    Empty(String),
    /// What is wrong with the filter.
    BadFilter(String),
}

async fn view_of<L: List>(
    session: &Session,
    broker: &Broker,
    params: ListParams,
) -> Result<ListView, AppError> {
    let context = RenderContext::new(broker);
    let columns = L::columns();
    let mut notices = Vec::new();
    let (shown, unknown) = shown(columns, params.columns.as_deref());
    if !unknown.is_empty() {
        notices.push((context.list_texts.unknown_columns)(&unknown.join(", ")));
    }
    let mut query = params.query;
    query.sort = query.sort.filter(|sort| {
        let known = columns
            .iter()
            .any(|column| column.sortable && column.key == sort);
        if !known {
            notices.push((context.list_texts.unknown_sort)(sort));
        }
        known
    });
    let (mut rows, mut empty, mut bad_filter, mut found) = (Vec::new(), String::new(), None, None);
    match rows_of::<L>(session, &context, &query).await? {
        Rows::Page(page) => {
            rows = page
                .items
                .iter()
                .map(|item| row::<L>(item, &shown, &context))
                .collect();
            if !page.missing.is_empty() {
                notices.push(context.list_texts.statistics_off.to_owned());
            }
            if page.unreadable > 0 {
                notices.push((context.list_texts.unreadable_rows)(page.unreadable));
            }
            if rows.is_empty() {
                empty = why_empty(&page, &query, title(L::NAME, context.list_texts), &context);
            }
            found = Some(page);
        }
        Rows::Empty(why) => empty = why,
        Rows::BadFilter(why) => bad_filter = Some(why),
    }
    let vhosts = vhosts_of(columns, session, broker).await;
    let counts = found.as_deref();
    Ok(ListView {
        title: L::title(context.list_texts).to_owned(),
        tabs: tabs(L::NAME, session, &context).await,
        columns: heads(columns, &shown, &context),
        rows,
        page: query.page.unwrap_or(1),
        page_count: counts.map_or(1, |page| page.page_count),
        filtered_count: counts.map_or(0, |page| page.filtered_count),
        total_count: counts.map_or(0, |page| page.total_count),
        sort: query.sort.unwrap_or_default(),
        reverse: query.sort_reverse,
        compact: params.compact,
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

/// The vhosts to choose from; empty if rows have no vhost or vhosts cannot be fetched.
async fn vhosts_of<T>(columns: &[ColumnDef<T>], session: &Session, broker: &Broker) -> Vec<String> {
    let is_in_vhosts = columns
        .iter()
        .skip(1)
        .any(|column| matches!(column.key, "vhost" | "queue.vhost"));
    if !is_in_vhosts {
        return Vec::new();
    }
    let query = ListQuery {
        page_size: Some(500),
        ..ListQuery::default()
    };
    let found = session.list::<Vhosts>(&broker.name, &query).await;
    found.map_or_else(
        |_| Vec::new(),
        |page| page.items.iter().map(|vhost| vhost.name.clone()).collect(),
    )
}

/// The rows of a page, or why there are none: the account may not see them, or the broker does not
/// have them.
async fn rows_of<L: List>(
    session: &Session,
    context: &RenderContext<'_>,
    query: &ListQuery,
) -> Result<Rows<L::Row>, AppError> {
    if let Some(why) = bad_filter(query) {
        return Ok(Rows::BadFilter((context.list_texts.bad_regex)(&why)));
    }
    let list_texts = context.list_texts;
    Ok(match L::fetch(session, &context.broker.name, query).await {
        Ok(page) => Rows::Page(page),
        Err(ClientError::Forbidden { .. }) => {
            Rows::Empty(forbidden(L::NAME, list_texts).to_owned())
        }
        Err(ClientError::NotFound { .. }) => Rows::Empty(match plugin(L::NAME) {
            Some(plugin) => (list_texts.plugin_off)(plugin),
            None => list_texts.not_offered.to_owned(),
        }),
        // The list was never fetched from the broker, and the next poll has it. Or the broker gave a
        // reason.
        Err(ClientError::Unavailable { message, .. }) => {
            Rows::Empty(why_silent(&message, list_texts))
        }
        Err(error) => return Err(app_error(&error)),
    })
}

/// Why a broker does not return a list: the API's message without the broker's name.
fn why_silent(message: &str, list_texts: &ListTexts) -> String {
    let reason = message
        .split_once(": ")
        .map_or(message, |(_, reason)| reason);
    format!("{} ({reason})", list_texts.no_answer_yet)
}

/// The text for an account that may not see a list or an object of it.
pub(super) fn forbidden(kind: &str, list_texts: &ListTexts) -> &'static str {
    if matches!(kind, "nodes" | "node-internals") {
        return list_texts.needs_monitoring;
    }
    match ListKind::from_name(kind).map(|list| list.properties().rights) {
        Some(Rights::Administrator | Rights::AdministratorBefore4) => {
            list_texts.needs_administrator
        }
        Some(Rights::MonitoredVhosts) => list_texts.needs_monitoring,
        Some(Rights::PolicyVhosts) => list_texts.needs_policymaker,
        _ => list_texts.forbidden,
    }
}

/// What is wrong with a pattern, in the words of the regex parser.
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

fn why_empty<T>(
    page: &Page<T>,
    query: &ListQuery,
    title: &str,
    context: &RenderContext<'_>,
) -> String {
    let list_texts = context.list_texts;
    if page.filtered_count > 0 {
        (list_texts.no_such_page)(page.page_count)
    } else if (query.name.is_some() && page.total_count > 0) || query.vhost.is_some() {
        (list_texts.nothing_matches)(title)
    } else {
        (list_texts.nothing_there)(title)
    }
}

/// The shown columns in the list's order, and the unknown names. The first column is the row's name
/// and always shown.
fn shown<'a, T>(
    columns: &[ColumnDef<T>],
    asked: Option<&'a [String]>,
) -> (Vec<usize>, Vec<&'a str>) {
    let is_asked = |index: usize, column: &ColumnDef<T>| match asked {
        _ if index == 0 => true,
        Some(asked) => asked.iter().any(|key| key == column.key),
        None => column.shown,
    };
    let indexed = columns.iter().enumerate();
    let shown = indexed
        .filter(|(index, column)| is_asked(*index, column))
        .map(|(index, _)| index);
    let is_known = |key: &&str| columns.iter().any(|column| column.key == *key) || key.is_empty();
    let asked = asked.unwrap_or_default().iter().map(String::as_str);
    (
        shown.collect(),
        asked.filter(|key| !is_known(key)).collect(),
    )
}

fn row<L: List>(item: &L::Row, shown: &[usize], context: &RenderContext<'_>) -> Row {
    let columns = L::columns();
    let cell = |&index: &usize| (columns[index].value)(item, context).cell(context);
    Row {
        cells: shown.iter().map(cell).collect(),
        level: L::level(item),
    }
}

fn heads<T>(columns: &[ColumnDef<T>], shown: &[usize], context: &RenderContext<'_>) -> Vec<Column> {
    let head = |(index, column): (usize, &ColumnDef<T>)| Column {
        key: column.key.to_owned(),
        label: (column.label)(context.list_texts).to_owned(),
        sortable: column.sortable,
        shown: shown.contains(&index),
        default: index == 0 || column.shown,
        number: column.number,
        width: if index == 0 {
            Width::Name
        } else {
            width_of(column.key, column.number)
        },
    };
    columns.iter().enumerate().map(head).collect()
}

/// The lists of the same section, without those of plugins that no node has enabled.
async fn tabs(kind: &str, session: &Session, context: &RenderContext<'_>) -> Vec<Tab> {
    let section = Section::from_list(kind)
        .map(Section::lists)
        .unwrap_or_default();
    let enabled = if section.iter().any(|list| plugin(list).is_some()) {
        enabled_plugins(session, context).await
    } else {
        None
    };
    let is_there = |list: &&str| match (plugin(list), &enabled) {
        (Some(plugin), Some(enabled)) => *list == kind || enabled.contains(plugin),
        // An account that sees no nodes learns it from the list itself.
        _ => true,
    };
    let tab = |name: &str| Tab {
        label: title(name, context.list_texts).to_owned(),
        href: context.list(name),
        current: name == kind,
    };
    section.into_iter().filter(is_there).map(tab).collect()
}

/// The plugins that any node has enabled; `None` if no node reports them.
async fn enabled_plugins(
    session: &Session,
    context: &RenderContext<'_>,
) -> Option<BTreeSet<String>> {
    let nodes = session.nodes(&context.broker.name).await.ok()?;
    let plugins = nodes
        .iter()
        .flat_map(|node| node.enabled_plugins.iter().flatten());
    let plugins: BTreeSet<_> = plugins.cloned().collect();
    (!plugins.is_empty()).then_some(plugins)
}
