//! Bindings.

use metering::Binding;

use super::column::{Col, col, extra, list, unsorted};
use super::links::Scene;
use super::value::{Value, table, text};

list!(Bindings = "bindings", bindings: Binding, COLUMNS);

pub(super) const COLUMNS: &[Col<Binding>] = &[
    col(
        "source",
        |v| v.source_exchange,
        |binding, scene| scene.exchange(&binding.vhost, &binding.source),
    ),
    col(
        "vhost",
        |v| v.vhost,
        |binding, scene| scene.link("vhosts", &binding.vhost),
    ),
    col("destination", |v| v.destination, destination),
    col(
        "destination_type",
        |v| v.kind,
        |binding, scene| {
            let kind = binding.destination_type.as_deref();
            kind.map_or(Value::Nothing, |kind| {
                Value::Text(scene.views.destination_type(kind).to_owned())
            })
        },
    ),
    col(
        "routing_key",
        |v| v.routing_key,
        |binding, _| text(binding.routing_key.as_ref()),
    ),
    unsorted(col(
        "arguments",
        |v| v.arguments,
        |binding, _| table(binding.arguments.as_ref()),
    )),
    extra(col(
        "properties_key",
        |v| v.properties_key,
        |binding, _| text(binding.properties_key.as_ref()),
    )),
];

/// The columns that stand in the table of what leads to something.
pub(super) const TO: &[&str] = &["source", "routing_key", "arguments"];
/// The columns that stand in the table of what leads from an exchange.
pub(super) const FROM: &[&str] = &[
    "destination",
    "destination_type",
    "routing_key",
    "arguments",
];

fn destination(binding: &Binding, scene: &Scene<'_>) -> Value {
    if binding.destination_type.as_deref() == Some("exchange") {
        scene.exchange(&binding.vhost, &binding.destination)
    } else {
        scene.link_in("queues", &binding.vhost, &binding.destination)
    }
}
