//! The limits of vhosts and of accounts.

use metering::{Table, UserLimit, Value as Limit, VhostLimit};

use super::column::{Col, col, list, num};
use super::value::Value;

list!(VhostLimits = "vhost-limits", vhost_limits: VhostLimit, OF_VHOSTS);
list!(UserLimits = "user-limits", user_limits: UserLimit, OF_USERS);

const OF_VHOSTS: &[Col<VhostLimit>] = &[
    col(
        "vhost",
        |v| v.vhost,
        |limits, scene| scene.link("vhosts", &limits.vhost),
    ),
    num(
        "value.max-connections",
        |v| v.max_connections,
        |limits, _| of(limits.value.as_ref(), "max-connections"),
    ),
    num(
        "value.max-queues",
        |v| v.max_queues,
        |limits, _| of(limits.value.as_ref(), "max-queues"),
    ),
];

const OF_USERS: &[Col<UserLimit>] = &[
    col(
        "user",
        |v| v.user,
        |limits, scene| scene.link("users", &limits.user),
    ),
    num(
        "value.max-connections",
        |v| v.max_connections,
        |limits, _| of(limits.value.as_ref(), "max-connections"),
    ),
    num(
        "value.max-channels",
        |v| v.max_channels,
        |limits, _| of(limits.value.as_ref(), "max-channels"),
    ),
];

/// One of several limits; below zero there is none.
pub(super) fn of(limits: Option<&Table>, key: &str) -> Value {
    match limits.and_then(|limits| limits.get(key)) {
        Some(Limit::Integer(limit)) if *limit >= 0 => Value::Count(*limit),
        _ => Value::Nothing,
    }
}
