//! Columns of lists, and the trait of a list.

use std::sync::Arc;

use client::{ClientError, Session};
use metering::Page;
use metering::requests::ListQuery;

use super::render_context::RenderContext;
use super::value::Value;
use crate::i18n::list_texts::ListTexts;
use crate::view_models::level::Level;
use crate::view_models::table::Width;

/// A column of rows of a type.
pub(super) struct ColumnDef<T: 'static> {
    /// RabbitMQ's name of the field, or a dotted path to it.
    pub(super) key: &'static str,
    pub(super) label: fn(&ListTexts) -> &'static str,
    pub(super) value: fn(&T, &RenderContext<'_>) -> Value,
    /// Whether it is shown by default.
    pub(super) shown: bool,
    pub(super) sortable: bool,
    pub(super) number: bool,
}

/// A column of texts, shown and sortable.
pub(super) const fn text_column<T>(
    key: &'static str,
    label: fn(&ListTexts) -> &'static str,
    value: fn(&T, &RenderContext<'_>) -> Value,
) -> ColumnDef<T> {
    ColumnDef {
        key,
        label,
        value,
        shown: true,
        sortable: true,
        number: false,
    }
}

/// A column of numbers.
pub(super) const fn number_column<T>(
    key: &'static str,
    label: fn(&ListTexts) -> &'static str,
    value: fn(&T, &RenderContext<'_>) -> Value,
) -> ColumnDef<T> {
    ColumnDef {
        number: true,
        ..text_column(key, label, value)
    }
}

/// Hides a column by default.
pub(super) const fn hidden<T>(mut column: ColumnDef<T>) -> ColumnDef<T> {
    column.shown = false;
    column
}

/// Marks a column as not sortable, since it has several fields.
pub(super) const fn unsorted<T>(mut column: ColumnDef<T>) -> ColumnDef<T> {
    column.sortable = false;
    column
}

/// The width of a column, by its field.
pub(super) fn width_of(key: &str, number: bool) -> Width {
    match key {
        "mem_used" | "disk_free" | "fd_used" | "sockets_used" | "proc_used" => Width::Gauge,
        "recv_oct_details.rate" | "send_oct_details.rate" => Width::DataRate,
        "connected_at" | "idle_since" => Width::Time,
        "state" | "cluster_state" | "status" => Width::State,
        "user" | "channel_details.user" => Width::User,
        "features" => Width::Features,
        "uptime" => Width::Text,
        "vhost" | "queue.vhost" | "type" | "mode" | "ssl" | "durable" | "auto_delete"
        | "exclusive" | "internal" | "ack_required" => Width::Word,
        _ if number => Width::Word,
        _ => Width::Text,
    }
}

/// A list of a broker.
pub(super) trait List: 'static {
    /// The API's type of a row.
    type Row: Send + Sync + 'static;
    /// The list's name in addresses, which is the API's.
    const NAME: &'static str;

    /// The list's title.
    fn title(list_texts: &ListTexts) -> &'static str;

    /// The columns. The first is the row's name.
    fn columns() -> &'static [ColumnDef<Self::Row>];

    /// The severity of a row, if it needs attention.
    fn level(_: &Self::Row) -> Option<Level> {
        None
    }

    /// Fetches a page of the list.
    fn fetch(
        session: &Session,
        broker: &str,
        query: &ListQuery,
    ) -> impl Future<Output = Result<Arc<Page<Self::Row>>, ClientError>> + Send;
}

/// Says how a list of [`metering::lists`] is shown: its title, columns, and a row's severity.
macro_rules! list {
    ($name:ident, $title:ident, $columns:expr $(, level $level:expr)?) => {
        impl crate::presenters::lists::column::List for metering::lists::$name {
            type Row = <Self as metering::lists::List>::Row;
            const NAME: &'static str = <Self as metering::lists::List>::KIND.name();

            fn title(list_texts: &crate::i18n::list_texts::ListTexts) -> &'static str {
                list_texts.$title
            }

            fn columns() -> &'static [crate::presenters::lists::column::ColumnDef<Self::Row>] {
                $columns
            }

            $(fn level(row: &Self::Row) -> Option<crate::view_models::level::Level> {
                $level(row)
            })?

            async fn fetch(
                session: &client::Session,
                broker: &str,
                query: &metering::requests::ListQuery,
            ) -> Result<std::sync::Arc<metering::Page<Self::Row>>, client::ClientError> {
                session.list::<Self>(broker, query).await
            }
        }
    };
}

/// A column of a text field.
macro_rules! text_field {
    ($field:ident, $label:ident) => {
        crate::presenters::lists::column::text_field!(stringify!($field), $field, $label)
    };
    ($key:expr, $field:ident, $label:ident) => {
        crate::presenters::lists::column::text_column(
            $key,
            |v| v.$label,
            |row, _| crate::presenters::lists::value::text(row.$field.as_ref()),
        )
    };
}

/// A column of a count.
macro_rules! count_field {
    ($field:ident, $label:ident) => {
        crate::presenters::lists::column::number_column(
            stringify!($field),
            |v| v.$label,
            |row, _| crate::presenters::lists::value::count(row.$field),
        )
    };
}

/// A column of bytes.
macro_rules! bytes_field {
    ($field:ident, $label:ident) => {
        crate::presenters::lists::column::number_column(
            stringify!($field),
            |v| v.$label,
            |row, _| crate::presenters::lists::value::bytes(row.$field),
        )
    };
}

/// A column of the rate of a message statistic.
macro_rules! rate_field {
    ($field:ident, $label:ident) => {
        crate::presenters::lists::column::number_column(
            concat!("message_stats.", stringify!($field), ".rate"),
            |v| v.$label,
            |row, _| {
                let stats = row.message_stats.as_ref();
                crate::presenters::lists::value::rate(stats.and_then(|stats| stats.$field.as_ref()))
            },
        )
    };
}

pub(super) use {bytes_field, count_field, list, rate_field, text_field};

#[cfg(test)]
mod tests {
    use metering::lists::ListKind;

    use super::List;

    /// The keys of the columns that viewers can sort a list by.
    fn sort_keys(kind: ListKind) -> Vec<&'static str> {
        let keys: Vec<_> = metering::with_list!(kind, L => {
            let columns = <L as List>::columns().iter();
            columns.filter(|column| column.sortable).map(|column| column.key).collect()
        });
        assert!(!keys.is_empty(), "{}", kind.name());
        keys
    }

    #[test]
    fn api_accepts_every_sort_key_of_every_list() {
        for kind in ListKind::ALL {
            let mut refused = sort_keys(kind);
            refused.retain(|key| !kind.has_column(key));
            assert!(refused.is_empty(), "{}: {refused:?}", kind.name());
        }
    }
}
