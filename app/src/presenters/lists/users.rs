//! Accounts.

use metering::User;

use super::column::{ColumnDef, list, number_column, text_column};
use super::value::{Value, flag, tag};

list!(Users, users, COLUMNS);

const COLUMNS: &[ColumnDef<User>] = &[
    text_column(
        "name",
        |v| v.name,
        |user, context| context.link("users", &user.name),
    ),
    text_column("tags", |v| v.tags, |user, _| tags(user)),
    text_column(
        "has_password",
        |v| v.has_password,
        |user, _| flag(user.has_password),
    ),
    number_column(
        "limits.max-connections",
        |v| v.max_connections,
        |user, _| limit(user, "max-connections"),
    ),
    number_column(
        "limits.max-channels",
        |v| v.max_channels,
        |user, _| limit(user, "max-channels"),
    ),
];

pub(super) fn tags(user: &User) -> Value {
    if user.tags.is_empty() {
        return Value::Nothing;
    }
    Value::Tags(user.tags.iter().map(|word| tag(word, None)).collect())
}

pub(super) fn limit(user: &User, key: &str) -> Value {
    super::limits::limit(user.limits.as_ref(), key)
}
