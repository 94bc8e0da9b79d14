//! An account, and what it may do.

use client::ClientError;

use super::object_page::{DetailRequest, ObjectPage};
use super::permissions;
use crate::presenters::lists::facts::group;
use crate::presenters::lists::users;
use crate::presenters::lists::value::flag;

pub(super) async fn make(
    request: &DetailRequest<'_>,
    name: &str,
) -> Result<ObjectPage, ClientError> {
    let context = &request.context;
    let list_texts = context.list_texts;
    let details = request.session.user(request.broker(), name).await?;
    let user = &details.user;
    let overview = [
        (list_texts.tags, users::tags(user)),
        (list_texts.has_password, flag(user.has_password)),
        (
            list_texts.max_connections,
            users::limit(user, "max-connections"),
        ),
        (list_texts.max_channels, users::limit(user, "max-channels")),
    ];
    let tables = permissions::tables(
        details.permissions.as_deref(),
        details.topic_permissions.as_deref(),
        "vhost",
        context,
    );
    Ok(ObjectPage {
        groups: group(list_texts.details, overview, context)
            .into_iter()
            .collect(),
        tables,
        ..ObjectPage::default()
    })
}
