//! The lists of a broker, each declared once: [`ListKind`].
//!
//! The metering API serves each list as `/v2/rabbit/{name}`, the client reads it with
//! `Session::list`, the dashboard shows it as `/brokers/{broker}/{name}` and as a CSV file. To add
//! one, see CONTRIBUTING.md.

pub use crate::list_row::Row;

/// The rows of a list that an account sees, as in RabbitMQ 3.10 and 4.0.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Rights {
    /// `administrator` all, everybody else the vhosts that they have a permission in.
    OwnVhosts,
    /// `administrator` and `monitoring` all, others the vhosts that they have a permission in.
    SeenVhosts,
    /// `administrator` and `monitoring` all, others the rows of their own account.
    OwnAccount,
    /// `administrator` all, `monitoring` the vhosts that it has a permission in, others none.
    MonitoredVhosts,
    /// `administrator` all, `policymaker` the vhosts that it has a permission in, others none.
    PolicyVhosts,
    /// `administrator` alone.
    Administrator,
    /// `administrator` alone before RabbitMQ 4.0, everybody all from 4.0 on.
    AdministratorBefore4,
    /// Everybody all.
    Everybody,
}

/// Lists that share an entry of the navigation and are tabs of one page.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Section {
    /// Client connections.
    Connections,
    /// Channels.
    Channels,
    /// Exchanges and bindings.
    Exchanges,
    /// Queues, streams and their consumers.
    Queues,
    /// Nodes, which the API returns whole.
    Nodes,
    /// Accounts, vhosts, policies, plugins.
    Admin,
}

impl Section {
    /// All sections, in the order of the navigation.
    pub const ALL: [Self; 6] = [
        Self::Connections,
        Self::Channels,
        Self::Exchanges,
        Self::Queues,
        Self::Nodes,
        Self::Admin,
    ];

    /// The section of a list.
    pub fn from_list(list: &str) -> Option<Self> {
        match list {
            "nodes" => Some(Self::Nodes),
            _ => ListKind::from_name(list)?.properties().section,
        }
    }

    /// The names of its lists, in the order of the tabs.
    pub fn lists(self) -> Vec<&'static str> {
        if self == Self::Nodes {
            return vec!["nodes"];
        }
        let kinds = ListKind::ALL.into_iter().map(ListKind::properties);
        let kinds = kinds.filter(|list| list.section == Some(self));
        kinds.map(|list| list.name).collect()
    }
}

/// What the API and the dashboard derive a list from.
#[derive(Debug)]
pub struct ListProperties {
    /// The name in addresses of the API and the dashboard.
    pub name: &'static str,
    /// The summary in the OpenAPI document.
    #[cfg(feature = "openapi")]
    pub summary: &'static str,
    /// RabbitMQ's path.
    pub path: &'static str,
    /// The fields that RabbitMQ is asked for; empty: all.
    pub columns: &'static str,
    /// RabbitMQ's path of the rows that complete these: [`Row::complete`].
    pub parts: Option<&'static str>,
    /// The rows that an account sees.
    pub rights: Rights,
    /// The navigation's entry; `None`: the dashboard does not link to it.
    pub section: Option<Section>,
    /// The plugin that provides it; `None`: RabbitMQ itself.
    pub plugin: Option<&'static str>,
    /// The fields that are statistics: absent if a broker's statistics are off.
    pub statistics: &'static [&'static str],
}

/// A list as a type, which leads to the type of its rows.
pub trait List: Send + Sync + 'static {
    /// A row.
    type Row: Row + Send + Sync + 'static;
    /// Its declaration.
    const KIND: ListKind;
}

/// Declares [`ListKind`], a type for each list, and [`with_list!`](crate::with_list).
///
/// `Kind = "name": type of a row, Rights` and the properties that are not the default.
macro_rules! lists {
    (
        ($d:tt)
        $(
            #[doc = $doc:literal]
            $kind:ident = $name:literal: $row:ty, $rights:ident { $($field:ident: $value:expr),* $(,)? }
        )*
    ) => {
        /// A list of a broker.
        #[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
        pub enum ListKind {
            $(#[doc = $doc] $kind,)*
        }

        const LISTS: &[ListProperties] = &[$({
            #[allow(unused_mut, reason = "some lists have no further property")]
            let mut list = ListProperties {
                name: $name,
                #[cfg(feature = "openapi")]
                summary: $doc.trim_ascii(),
                path: concat!("api/", $name),
                columns: "",
                parts: None,
                rights: Rights::$rights,
                section: None,
                plugin: None,
                statistics: &[],
            };
            $(list.$field = $value;)*
            list
        }),*];

        impl ListKind {
            /// All lists.
            pub const ALL: [Self; LISTS.len()] = [$(Self::$kind),*];
        }

        $(
            #[doc = $doc]
            #[derive(Debug)]
            pub struct $kind;

            impl List for $kind {
                type Row = $row;
                const KIND: ListKind = ListKind::$kind;
            }
        )*

        /// Evaluates an expression with a list's type: `with_list!(kind, L => L::Row::has_column(path))`.
        #[macro_export]
        macro_rules! with_list {
            ($d kind:expr, $d list:ident => $d body:expr) => {
                match $d kind {
                    $($crate::lists::ListKind::$kind => {
                        type $d list = $crate::lists::$kind;
                        $d body
                    })*
                }
            };
        }
    };
}

const SHOVEL: Option<&str> = Some("rabbitmq_shovel_management");
const FEDERATION: Option<&str> = Some("rabbitmq_federation_management");
const TRACING: Option<&str> = Some("rabbitmq_tracing");
const STREAM: Option<&str> = Some("rabbitmq_stream_management");

const CONNECTIONS: Option<Section> = Some(Section::Connections);
const CHANNELS: Option<Section> = Some(Section::Channels);
const EXCHANGES: Option<Section> = Some(Section::Exchanges);
const QUEUES: Option<Section> = Some(Section::Queues);
const ADMIN: Option<Section> = Some(Section::Admin);

lists! {
    ($)
    /// The queues and streams of a broker.
    Queues = "queues": crate::Queue, OwnVhosts {
        section: QUEUES,
        statistics: &[
            "messages", "messages_details", "message_stats", "consumers", "consumer_capacity",
            "memory", "message_bytes", "idle_since",
        ],
    }
    /// The client connections of a broker.
    Connections = "connections": crate::Connection, OwnAccount {
        section: CONNECTIONS,
        statistics: &[
            "recv_oct_details", "send_oct_details", "channels", "client_properties", "connected_at",
        ],
    }
    /// The channels of a broker.
    Channels = "channels": crate::Channel, OwnAccount { section: CHANNELS }
    /// The exchanges of a broker.
    Exchanges = "exchanges": crate::Exchange, OwnVhosts {
        section: EXCHANGES,
        statistics: &["message_stats"],
    }
    /// The bindings of a broker.
    Bindings = "bindings": crate::Binding, OwnVhosts { section: EXCHANGES }
    /// The consumers of a broker.
    Consumers = "consumers": crate::Consumer, OwnAccount { section: QUEUES }
    /// The super streams of a broker: exchanges with the argument `x-super-stream`, and their partitions.
    SuperStreams = "super-streams": crate::exchange::SuperStream, OwnVhosts {
        path: "api/exchanges",
        columns: "name,vhost,arguments,policy,user_who_performed_action",
        parts: Some("api/bindings"),
        section: QUEUES,
    }
    /// The accounts of a broker, never their passwords; for administrators.
    Users = "users": crate::User, Administrator {
        columns: "name,tags,limits,password_hash",
        section: ADMIN,
    }
    /// The vhosts of a broker.
    Vhosts = "vhosts": crate::Vhost, SeenVhosts {
        section: ADMIN,
        statistics: &["messages", "message_stats", "recv_oct_details"],
    }
    /// What accounts may do, for administrators.
    Permissions = "permissions": crate::Permission, Administrator { section: ADMIN }
    /// With which routing keys accounts may use topic exchanges, for administrators.
    TopicPermissions = "topic-permissions": crate::TopicPermission, Administrator { section: ADMIN }
    /// The policies of a broker.
    Policies = "policies": crate::Policy, OwnVhosts { section: ADMIN }
    /// The operators' policies of a broker.
    OperatorPolicies = "operator-policies": crate::Policy, OwnVhosts { section: ADMIN }
    /// The limits of a broker's vhosts.
    VhostLimits = "vhost-limits": crate::VhostLimit, SeenVhosts { section: ADMIN }
    /// The limits of a broker's accounts.
    UserLimits = "user-limits": crate::UserLimit, Everybody { section: ADMIN }
    /// What a broker has switched on; before RabbitMQ 4.0 for administrators.
    FeatureFlags = "feature-flags": crate::FeatureFlag, AdministratorBefore4 { section: ADMIN }
    /// What a later version of a broker will not have; before RabbitMQ 4.0 for administrators.
    DeprecatedFeatures = "deprecated-features": crate::DeprecatedFeature, AdministratorBefore4 { section: ADMIN }
    /// What of that is in use; before RabbitMQ 4.0 for administrators.
    DeprecatedFeaturesUsed = "deprecated-features/used": crate::DeprecatedFeature, AdministratorBefore4 {}
    /// The shovels of a broker, never their accounts; for accounts with the tag monitoring or administrator.
    Shovels = "shovels": crate::Shovel, MonitoredVhosts { section: ADMIN, plugin: SHOVEL }
    /// The links of a broker's federation, never their accounts; for accounts with the tag monitoring or administrator.
    FederationLinks = "federation-links": crate::FederationLink, MonitoredVhosts {
        section: ADMIN,
        plugin: FEDERATION,
    }
    /// Where a broker's federation gets messages from, never its accounts there; for accounts with the tag policymaker or administrator.
    FederationUpstreams = "federation-upstreams": crate::FederationUpstream, PolicyVhosts {
        path: "api/parameters/federation-upstream",
        section: ADMIN,
        plugin: FEDERATION,
    }
    /// The traces of a broker, for administrators.
    Traces = "traces": crate::Trace, Administrator { section: ADMIN, plugin: TRACING }
    /// The files that a broker's traces wrote, never what is in them; for administrators.
    TraceFiles = "trace-files": crate::TraceFile, Administrator { section: ADMIN, plugin: TRACING }
    /// The publishers of a broker's stream protocol.
    StreamPublishers = "stream-publishers": crate::StreamPublisher, OwnAccount {
        path: "api/stream/publishers",
        section: QUEUES,
        plugin: STREAM,
    }
    /// The consumers of a broker's stream protocol.
    StreamConsumers = "stream-consumers": crate::StreamConsumer, OwnAccount {
        path: "api/stream/consumers",
        section: QUEUES,
        plugin: STREAM,
    }
}

impl ListKind {
    /// The list of that name.
    pub fn from_name(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|list| list.name() == name)
    }

    /// What it is derived from.
    pub const fn properties(self) -> &'static ListProperties {
        &LISTS[self as usize]
    }

    /// The name in addresses.
    pub const fn name(self) -> &'static str {
        self.properties().name
    }

    /// Whether its rows can be ordered by this: [`Row::has_column`].
    pub fn has_column(self, path: &str) -> bool {
        with_list!(self, L => <L as List>::Row::has_column(path))
    }

    /// RabbitMQ's path, with the fields that it is asked for.
    pub fn path(self) -> String {
        let ListProperties { path, columns, .. } = self.properties();
        if columns.is_empty() {
            (*path).to_owned()
        } else {
            format!("{path}?columns={columns}")
        }
    }

    /// Whether a broker shows it only to accounts with a higher tag than `monitoring`.
    pub fn needs_administrator(self) -> bool {
        let rights = self.properties().rights;
        matches!(
            rights,
            Rights::Administrator | Rights::AdministratorBefore4 | Rights::PolicyVhosts
        )
    }
}
