//! The limits of vhosts and of accounts.

use metering::{Table, UserLimit, Value as Limit, VhostLimit};

use super::column::{ColumnDef, list, number_column, text_column};
use super::value::Value;

list!(VhostLimits, vhost_limits, OF_VHOSTS);
list!(UserLimits, user_limits, OF_USERS);

const OF_VHOSTS: &[ColumnDef<VhostLimit>] = &[
    text_column(
        "vhost",
        |v| v.vhost,
        |limits, context| context.link("vhosts", &limits.vhost),
    ),
    number_column(
        "value.max-connections",
        |v| v.max_connections,
        |limits, _| limit(limits.value.as_ref(), "max-connections"),
    ),
    number_column(
        "value.max-queues",
        |v| v.max_queues,
        |limits, _| limit(limits.value.as_ref(), "max-queues"),
    ),
];

const OF_USERS: &[ColumnDef<UserLimit>] = &[
    text_column(
        "user",
        |v| v.user,
        |limits, context| context.link("users", &limits.user),
    ),
    number_column(
        "value.max-connections",
        |v| v.max_connections,
        |limits, _| limit(limits.value.as_ref(), "max-connections"),
    ),
    number_column(
        "value.max-channels",
        |v| v.max_channels,
        |limits, _| limit(limits.value.as_ref(), "max-channels"),
    ),
];

/// A limit; a negative value means no limit.
pub(super) fn limit(limits: Option<&Table>, key: &str) -> Value {
    match limits.and_then(|limits| limits.get(key)) {
        Some(Limit::Integer(limit)) if *limit >= 0 => Value::Count(*limit),
        _ => Value::Nothing,
    }
}
