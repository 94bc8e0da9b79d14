//! The nodes against their limits and watermarks.

use leptos::prelude::*;
use metering::Node;

use super::links::to_node;
use crate::format;
use crate::i18n::{Catalog, catalog, durations};
use crate::polling::Live;
use crate::reactive::{flag, maybe, part, text};
use crate::ui::components::bar::{self, BarFill};
use crate::ui::components::status::Pill;
use crate::view_models::level::Level;

/// What a node's state is, the worst first.
pub(super) fn state(node: &Node, texts: &Catalog) -> (Level, &'static str) {
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

/// One of the nodes, as the last answer has it. Cheap to copy.
#[derive(Clone, Copy)]
struct One {
    live: Live,
    index: usize,
}

impl One {
    fn read<T>(self, read: impl Fn(&Node) -> T) -> Option<T> {
        self.live
            .read(|page| page.nodes.as_ref()?.get(self.index).map(&read))
    }
}

/// A table of the nodes. Accounts that may not see nodes see no table.
///
/// A row stands as long as the nodes are the same: in it only what has changed is drawn again.
#[component]
pub(crate) fn Nodes() -> impl IntoView {
    let live = expect_context::<Live>();
    let texts = catalog();
    let names = Memo::new(move |_| {
        live.read(|page| {
            let nodes = page.nodes.as_ref()?.iter();
            Some(nodes.map(|node| node.name.clone()).collect::<Vec<_>>())
        })
    });
    // Since 4.0 sockets are not counted any more, and a column of dashes helps nobody.
    let with_sockets = Memo::new(move |_| {
        live.read(|page| Some(page.nodes.as_ref()?.iter().any(Node::counts_sockets)))
            .unwrap_or_default()
    });
    let rows = part(move || {
        let sockets = with_sockets.get();
        let names = names.get()?.into_iter().enumerate();
        let rows = names.map(|(index, name)| row(name, One { live, index }, sockets, texts));
        Some(rows.collect_view())
    });
    view! {
        <section class="panel" id="nodes" class:hidden=flag(move || names.with(Option::is_none)) aria-labelledby="nodes-title">
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
                            {part(move || with_sockets.get().then(|| view! { <th scope="col">{texts.sockets}</th> }))}
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

fn row(name: String, node: One, sockets: bool, texts: &'static Catalog) -> impl IntoView + use<> {
    let level = move || node.read(|node| state(node, texts).0).unwrap_or(Level::Bad);
    let word = move || {
        node.read(|node| state(node, texts).1)
            .unwrap_or_default()
            .to_owned()
    };
    let uptime = move || {
        let uptime = node.read(|node| node.uptime).flatten();
        uptime.map_or(texts.no_value.to_owned(), |uptime| {
            durations::span(uptime, texts)
        })
    };
    let shown = match to_node(&name) {
        Some(href) => view! { <a href=href>{name}</a> }.into_any(),
        None => name.into_any(),
    };
    let is_down = flag(move || node.read(|node| node.running) == Some(Some(false)));
    view! {
        <tr class:down=is_down>
            <th scope="row">{shown}</th>
            <td><Pill level=Signal::derive(level) text=Signal::derive(word) /></td>
            <td>{gauge(node, memory, texts)}</td>
            <td>{gauge(node, disk, texts)}</td>
            <td>{gauge(node, |node, texts| against_limit(node.fd_used, node.fd_total, texts), texts)}</td>
            {sockets.then(|| view! {
                <td>{gauge(node, |node, texts| against_limit(node.sockets_used, node.sockets_total, texts), texts)}</td>
            })}
            <td>{gauge(node, |node, texts| against_limit(node.proc_used, node.proc_total, texts), texts)}</td>
            <td class="uptime">{text(uptime)}</td>
        </tr>
    }
}

/// A value against its limit.
#[derive(Clone, PartialEq)]
struct Gauge {
    value: String,
    limit: Option<String>,
    filled: Option<BarFill>,
}

/// Memory against the high watermark, which is the bar's end.
fn memory(node: &Node, texts: &Catalog) -> Option<Gauge> {
    let used = node.mem_used?;
    let limit = node.mem_limit.filter(|&limit| limit > 0);
    Some(Gauge {
        value: format::bytes(used as f64),
        limit: limit.map(|limit| texts.of.fill([&format::bytes(limit as f64)])),
        filled: limit.map(|limit| BarFill {
            share: used as f64 / limit as f64,
            mark: Some(1.0),
            alarmed: node.mem_alarm == Some(true),
        }),
    })
}

/// Free disk and the low watermark. How large the disk is no broker reports, so there is no bar.
fn disk(node: &Node, texts: &Catalog) -> Option<Gauge> {
    let free = node.disk_free?;
    let limit = node.disk_free_limit.filter(|&limit| limit > 0);
    Some(Gauge {
        value: format::bytes(free as f64),
        limit: limit.map(|limit| texts.alarm_below.fill([&format::bytes(limit as f64)])),
        filled: None,
    })
}

fn against_limit(used: Option<i64>, total: Option<i64>, texts: &Catalog) -> Option<Gauge> {
    /// From here on a limit is near, as the broker's own UI has it for file descriptors.
    const NEAR: f64 = 0.95;
    let used = used?;
    let total = total.filter(|&total| total > 0);
    Some(Gauge {
        value: format::count(used as f64),
        limit: total.map(|total| texts.of.fill([&format::count(total as f64)])),
        filled: total.map(|total| {
            let share = used as f64 / total as f64;
            BarFill {
                share,
                mark: None,
                alarmed: share > NEAR,
            }
        }),
    })
}

fn gauge(
    node: One,
    read: fn(&Node, &Catalog) -> Option<Gauge>,
    texts: &'static Catalog,
) -> AnyView {
    let gauge = Memo::new(move |_| node.read(|node| read(node, texts)).flatten());
    let value = text(move || {
        let value = gauge.with(|gauge| gauge.as_ref().map(|gauge| gauge.value.clone()));
        value.unwrap_or_else(|| texts.no_value.to_owned())
    });
    let limit = maybe(move || gauge.with(|gauge| gauge.as_ref()?.limit.clone()));
    let filled = Signal::derive(move || gauge.with(|gauge| gauge.as_ref()?.filled));
    view! { <bar::Gauge filled value limit /> }.into_any()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::i18n::EN;
    #[cfg(target_arch = "wasm32")]
    use wasm_bindgen_test::wasm_bindgen_test as test;

    #[test]
    fn a_bar_is_as_full_as_its_text_says() {
        const GIB: i64 = 1 << 30;
        let node = Node {
            mem_used: Some(GIB / 2),
            mem_limit: Some(GIB),
            disk_free: Some(400 * GIB),
            disk_free_limit: Some(GIB),
            ..Node::default()
        };
        let memory = memory(&node, &EN).expect("a gauge");
        assert_eq!(memory.limit.as_deref(), Some("of 1 GiB"));
        assert_eq!(memory.filled.map(|filled| filled.share), Some(0.5));
        let disk = disk(&node, &EN).expect("a gauge");
        assert_eq!(
            (disk.value.as_str(), disk.limit.as_deref()),
            ("400 GiB", Some("alarm below 1 GiB"))
        );
        assert_eq!(disk.filled, None, "nobody knows how large the disk is");
    }

    #[test]
    fn worst_state_is_shown() {
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
