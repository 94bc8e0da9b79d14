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

/// Who sees what of a list, as brokers of 3.10 and 4.0 have it.
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
    /// The accounts with the hashes of their passwords: where the operator wants those told.
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
struct Facts {
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

    fn facts(self) -> Facts {
        macro_rules! facts {
            ($name:literal, $type:ty, $rights:ident) => {
                Facts {
                    name: $name,
                    rights: Rights::$rights,
                    has_column: <$type>::has_column,
                    read: read::<$type>,
                }
            };
        }
        match self {
            Self::Queues => facts!("queues", Queue, OwnVhosts),
            Self::Connections => facts!("connections", Connection, OwnAccount),
            Self::Channels => facts!("channels", Channel, OwnAccount),
            Self::Exchanges => facts!("exchanges", Exchange, OwnVhosts),
            Self::Bindings => facts!("bindings", Binding, OwnVhosts),
            Self::Consumers => facts!("consumers", Consumer, OwnAccount),
            Self::Vhosts => facts!("vhosts", Vhost, SeenVhosts),
            Self::Permissions => facts!("permissions", Permission, Administrator),
            Self::TopicPermissions => facts!("topic-permissions", TopicPermission, Administrator),
            Self::Policies => facts!("policies", Policy, OwnVhosts),
            Self::OperatorPolicies => facts!("operator-policies", Policy, OwnVhosts),
            Self::VhostLimits => facts!("vhost-limits", VhostLimit, SeenVhosts),
            Self::UserLimits => facts!("user-limits", UserLimit, Everybody),
            Self::FeatureFlags => facts!("feature-flags", FeatureFlag, Administrator),
            Self::DeprecatedFeatures => {
                facts!("deprecated-features", DeprecatedFeature, Administrator)
            }
            Self::DeprecatedFeaturesUsed => {
                facts!("deprecated-features/used", DeprecatedFeature, Administrator)
            }
            Self::Users => facts!("users", User, Administrator),
            Self::UsersWithHashes => facts!("users-with-hashes", UserWithHash, Administrator),
            Self::Shovels => facts!("shovels", Shovel, MonitoredVhosts),
            Self::FederationLinks => facts!("federation-links", FederationLink, MonitoredVhosts),
            Self::FederationUpstreams => {
                facts!("federation-upstreams", FederationUpstream, PolicyVhosts)
            }
            Self::Traces => facts!("traces", Trace, Administrator),
            Self::TraceFiles => facts!("trace-files", TraceFile, Administrator),
            Self::StreamPublishers => facts!("stream-publishers", StreamPublisher, OwnAccount),
            Self::StreamConsumers => facts!("stream-consumers", StreamConsumer, OwnAccount),
        }
    }

    /// Its name in our paths, and in most of the broker's.
    pub(crate) fn name(self) -> &'static str {
        self.facts().name
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

    /// Whether a broker tells of it to administrators alone.
    pub(crate) fn needs_administrator(self) -> bool {
        matches!(self.rights(), Rights::Administrator | Rights::PolicyVhosts)
    }

    /// Who sees what of it.
    pub(crate) fn rights(self) -> Rights {
        self.facts().rights
    }

    /// Whether its rows can be ordered by this.
    pub(crate) fn has_column(self, path: &str) -> bool {
        (self.facts().has_column)(path)
    }

    /// The fields of its rows that are statistics: what brokers do not tell where they are off.
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
        (self.facts().read)(body)
    }
}
