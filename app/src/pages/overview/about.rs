//! What seldom changes: listeners, web contexts, exchange types, versions.

use std::sync::Arc;

use leptos::prelude::*;
use metering::Overview;
use metering::overview::{Context, ExchangeType, Listener};

use crate::format;
use crate::i18n::{Catalog, catalog};
use crate::live::Live;
use crate::reactive::{flag, part};

/// Four small tables.
#[component]
pub(super) fn About() -> impl IntoView {
    let live = expect_context::<Live>();
    let texts = catalog();
    // Lists that are the same as a tick ago are not drawn again.
    let listeners = Memo::new(move |_| live.read(|page| page.overview.as_ref()?.listeners.clone()));
    let contexts = Memo::new(move |_| live.read(|page| page.overview.as_ref()?.contexts.clone()));
    let types =
        Memo::new(move |_| live.read(|page| page.overview.as_ref()?.exchange_types.clone()));
    let facts = Memo::new(move |_| {
        live.read(|page| {
            let tick = format::span(page.broker.tick.into(), texts);
            page.overview
                .clone()
                .map(|overview| facts(&overview, tick, texts))
        })
    });
    view! {
        <div class="cards">
            {table("listeners", texts.listeners, [texts.protocol, texts.bound_to, texts.port, texts.node], listeners, move |listener| listener_row(listener, texts))}
            {table("contexts", texts.contexts, [texts.description, texts.bound_to, texts.port, texts.path], contexts, move |context| context_row(context, texts))}
            {table("exchange-types", texts.exchange_types, [texts.name, texts.description], types, move |kind| type_row(kind, texts))}
            {table("about", texts.about, [texts.name, texts.version], facts, |(name, value)| [name.to_owned(), value])}
        </div>
    }
}

fn facts(overview: &Arc<Overview>, tick: String, texts: &Catalog) -> Vec<(&'static str, String)> {
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
        .filter_map(|(name, value)| Some((name, value?)))
        .collect()
}

fn or_dash(text: Option<String>, texts: &Catalog) -> String {
    text.unwrap_or_else(|| texts.no_value.to_owned())
}

/// `::` and `0.0.0.0` are every address there is.
fn address(address: Option<String>, texts: &Catalog) -> String {
    match address.as_deref() {
        None | Some("::" | "0.0.0.0") => texts.all_addresses.to_owned(),
        Some(address) => address.to_owned(),
    }
}

fn listener_row(listener: Listener, texts: &Catalog) -> [String; 4] {
    let mut protocol = or_dash(listener.protocol, texts);
    if listener.tls == Some(true) {
        protocol = format!("{protocol} · {}", texts.tls);
    }
    [
        protocol,
        address(listener.ip_address, texts),
        or_dash(listener.port.map(|port| port.to_string()), texts),
        or_dash(listener.node, texts),
    ]
}

fn context_row(context: Context, texts: &Catalog) -> [String; 4] {
    [
        or_dash(context.description, texts),
        address(context.ip, texts),
        or_dash(context.port.map(|port| port.to_string()), texts),
        or_dash(context.path, texts),
    ]
}

fn type_row(kind: ExchangeType, texts: &Catalog) -> [String; 2] {
    [kind.name, or_dash(kind.description, texts)]
}

/// A panel with a table; absent where the broker does not tell, or not this account.
fn table<T, const N: usize>(
    id: &'static str,
    title: &'static str,
    heads: [&'static str; N],
    rows: Memo<Option<Vec<T>>>,
    cells: impl Fn(T) -> [String; N] + Send + Sync + Copy + 'static,
) -> impl IntoView
where
    T: Clone + PartialEq + Send + Sync + 'static,
{
    let heading = format!("{id}-title");
    let body = part(move || {
        rows.get()
            .unwrap_or_default()
            .into_iter()
            .map(|row| {
                let mut cells = cells(row).into_iter();
                let first = cells.next();
                view! {
                    <tr>
                        <th scope="row">{first}</th>
                        {cells.map(|cell| view! { <td>{cell}</td> }).collect_view()}
                    </tr>
                }
            })
            .collect_view()
    });
    view! {
        <section class="panel" id=id class:hidden=flag(move || rows.with(Option::is_none)) aria-labelledby=heading>
            <h2 id=heading.clone()>{title}</h2>
            <div class="scroll" tabindex="0" role="region" aria-labelledby=heading.clone()>
                <table class="list">
                    <thead>
                        <tr>{heads.into_iter().map(|head| view! { <th scope="col">{head}</th> }).collect_view()}</tr>
                    </thead>
                    <tbody>{body}</tbody>
                </table>
            </div>
        </section>
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::i18n::EN;
    #[cfg(target_arch = "wasm32")]
    use wasm_bindgen_test::wasm_bindgen_test as test;

    #[test]
    fn every_address_is_called_so() {
        assert_eq!(address(Some("::".into()), &EN), "all addresses");
        assert_eq!(address(None, &EN), "all addresses");
        assert_eq!(address(Some("127.0.0.1".into()), &EN), "127.0.0.1");
    }

    #[test]
    fn facts_that_the_broker_does_not_tell_are_left_out() {
        let oldest = Arc::new(Overview {
            rabbitmq_version: Some("3.2.4".into()),
            ..Overview::default()
        });
        let names: Vec<_> = facts(&oldest, "5 s".into(), &EN)
            .into_iter()
            .map(|(name, _)| name)
            .collect();
        assert_eq!(names, ["RabbitMQ", "Polled every"]);
    }
}
