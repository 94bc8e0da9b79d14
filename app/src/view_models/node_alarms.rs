//! What is wrong with a node: alarms, partitions, maintenance.

use metering::Node;

use super::level::Level;
use crate::i18n::Catalog;

/// All alarms of a node.
pub(crate) fn alarms_of(node: &Node, texts: &Catalog) -> Vec<(Level, &'static str)> {
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
        let words: Vec<_> = alarms_of(&node, &EN)
            .into_iter()
            .map(|(_, word)| word)
            .collect();
        assert_eq!(words, ["memory alarm", "disk alarm"]);
        assert!(alarms_of(&Node::default(), &EN).is_empty());
    }
}
