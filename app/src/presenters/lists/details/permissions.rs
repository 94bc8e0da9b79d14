//! Who may do what, on the page of an account and on that of a vhost.

use metering::{Permission, TopicPermission};

use crate::presenters::lists::facts::table;
use crate::presenters::lists::permissions::{COLUMNS, OF_TOPICS};
use crate::presenters::lists::render_context::RenderContext;
use crate::view_models::lists::DetailTable;

/// Permissions and topic permissions, with the `other` end of each: `user` or `vhost`. They are
/// missing for accounts that are no administrators.
pub(super) fn tables(
    permissions: Option<&[Permission]>,
    topics: Option<&[TopicPermission]>,
    other: &str,
    context: &RenderContext<'_>,
) -> Vec<DetailTable> {
    let list_texts = context.list_texts;
    let hidden = |is_reported: bool, none| {
        if is_reported {
            none
        } else {
            list_texts.permissions_hidden
        }
    };
    vec![
        table(
            ("permissions", list_texts.permissions_of),
            COLUMNS,
            &[other, "configure", "write", "read"],
            permissions.unwrap_or_default(),
            hidden(permissions.is_some(), list_texts.no_permissions),
            context,
        ),
        table(
            ("topic-permissions", list_texts.topic_permissions_of),
            OF_TOPICS,
            &[other, "exchange", "write", "read"],
            topics.unwrap_or_default(),
            hidden(topics.is_some(), list_texts.no_topic_permissions),
            context,
        ),
    ]
}
