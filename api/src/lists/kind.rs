//! Which lists there are.

use metering::{
    Binding, Channel, Connection, Consumer, DeprecatedFeature, Exchange, FeatureFlag,
    FederationLink, FederationUpstream, Permission, Policy, Queue, Shovel, StreamConsumer,
    StreamPublisher, TopicPermission, Trace, TraceFile, User, UserLimit, Vhost, VhostLimit,
};

use super::row::UserWithHash;
use super::rows::{Batch, read};

/// What is asked of an account. Of the hash is kept whether there is one.
pub(crate) const USER_COLUMNS: &str = "name,tags,limits,password_hash";

/// Which rows of a list an account sees, as in RabbitMQ 3.10 and 4.0.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Rights {
    /// `administrator` all, everybody else the vhosts that they have a permission in.
    OwnVhosts,
    /// `administrator` and `monitoring` all, others the vhosts that they have a permission in.
    SeenVhosts,
    /// `administrator` and `monitoring` all, others what is their own account's.
    OwnAccount,
    /// `administrator` all, `monitoring` the vhosts that it has a permission in, others none.
    MonitoredVhosts,
    /// `administrator` all, `policymaker` the vhosts that it has a permission in, others none.
    PolicyVhosts,
    /// `administrator` alone.
    Administrator,
    /// Everybody all.
    Everybody,
}

/// A list.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(crate) enum Kind {
    Queues,
    Connections,
    Channels,
    Exchanges,
    Bindings,
    Consumers,
    Vhosts,
    Permissions,
    TopicPermissions,
    Policies,
    OperatorPolicies,
    VhostLimits,
    UserLimits,
    FeatureFlags,
    DeprecatedFeatures,
    DeprecatedFeaturesUsed,
    Users,
    /// The accounts with the hashes of their passwords: if the operator wants those shown.
    UsersWithHashes,
    // What plugins have.
    Shovels,
    FederationLinks,
    FederationUpstreams,
    Traces,
    TraceFiles,
    StreamPublishers,
    StreamConsumers,
}

/// What there is to know of a list.
struct KindProperties {
    name: &'static str,
    rights: Rights,
    has_column: fn(&str) -> bool,
    read: fn(&[u8]) -> Result<Batch, serde_json::Error>,
}

impl Kind {
    /// All of them.
    pub(crate) const ALL: [Self; 25] = [
        Self::Queues,
        Self::Connections,
        Self::Channels,
        Self::Exchanges,
        Self::Bindings,
        Self::Consumers,
        Self::Vhosts,
        Self::Permissions,
        Self::TopicPermissions,
        Self::Policies,
        Self::OperatorPolicies,
        Self::VhostLimits,
        Self::UserLimits,
        Self::FeatureFlags,
        Self::DeprecatedFeatures,
        Self::DeprecatedFeaturesUsed,
        Self::Users,
        Self::UsersWithHashes,
        Self::Shovels,
        Self::FederationLinks,
        Self::FederationUpstreams,
        Self::Traces,
        Self::TraceFiles,
        Self::StreamPublishers,
        Self::StreamConsumers,
    ];

    fn properties(self) -> KindProperties {
        macro_rules! properties {
            ($name:literal, $type:ty, $rights:ident) => {
                KindProperties {
                    name: $name,
                    rights: Rights::$rights,
                    has_column: <$type>::has_column,
                    read: read::<$type>,
                }
            };
        }
        match self {
            Self::Queues => properties!("queues", Queue, OwnVhosts),
            Self::Connections => properties!("connections", Connection, OwnAccount),
            Self::Channels => properties!("channels", Channel, OwnAccount),
            Self::Exchanges => properties!("exchanges", Exchange, OwnVhosts),
            Self::Bindings => properties!("bindings", Binding, OwnVhosts),
            Self::Consumers => properties!("consumers", Consumer, OwnAccount),
            Self::Vhosts => properties!("vhosts", Vhost, SeenVhosts),
            Self::Permissions => properties!("permissions", Permission, Administrator),
            Self::TopicPermissions => {
                properties!("topic-permissions", TopicPermission, Administrator)
            }
            Self::Policies => properties!("policies", Policy, OwnVhosts),
            Self::OperatorPolicies => properties!("operator-policies", Policy, OwnVhosts),
            Self::VhostLimits => properties!("vhost-limits", VhostLimit, SeenVhosts),
            Self::UserLimits => properties!("user-limits", UserLimit, Everybody),
            Self::FeatureFlags => properties!("feature-flags", FeatureFlag, Administrator),
            Self::DeprecatedFeatures => {
                properties!("deprecated-features", DeprecatedFeature, Administrator)
            }
            Self::DeprecatedFeaturesUsed => {
                properties!("deprecated-features/used", DeprecatedFeature, Administrator)
            }
            Self::Users => properties!("users", User, Administrator),
            Self::UsersWithHashes => properties!("users-with-hashes", UserWithHash, Administrator),
            Self::Shovels => properties!("shovels", Shovel, MonitoredVhosts),
            Self::FederationLinks => {
                properties!("federation-links", FederationLink, MonitoredVhosts)
            }
            Self::FederationUpstreams => {
                properties!("federation-upstreams", FederationUpstream, PolicyVhosts)
            }
            Self::Traces => properties!("traces", Trace, Administrator),
            Self::TraceFiles => properties!("trace-files", TraceFile, Administrator),
            Self::StreamPublishers => properties!("stream-publishers", StreamPublisher, OwnAccount),
            Self::StreamConsumers => properties!("stream-consumers", StreamConsumer, OwnAccount),
        }
    }

    /// Its name in our paths, and in most of the broker's.
    pub(crate) fn name(self) -> &'static str {
        self.properties().name
    }

    /// The broker's path.
    pub(crate) fn path(self) -> String {
        match self {
            Self::Users | Self::UsersWithHashes => format!("api/users?columns={USER_COLUMNS}"),
            Self::FederationUpstreams => "api/parameters/federation-upstream".to_owned(),
            Self::StreamPublishers => "api/stream/publishers".to_owned(),
            Self::StreamConsumers => "api/stream/consumers".to_owned(),
            _ => format!("api/{}", self.name()),
        }
    }

    /// Whether a broker shows it only to administrators.
    pub(crate) fn needs_administrator(self) -> bool {
        matches!(self.rights(), Rights::Administrator | Rights::PolicyVhosts)
    }

    /// Which rows of it an account sees.
    pub(crate) fn rights(self) -> Rights {
        self.properties().rights
    }

    /// Whether its rows can be ordered by this.
    pub(crate) fn has_column(self, path: &str) -> bool {
        (self.properties().has_column)(path)
    }

    /// The fields of its rows that are statistics: absent if a broker has them off.
    pub(crate) fn statistics(self) -> &'static [&'static str] {
        match self {
            Self::Queues => &[
                "messages",
                "messages_details",
                "message_stats",
                "consumers",
                "consumer_capacity",
                "memory",
                "message_bytes",
                "idle_since",
            ],
            Self::Connections => &[
                "recv_oct_details",
                "send_oct_details",
                "channels",
                "client_properties",
                "connected_at",
            ],
            Self::Exchanges => &["message_stats"],
            Self::Vhosts => &["messages", "message_stats", "recv_oct_details"],
            _ => &[],
        }
    }

    /// Reads a broker's answer, a list or a page of one.
    pub(crate) fn read(self, body: &[u8]) -> Result<Batch, serde_json::Error> {
        (self.properties().read)(body)
    }
}
