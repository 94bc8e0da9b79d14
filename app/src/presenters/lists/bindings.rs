//! Bindings.

use metering::Binding;

use super::column::{ColumnDef, hidden, list, text_column, unsorted};
use super::render_context::RenderContext;
use super::value::{Value, table, text};

list!(Bindings, bindings, COLUMNS);

pub(super) const COLUMNS: &[ColumnDef<Binding>] = &[
    text_column(
        "source",
        |v| v.source_exchange,
        |binding, context| context.exchange(&binding.vhost, &binding.source),
    ),
    text_column(
        "vhost",
        |v| v.vhost,
        |binding, context| context.link("vhosts", &binding.vhost),
    ),
    text_column("destination", |v| v.destination, destination),
    text_column(
        "destination_type",
        |v| v.kind,
        |binding, context| {
            let kind = binding.destination_type.as_deref();
            kind.map_or(Value::Nothing, |kind| {
                Value::Text(context.list_texts.words.destination_type(kind).to_owned())
            })
        },
    ),
    text_column(
        "routing_key",
        |v| v.routing_key,
        |binding, _| text(binding.routing_key.as_ref()),
    ),
    unsorted(text_column(
        "arguments",
        |v| v.arguments,
        |binding, _| table(binding.arguments.as_ref()),
    )),
    hidden(text_column(
        "properties_key",
        |v| v.properties_key,
        |binding, _| text(binding.properties_key.as_ref()),
    )),
];

/// The columns of a table of bindings to an object.
pub(super) const TO: &[&str] = &["source", "routing_key", "arguments"];
/// The columns of a table of bindings from an exchange.
pub(super) const FROM: &[&str] = &[
    "destination",
    "destination_type",
    "routing_key",
    "arguments",
];

fn destination(binding: &Binding, context: &RenderContext<'_>) -> Value {
    if binding.destination_type.as_deref() == Some("exchange") {
        context.exchange(&binding.vhost, &binding.destination)
    } else {
        context.link_in("queues", &binding.vhost, &binding.destination)
    }
}
