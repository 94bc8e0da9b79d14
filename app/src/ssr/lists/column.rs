//! A column of a list, and what makes a list.

use std::sync::Arc;

use client::{ClientError, ListQuery, Session};
use metering::Page;

use super::links::Scene;
use super::value::Value;
use crate::cells::Width;
use crate::components::status::Level;
use crate::i18n::views::Views;

/// A column of rows of a type.
pub(super) struct Col<T: 'static> {
    /// RabbitMQ's name of the field, or a dotted path to it.
    pub(super) key: &'static str,
    pub(super) label: fn(&Views) -> &'static str,
    pub(super) value: fn(&T, &Scene<'_>) -> Value,
    /// To who has not chosen.
    pub(super) shown: bool,
    pub(super) sortable: bool,
    pub(super) number: bool,
}

/// A column of texts, shown and sortable.
pub(super) const fn col<T>(
    key: &'static str,
    label: fn(&Views) -> &'static str,
    value: fn(&T, &Scene<'_>) -> Value,
) -> Col<T> {
    Col {
        key,
        label,
        value,
        shown: true,
        sortable: true,
        number: false,
    }
}

/// A column of numbers.
pub(super) const fn num<T>(
    key: &'static str,
    label: fn(&Views) -> &'static str,
    value: fn(&T, &Scene<'_>) -> Value,
) -> Col<T> {
    Col {
        number: true,
        ..col(key, label, value)
    }
}

/// Shown to who chooses it.
pub(super) const fn extra<T>(mut col: Col<T>) -> Col<T> {
    col.shown = false;
    col
}

/// Made of several fields, so that there is none to order by.
pub(super) const fn unsorted<T>(mut col: Col<T>) -> Col<T> {
    col.sortable = false;
    col
}

/// How wide a column is, by the field that it shows.
pub(super) fn width_of(key: &str, number: bool) -> Width {
    match key {
        "mem_used" | "disk_free" | "fd_used" | "sockets_used" | "proc_used" => Width::Gauge,
        "recv_oct_details.rate" | "send_oct_details.rate" => Width::DataRate,
        "connected_at" | "idle_since" => Width::Time,
        "state" | "cluster_state" | "status" => Width::State,
        "user" | "channel_details.user" | "features" => Width::User,
        "uptime" => Width::Text,
        "vhost" | "queue.vhost" | "type" | "mode" | "ssl" | "durable" | "auto_delete"
        | "exclusive" | "internal" | "ack_required" => Width::Word,
        _ if number => Width::Word,
        _ => Width::Text,
    }
}

/// A list of a broker.
pub(super) trait List: 'static {
    /// A row, as the API gives it.
    type Row: Send + Sync + 'static;
    /// Its name in addresses, the API's.
    const NAME: &'static str;

    /// Its columns. The first is a row's name.
    fn columns() -> &'static [Col<Self::Row>];

    /// How bad a row is, where it is.
    fn level(_: &Self::Row) -> Option<Level> {
        None
    }

    /// A page of it.
    fn fetch(
        session: &Session,
        broker: &str,
        query: &ListQuery,
    ) -> impl Future<Output = Result<Arc<Page<Self::Row>>, ClientError>> + Send;
}

/// A list that the API gives by pages.
macro_rules! list {
    ($name:ident = $kind:literal, $method:ident: $row:ty, $columns:expr $(, level $level:expr)?) => {
        pub(super) struct $name;

        impl crate::ssr::lists::column::List for $name {
            type Row = $row;
            const NAME: &'static str = $kind;

            fn columns() -> &'static [crate::ssr::lists::column::Col<$row>] {
                $columns
            }

            $(fn level(row: &$row) -> Option<crate::components::status::Level> {
                $level(row)
            })?

            async fn fetch(
                session: &client::Session,
                broker: &str,
                query: &client::ListQuery,
            ) -> Result<std::sync::Arc<metering::Page<$row>>, client::ClientError> {
                session.$method(broker, query).await
            }
        }
    };
}

/// A column of a text, of that name on the wire.
macro_rules! worded {
    ($field:ident, $label:ident) => {
        crate::ssr::lists::column::worded!(stringify!($field), $field, $label)
    };
    ($key:expr, $field:ident, $label:ident) => {
        crate::ssr::lists::column::col(
            $key,
            |v| v.$label,
            |row, _| crate::ssr::lists::value::text(row.$field.as_ref()),
        )
    };
}

/// A column of a number of things.
macro_rules! counted {
    ($field:ident, $label:ident) => {
        crate::ssr::lists::column::num(
            stringify!($field),
            |v| v.$label,
            |row, _| crate::ssr::lists::value::count(row.$field),
        )
    };
}

/// A column of a number of bytes.
macro_rules! sized {
    ($field:ident, $label:ident) => {
        crate::ssr::lists::column::num(
            stringify!($field),
            |v| v.$label,
            |row, _| crate::ssr::lists::value::bytes(row.$field),
        )
    };
}

/// A column of the rate of one of the message statistics.
macro_rules! rated {
    ($field:ident, $label:ident) => {
        crate::ssr::lists::column::num(
            concat!("message_stats.", stringify!($field), ".rate"),
            |v| v.$label,
            |row, _| {
                let stats = row.message_stats.as_ref();
                crate::ssr::lists::value::rate(stats.and_then(|stats| stats.$field.as_ref()))
            },
        )
    };
}

pub(super) use {counted, list, rated, sized, worded};
