//! Who may do what, on the page of an account and on that of a vhost.

use metering::{Permission, TopicPermission};

use super::super::facts::table;
use super::super::links::Scene;
use super::super::permissions::{COLUMNS, OF_TOPICS};
use crate::server_fns::lists::DetailTable;

/// Permissions and topic permissions, with the `other` end of each: `user` or `vhost`. What is not
/// told is for administrators.
pub(super) fn tables(
    permissions: Option<&[Permission]>,
    topics: Option<&[TopicPermission]>,
    other: &str,
    scene: &Scene<'_>,
) -> Vec<DetailTable> {
    let views = scene.views;
    let hidden = |is_told: bool, none| {
        if is_told {
            none
        } else {
            views.permissions_hidden
        }
    };
    vec![
        table(
            ("permissions", views.permissions_of),
            COLUMNS,
            &[other, "configure", "write", "read"],
            permissions.unwrap_or_default(),
            hidden(permissions.is_some(), views.no_permissions),
            scene,
        ),
        table(
            ("topic-permissions", views.topic_permissions_of),
            OF_TOPICS,
            &[other, "exchange", "write", "read"],
            topics.unwrap_or_default(),
            hidden(topics.is_some(), views.no_topic_permissions),
            scene,
        ),
    ]
}
