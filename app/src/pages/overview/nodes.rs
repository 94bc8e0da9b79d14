//! The nodes against their limits and watermarks.

use leptos::prelude::*;
use metering::Node;

use crate::components::bar::Bar;
use crate::components::status::{Level, Pill};
use crate::format;
use crate::i18n::{Catalog, catalog};
use crate::live::Live;
use crate::reactive::{flag, part};

/// What a node's state is, the worst first.
fn state(node: &Node, texts: &Catalog) -> (Level, &'static str) {
    if node.running == Some(false) {
        (Level::Bad, texts.node_down)
    } else if node
        .partitions
        .as_ref()
        .is_some_and(|partitions| !partitions.is_empty())
    {
        (Level::Bad, texts.node_partitioned)
    } else if node.mem_alarm == Some(true) {
        (Level::Bad, texts.node_memory_alarm)
    } else if node.disk_free_alarm == Some(true) {
        (Level::Bad, texts.node_disk_alarm)
    } else if node.being_drained == Some(true) {
        (Level::Warning, texts.node_maintenance)
    } else {
        (Level::Good, texts.node_running)
    }
}

/// A table of the nodes. Accounts that may not see nodes see no table.
#[component]
pub(crate) fn Nodes() -> impl IntoView {
    let live = expect_context::<Live>();
    let texts = catalog();
    let nodes = move || live.read(|page| page.nodes.clone());
    // Since 4.0 sockets are not counted any more, and a column of dashes helps nobody.
    let with_sockets = move || nodes().is_some_and(|nodes| nodes.iter().any(Node::counts_sockets));
    let rows = part(move || {
        let sockets = with_sockets();
        nodes().map(|nodes| {
            nodes
                .iter()
                .map(|node| row(node, sockets, texts))
                .collect_view()
        })
    });
    view! {
        <section class="panel" id="nodes" class:hidden=flag(move || nodes().is_none()) aria-labelledby="nodes-title">
            <h2 id="nodes-title">{texts.nodes}<span class="unit">{texts.nodes_lead}</span></h2>
            <div class="scroll" tabindex="0" role="group" aria-labelledby="nodes-title">
                <table class="list nodes">
                    <thead>
                        <tr>
                            <th scope="col">{texts.node}</th>
                            <th scope="col">{texts.state}</th>
                            <th scope="col">{texts.memory}</th>
                            <th scope="col">{texts.disk_free}</th>
                            <th scope="col">{texts.file_descriptors}</th>
                            {part(move || with_sockets().then(|| view! { <th scope="col">{texts.sockets}</th> }))}
                            <th scope="col">{texts.processes}</th>
                            <th scope="col">{texts.uptime}</th>
                        </tr>
                    </thead>
                    <tbody>{rows}</tbody>
                </table>
            </div>
        </section>
    }
    .into_any()
}

fn row(node: &Node, sockets: bool, texts: &'static Catalog) -> impl IntoView + use<> {
    let (level, word) = state(node, texts);
    let uptime = node.uptime.map_or(texts.no_value.to_owned(), |uptime| {
        format::span(uptime, texts)
    });
    view! {
        <tr class:down=node.running == Some(false)>
            <th scope="row">{node.name.clone()}</th>
            <td><Pill level=Signal::stored(level) text=Signal::stored(word.to_owned()) /></td>
            <td>{memory(node, texts)}</td>
            <td>{disk(node, texts)}</td>
            <td>{against_limit(node.fd_used, node.fd_total, texts)}</td>
            {sockets.then(|| view! { <td>{against_limit(node.sockets_used, node.sockets_total, texts)}</td> })}
            <td>{against_limit(node.proc_used, node.proc_total, texts)}</td>
            <td class="uptime">{uptime}</td>
        </tr>
    }
}

/// Memory against the high watermark, which stands at four fifths of the bar so that one sees what is over it.
fn memory(node: &Node, texts: &'static Catalog) -> AnyView {
    const MARK: f64 = 0.8;
    let Some(used) = node.mem_used else {
        return texts.no_value.into_any();
    };
    let limit = node.mem_limit.filter(|&limit| limit > 0);
    gauge(
        format::bytes(used as f64),
        limit.map(|limit| texts.of.fill([&format::bytes(limit as f64)])),
        limit.map(|limit| used as f64 / limit as f64 * MARK),
        limit.map(|_| MARK),
        node.mem_alarm == Some(true),
    )
}

/// Free disk against the low watermark. How large the disk is no broker says: the bar is logarithmic,
/// from the watermark's tenth to a thousandfold of it.
fn disk(node: &Node, texts: &'static Catalog) -> AnyView {
    let Some(free) = node.disk_free else {
        return texts.no_value.into_any();
    };
    let limit = node.disk_free_limit.filter(|&limit| limit > 0);
    let share = |times_limit: f64| (times_limit.max(1e-3).log10() + 1.0) / 4.0;
    gauge(
        format::bytes(free as f64),
        limit.map(|limit| texts.alarm_below.fill([&format::bytes(limit as f64)])),
        limit.map(|limit| share(free as f64 / limit as f64)),
        limit.map(|_| share(1.0)),
        node.disk_free_alarm == Some(true),
    )
}

fn against_limit(used: Option<i64>, total: Option<i64>, texts: &'static Catalog) -> AnyView {
    /// From here on a limit is near, as the broker's own UI has it for file descriptors.
    const NEAR: f64 = 0.95;
    let Some(used) = used else {
        return texts.no_value.into_any();
    };
    let total = total.filter(|&total| total > 0);
    let share = total.map(|total| used as f64 / total as f64);
    gauge(
        format::count(used as f64),
        total.map(|total| texts.of.fill([&format::count(total as f64)])),
        share,
        None,
        share.is_some_and(|share| share > NEAR),
    )
}

fn gauge(
    value: String,
    limit: Option<String>,
    share: Option<f64>,
    mark: Option<f64>,
    alarmed: bool,
) -> AnyView {
    view! {
        <div class="gauge">
            {share.map(|share| view! { <Bar share=share mark=mark alarmed=alarmed /> })}
            <span class="value">{value}</span>
            <span class="limit">{limit}</span>
        </div>
    }
    .into_any()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::i18n::EN;
    #[cfg(target_arch = "wasm32")]
    use wasm_bindgen_test::wasm_bindgen_test as test;

    #[test]
    fn the_worst_state_is_told() {
        let state_of = |node: Node| state(&node, &EN).1;
        let alarmed = Node {
            running: Some(true),
            mem_alarm: Some(true),
            ..Node::default()
        };
        assert_eq!(
            state_of(Node {
                running: Some(true),
                ..Node::default()
            }),
            "running"
        );
        assert_eq!(state_of(alarmed.clone()), "memory alarm");
        assert_eq!(
            state_of(Node {
                disk_free_alarm: Some(true),
                ..Node::default()
            }),
            "disk alarm"
        );
        assert_eq!(
            state_of(Node {
                being_drained: Some(true),
                ..Node::default()
            }),
            "maintenance"
        );
        assert_eq!(
            state_of(Node {
                partitions: Some(vec!["b".into()]),
                ..alarmed.clone()
            }),
            "partitioned"
        );
        assert_eq!(
            state_of(Node {
                running: Some(false),
                ..alarmed
            }),
            "down"
        );
    }
}
