//! What accounts may do in vhosts, and with which routing keys.

use metering::{Permission, TopicPermission};

use super::column::{ColumnDef, list, text_column};
use super::render_context::RenderContext;
use super::value::{Value, text};

list!(Permissions, permissions, COLUMNS);
list!(TopicPermissions, topic_permissions, OF_TOPICS);

pub(super) const COLUMNS: &[ColumnDef<Permission>] = &[
    text_column(
        "user",
        |v| v.user,
        |permission, context| context.link("users", &permission.user),
    ),
    text_column(
        "vhost",
        |v| v.vhost,
        |permission, context| context.link("vhosts", &permission.vhost),
    ),
    text_column(
        "configure",
        |v| v.configure,
        |permission, context| pattern(permission.configure.as_ref(), context),
    ),
    text_column(
        "write",
        |v| v.write,
        |permission, context| pattern(permission.write.as_ref(), context),
    ),
    text_column(
        "read",
        |v| v.read,
        |permission, context| pattern(permission.read.as_ref(), context),
    ),
];

pub(super) const OF_TOPICS: &[ColumnDef<TopicPermission>] = &[
    text_column(
        "user",
        |v| v.user,
        |permission, context| context.link("users", &permission.user),
    ),
    text_column(
        "vhost",
        |v| v.vhost,
        |permission, context| context.link("vhosts", &permission.vhost),
    ),
    text_column(
        "exchange",
        |v| v.exchange,
        |permission, context| context.exchange(&permission.vhost, &permission.exchange),
    ),
    text_column(
        "write",
        |v| v.write_keys,
        |permission, context| pattern(permission.write.as_ref(), context),
    ),
    text_column(
        "read",
        |v| v.read_keys,
        |permission, context| pattern(permission.read.as_ref(), context),
    ),
];

/// A regular expression on names. An empty one means that nothing is allowed.
fn pattern(given: Option<&String>, context: &RenderContext<'_>) -> Value {
    match given {
        Some(pattern) if pattern.is_empty() => {
            Value::Text(context.list_texts.nothing_allowed.to_owned())
        }
        given => text(given),
    }
}
