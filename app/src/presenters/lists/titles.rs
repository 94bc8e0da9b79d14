//! Titles of lists.

use crate::i18n::list_texts::ListTexts;

/// The title of a list.
pub(crate) fn title(kind: &str, list_texts: &ListTexts) -> &'static str {
    match kind {
        "queues" => list_texts.queues,
        "connections" => list_texts.connections,
        "channels" => list_texts.channels,
        "consumers" => list_texts.consumers,
        "exchanges" => list_texts.exchanges,
        "bindings" => list_texts.bindings,
        "nodes" => list_texts.nodes,
        "users" => list_texts.users,
        "vhosts" => list_texts.vhosts,
        "permissions" => list_texts.permissions,
        "topic-permissions" => list_texts.topic_permissions,
        "policies" => list_texts.policies,
        "operator-policies" => list_texts.operator_policies,
        "vhost-limits" => list_texts.vhost_limits,
        "user-limits" => list_texts.user_limits,
        "feature-flags" => list_texts.feature_flags,
        "shovels" => list_texts.shovels,
        "federation-links" => list_texts.federation_links,
        "federation-upstreams" => list_texts.federation_upstreams,
        "traces" => list_texts.traces,
        "trace-files" => list_texts.trace_files,
        "stream-publishers" => list_texts.stream_publishers,
        "stream-consumers" => list_texts.stream_consumers,
        _ => list_texts.deprecated_features,
    }
}
