//! An account, and what it may do.

use client::ClientError;

use super::super::facts::{group, table};
use super::super::value::flag;
use super::super::{permissions, users};
use super::{Made, Want};

pub(super) async fn make(want: &Want<'_>, name: &str) -> Result<Made, ClientError> {
    let scene = &want.scene;
    let views = scene.views;
    let details = want.session.user(want.broker(), name).await?;
    let user = &details.user;
    let overview = [
        (views.tags, users::tags(user)),
        (views.has_password, flag(user.has_password)),
        (views.max_connections, users::limit(user, "max-connections")),
        (views.max_channels, users::limit(user, "max-channels")),
    ];
    let hidden = |is_told: bool, none| {
        if is_told {
            none
        } else {
            views.permissions_hidden
        }
    };
    let of_user = table(
        ("permissions", views.permissions_of),
        permissions::COLUMNS,
        &["vhost", "configure", "write", "read"],
        details.permissions.as_deref().unwrap_or_default(),
        hidden(details.permissions.is_some(), views.no_permissions),
        scene,
    );
    let topics = table(
        ("topic-permissions", views.topic_permissions_of),
        permissions::OF_TOPICS,
        &["vhost", "exchange", "write", "read"],
        details.topic_permissions.as_deref().unwrap_or_default(),
        hidden(
            details.topic_permissions.is_some(),
            views.no_topic_permissions,
        ),
        scene,
    );
    Ok(Made {
        groups: group(views.details, overview, scene).into_iter().collect(),
        tables: vec![of_user, topics],
        ..Made::default()
    })
}
