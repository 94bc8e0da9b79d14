//! An account, and what it may do.

use client::ClientError;

use super::super::facts::group;
use super::super::users;
use super::super::value::flag;
use super::{Made, Want, permissions};

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
    let tables = permissions::tables(
        details.permissions.as_deref(),
        details.topic_permissions.as_deref(),
        "vhost",
        scene,
    );
    Ok(Made {
        groups: group(views.details, overview, scene).into_iter().collect(),
        tables,
        ..Made::default()
    })
}
