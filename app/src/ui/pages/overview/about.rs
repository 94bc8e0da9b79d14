//! What seldom changes: listeners, web contexts, exchange types, versions.

use leptos::prelude::*;
use metering::Overview;
use metering::overview::{Context, ExchangeType, Listener};

use crate::i18n::{Catalog, catalog, durations};
use crate::polling::Live;
use crate::ui::components::rows::{Rows, RowsPanel};

/// Rows read from the overview.
fn rows(read: fn(&Overview, &Catalog) -> Option<Vec<Vec<String>>>) -> Rows {
    let live = expect_context::<Live>();
    let texts = catalog();
    Memo::new(move |_| live.read(|page| read(page.overview.as_ref()?, texts)))
}

/// Versions and names.
#[component]
pub(crate) fn Facts() -> impl IntoView {
    let live = expect_context::<Live>();
    let texts = catalog();
    let rows = Memo::new(move |_| {
        live.read(|page| {
            let tick = durations::span(page.broker.tick.into(), texts);
            Some(facts(page.overview.as_ref()?, tick, texts))
        })
    });
    view! { <RowsPanel id="about" title=texts.about heads=vec![texts.name, texts.version] rows /> }
}

/// Where the broker listens.
#[component]
pub(crate) fn Listeners() -> impl IntoView {
    let texts = catalog();
    let heads = vec![texts.protocol, texts.bound_to, texts.port, texts.node];
    let rows = rows(|overview, texts| Some(listeners(overview.listeners.as_ref()?, texts)));
    view! { <RowsPanel id="listeners" title=texts.listeners heads rows /> }
}

/// What its web server serves.
#[component]
pub(crate) fn Contexts() -> impl IntoView {
    let texts = catalog();
    let heads = vec![texts.description, texts.bound_to, texts.port, texts.path];
    let rows = rows(|overview, texts| Some(contexts(overview.contexts.as_ref()?, texts)));
    view! { <RowsPanel id="contexts" title=texts.contexts heads rows /> }
}

/// The kinds of exchanges that it knows.
#[component]
pub(crate) fn ExchangeTypes() -> impl IntoView {
    let texts = catalog();
    let heads = vec![texts.name, texts.description];
    let rows = rows(|overview, texts| Some(types(overview.exchange_types.as_ref()?, texts)));
    view! { <RowsPanel id="exchange-types" title=texts.exchange_types heads rows /> }
}

fn facts(overview: &Overview, tick: String, texts: &Catalog) -> Vec<Vec<String>> {
    let given = [
        (texts.version_rabbitmq, overview.rabbitmq_version.clone()),
        (
            texts.version_management,
            overview.management_version.clone(),
        ),
        (texts.version_erlang, overview.erlang_version.clone()),
        (texts.cluster_name, overview.cluster_name.clone()),
        (texts.node, overview.node.clone()),
        (texts.rates_mode, overview.rates_mode.clone()),
        (texts.tick, Some(tick)),
    ];
    given
        .into_iter()
        .filter_map(|(name, value)| Some(vec![name.to_owned(), value?]))
        .collect()
}

fn or_dash(text: Option<String>, texts: &Catalog) -> String {
    text.unwrap_or_else(|| texts.no_value.to_owned())
}

/// `::` and `0.0.0.0` are every address there is.
fn address(address: Option<&str>, texts: &Catalog) -> String {
    match address {
        None | Some("::" | "0.0.0.0") => texts.all_addresses.to_owned(),
        Some(address) => address.to_owned(),
    }
}

fn listeners(listeners: &[Listener], texts: &Catalog) -> Vec<Vec<String>> {
    let row = |listener: &Listener| {
        let mut protocol = or_dash(listener.protocol.clone(), texts);
        if listener.tls == Some(true) {
            protocol = format!("{protocol} · {}", texts.tls);
        }
        vec![
            protocol,
            address(listener.ip_address.as_deref(), texts),
            or_dash(listener.port.map(|port| port.to_string()), texts),
            or_dash(listener.node.clone(), texts),
        ]
    };
    listeners.iter().map(row).collect()
}

fn contexts(contexts: &[Context], texts: &Catalog) -> Vec<Vec<String>> {
    let row = |context: &Context| {
        vec![
            or_dash(context.description.clone(), texts),
            address(context.ip.as_deref(), texts),
            or_dash(context.port.map(|port| port.to_string()), texts),
            or_dash(context.path.clone(), texts),
        ]
    };
    contexts.iter().map(row).collect()
}

fn types(types: &[ExchangeType], texts: &Catalog) -> Vec<Vec<String>> {
    let row =
        |kind: &ExchangeType| vec![kind.name.clone(), or_dash(kind.description.clone(), texts)];
    types.iter().map(row).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::i18n::EN;
    #[cfg(target_arch = "wasm32")]
    use wasm_bindgen_test::wasm_bindgen_test as test;

    #[test]
    fn every_address_is_called_so() {
        assert_eq!(address(Some("::"), &EN), "all addresses");
        assert_eq!(address(None, &EN), "all addresses");
        assert_eq!(address(Some("127.0.0.1"), &EN), "127.0.0.1");
    }

    #[test]
    fn unreported_facts_are_left_out() {
        let oldest = Overview {
            rabbitmq_version: Some("3.2.4".into()),
            ..Overview::default()
        };
        let facts = facts(&oldest, "5 s".into(), &EN);
        assert_eq!(facts, [["RabbitMQ", "3.2.4"], ["Polled every", "5 s"]]);
    }
}
