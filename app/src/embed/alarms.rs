//! The alarms in effect, a line each.

use leptos::prelude::*;
use metering::Node;

use crate::components::status::{Level, Pill};
use crate::i18n::{Catalog, catalog};
use crate::live::Live;
use crate::reactive::{flag, part};

/// Every alarm of a node, not the worst alone.
pub(crate) fn of(node: &Node, texts: &Catalog) -> Vec<(Level, &'static str)> {
    let is_parted = node
        .partitions
        .as_ref()
        .is_some_and(|others| !others.is_empty());
    let alarms = [
        (node.running == Some(false), Level::Bad, texts.node_down),
        (is_parted, Level::Bad, texts.node_partitioned),
        (
            node.mem_alarm == Some(true),
            Level::Bad,
            texts.node_memory_alarm,
        ),
        (
            node.disk_free_alarm == Some(true),
            Level::Bad,
            texts.node_disk_alarm,
        ),
        (
            node.being_drained == Some(true),
            Level::Warning,
            texts.node_maintenance,
        ),
    ];
    let raised = alarms.into_iter().filter(|(raised, ..)| *raised);
    raised.map(|(_, level, word)| (level, word)).collect()
}

/// The alarms of every node; what it says where there is none, or where the account sees no node.
#[component]
pub(super) fn Alarms() -> impl IntoView {
    let live = expect_context::<Live>();
    let texts = catalog();
    let is_known = flag(move || live.page.with(Option::is_none));
    let raised = Memo::new(move |_| {
        let nodes = live.read(|page| page.nodes.clone())?;
        let each = nodes.iter().flat_map(|node| {
            let alarms = of(node, texts).into_iter();
            alarms.map(|(level, word)| (node.name.clone(), level, word))
        });
        Some(each.collect::<Vec<_>>())
    });
    let list = part(move || {
        match raised.get() {
        None => view! { <p class="empty">{texts.not_for_this_account}</p> }.into_any(),
        Some(none) if none.is_empty() => view! {
            <p><Pill level=Signal::stored(Level::Good) text=Signal::stored(texts.embed.no_alarms.to_owned()) /></p>
        }
        .into_any(),
        Some(alarms) => {
            let lines = alarms
                .into_iter()
                .map(|(node, level, word)| view! {
                    <li>
                        <Pill level=Signal::stored(level) text=Signal::stored(word.to_owned()) />
                        " "<b>{node}</b>
                    </li>
                })
                .collect_view();
            view! { <ul class="alarms">{lines}</ul> }.into_any()
        }
    }
    });
    view! {
        <section class="panel" id="alarms" aria-labelledby="alarms-title">
            <h2 id="alarms-title">{texts.embed.alarms}</h2>
            <div class:invisible=is_known role="status">{list}</div>
        </section>
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
    fn every_alarm_of_a_node_is_listed() {
        let node = Node {
            mem_alarm: Some(true),
            disk_free_alarm: Some(true),
            running: Some(true),
            ..Node::default()
        };
        let words: Vec<_> = of(&node, &EN).into_iter().map(|(_, word)| word).collect();
        assert_eq!(words, ["memory alarm", "disk alarm"]);
        assert!(of(&Node::default(), &EN).is_empty());
    }
}
