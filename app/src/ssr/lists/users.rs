//! Accounts.

use metering::User;

use super::column::{Col, col, list, num};
use super::value::{Value, flag, tag};

list!(Users = "users", user_list: User, COLUMNS);

const COLUMNS: &[Col<User>] = &[
    col(
        "name",
        |v| v.name,
        |user, scene| scene.link("users", &user.name),
    ),
    col("tags", |v| v.tags, |user, _| tags(user)),
    col(
        "has_password",
        |v| v.has_password,
        |user, _| flag(user.has_password),
    ),
    num(
        "limits.max-connections",
        |v| v.max_connections,
        |user, _| limit(user, "max-connections"),
    ),
    num(
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
    super::limits::of(user.limits.as_ref(), key)
}
