//! What accounts may do in vhosts, and with which routing keys.

use metering::{Permission, TopicPermission};

use super::column::{Col, col, list};
use super::links::Scene;
use super::value::{Value, text};

list!(Permissions = "permissions", permissions: Permission, COLUMNS);
list!(TopicPermissions = "topic-permissions", topic_permissions: TopicPermission, OF_TOPICS);

pub(super) const COLUMNS: &[Col<Permission>] = &[
    col(
        "user",
        |v| v.user,
        |permission, scene| scene.link("users", &permission.user),
    ),
    col(
        "vhost",
        |v| v.vhost,
        |permission, scene| scene.link("vhosts", &permission.vhost),
    ),
    col(
        "configure",
        |v| v.configure,
        |permission, scene| pattern(permission.configure.as_ref(), scene),
    ),
    col(
        "write",
        |v| v.write,
        |permission, scene| pattern(permission.write.as_ref(), scene),
    ),
    col(
        "read",
        |v| v.read,
        |permission, scene| pattern(permission.read.as_ref(), scene),
    ),
];

pub(super) const OF_TOPICS: &[Col<TopicPermission>] = &[
    col(
        "user",
        |v| v.user,
        |permission, scene| scene.link("users", &permission.user),
    ),
    col(
        "vhost",
        |v| v.vhost,
        |permission, scene| scene.link("vhosts", &permission.vhost),
    ),
    col(
        "exchange",
        |v| v.exchange,
        |permission, scene| scene.exchange(&permission.vhost, &permission.exchange),
    ),
    col(
        "write",
        |v| v.write_keys,
        |permission, scene| pattern(permission.write.as_ref(), scene),
    ),
    col(
        "read",
        |v| v.read_keys,
        |permission, scene| pattern(permission.read.as_ref(), scene),
    ),
];

/// A regular expression on names. The empty one is none: it is how brokers write that nothing is allowed.
fn pattern(given: Option<&String>, scene: &Scene<'_>) -> Value {
    match given {
        Some(pattern) if pattern.is_empty() => Value::Text(scene.views.nothing_allowed.to_owned()),
        given => text(given),
    }
}
