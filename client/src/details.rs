//! One object of a broker in full: `GET /v2/rabbit/queues/{vhost}/{name}` and the like.

use std::sync::Arc;

use metering::segment::to_segment;
use metering::{
    ChannelDetails, ConnectionDetails, ExchangeDetails, NodeInternals, PolicyDetails, QueueDetails,
    Table, UserDetails, VhostDetails,
};

use crate::error::ClientError;
use crate::path::{self, segment};
use crate::session::Session;

/// How far the broker's own samples in an object's statistics go back. A broker keeps an hour of
/// most objects, and a day of nodes and vhosts.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub enum Samples {
    /// No samples: rates alone.
    #[default]
    None,
    /// A minute, every 5 s.
    Minute,
    /// Ten minutes, every 5 s.
    TenMinutes,
    /// An hour, every minute.
    Hour,
    /// Eight hours, every ten minutes.
    EightHours,
    /// A day, every half hour.
    Day,
}

impl Samples {
    /// The API's word for it.
    fn seconds(self) -> Option<&'static str> {
        match self {
            Self::None => None,
            Self::Minute => Some("60"),
            Self::TenMinutes => Some("600"),
            Self::Hour => Some("3600"),
            Self::EightHours => Some("28800"),
            Self::Day => Some("86400"),
        }
    }
}

fn path(kind: &str, names: &[&str], broker: &str, samples: Samples) -> String {
    let mut path = format!("/v2/rabbit/{kind}");
    for name in names {
        path.push('/');
        path.extend(segment(&to_segment(name)));
    }
    let mut parameters = path::parameters();
    parameters.append_pair("broker", broker);
    if let Some(seconds) = samples.seconds() {
        parameters.append_pair("samples", seconds);
    }
    path::with(&path, parameters)
}

macro_rules! details {
    (@samples) => { Samples::None };
    (@samples $samples:ident) => { $samples };
    ($($(#[$doc:meta])* $method:ident($($name:ident),+ $(; $samples:ident)?) = $kind:literal: $type:ty;)*) => {
        impl Session {
            $(
                $(#[$doc])*
                ///
                /// # Errors
                /// [`ClientError::NotFound`] where there is none or the caller may not know of it,
                /// [`ClientError::Forbidden`] for an account that may not see any, and the others of
                /// [`ClientError`].
                pub async fn $method(
                    &self,
                    broker: &str,
                    $($name: &str,)+
                    $($samples: Samples,)?
                ) -> Result<Arc<$type>, ClientError> {
                    let samples = details!(@samples $($samples)?);
                    self.fetch(path($kind, &[$($name),+], broker, samples)).await
                }
            )*
        }
    };
}

details! {
    /// A queue or stream in full.
    queue(vhost, name; samples) = "queues": QueueDetails;
    /// An exchange with its bindings; `amq.default` is the default exchange.
    exchange(vhost, name; samples) = "exchanges": ExchangeDetails;
    /// A connection with its channels.
    connection(name; samples) = "connections": ConnectionDetails;
    /// A channel with its consumers.
    channel(name; samples) = "channels": ChannelDetails;
    /// A node with where its memory went, as the broker names things.
    node(name; samples) = "nodes": Table;
    /// What a node finds out with some effort, at most once a minute.
    node_internals(name) = "node-internals": NodeInternals;
    /// A vhost, for administrators with its permissions.
    vhost(name; samples) = "vhosts": VhostDetails;
    /// An account, for administrators with its permissions.
    user(name) = "users": UserDetails;
    /// A policy.
    policy(vhost, name) = "policies": PolicyDetails;
    /// An operators' policy.
    operator_policy(vhost, name) = "operator-policies": PolicyDetails;
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn whatever_a_name_holds_it_stays_one_segment() {
        assert_eq!(
            path("queues", &["/", "a/../b c"], "prod a", Samples::TenMinutes),
            "/v2/rabbit/queues/%2F/a%2F%2E%2E%2Fb%20c?broker=prod+a&samples=600"
        );
        assert_eq!(
            path("queues", &["/", ".."], "prod", Samples::None),
            "/v2/rabbit/queues/%2F/~%2E%2E?broker=prod"
        );
        assert_eq!(
            path("users", &["guest"], "prod", Samples::None),
            "/v2/rabbit/users/guest?broker=prod"
        );
    }
}
