//! Vhosts and what is allowed in them: `GET /v2/rabbit/vhosts`, `permissions`,
//! `topic-permissions`, `vhost-limits`, `user-limits`.

use serde::Serialize;

use crate::field_table::field_table;
use crate::list_row::row;
use crate::overview::MessageStats;
use crate::record::record;
use crate::stats::Details;
use crate::table::Table;

record! {
    /// A vhost.
    pub struct Vhost {
        always {
            /// Its name.
            name,
        }
        /// What the operator says of it (3.8 and later).
        description: String,
        /// What the operator marked it with (3.8 and later).
        tags: Vec<String>,
        /// The type of queues that are declared without one.
        default_queue_type: String,
        /// Whether messages are traced.
        tracing: bool,
        /// Whether it is kept from being deleted (4.1 and later).
        protected_from_deletion: bool,
        /// `running` or `stopped`, by node (3.7 and later).
        cluster_state: Table,
        /// Messages in its queues: ready and unacknowledged.
        messages: i64,
        /// Change of `messages` per second.
        messages_details: Details,
        /// Messages ready to be delivered.
        messages_ready: i64,
        /// Change of `messages_ready` per second.
        messages_ready_details: Details,
        /// Messages delivered and not yet acknowledged.
        messages_unacknowledged: i64,
        /// Change of `messages_unacknowledged` per second.
        messages_unacknowledged_details: Details,
        /// Messages through its channels.
        message_stats: MessageStats,
        /// Bytes received from clients.
        recv_oct: i64,
        /// Rate of `recv_oct`, per second.
        recv_oct_details: Details,
        /// Bytes sent to clients.
        send_oct: i64,
        /// Rate of `send_oct`, per second.
        send_oct_details: Details,
    }
}

row!(Vhost: |row| row.name.as_str(), vhost &row.name);

record! {
    /// What an account may do in a vhost: three regular expressions on names.
    pub struct Permission {
        always {
            /// The account.
            user,
            /// The vhost.
            vhost,
        }
        /// What it may declare and delete.
        configure: String,
        /// What it may publish to.
        write: String,
        /// What it may consume from.
        read: String,
    }
}

row!(Permission: |row| row.user.as_str(), vhost &row.vhost, user &row.user);

record! {
    /// With which routing keys an account may use a topic exchange (3.7 and later).
    pub struct TopicPermission {
        always {
            /// The account.
            user,
            /// The vhost.
            vhost,
            /// The exchange.
            exchange,
        }
        /// What it may publish with.
        write: String,
        /// What it may consume with.
        read: String,
    }
}

row! {
    TopicPermission: |row| format!("{} {}", row.user, row.exchange), vhost &row.vhost, user &row.user
}

record! {
    /// How much there may be in a vhost (3.7 and later).
    pub struct VhostLimit {
        always {
            /// The vhost.
            vhost,
        }
        /// `max-connections`, `max-queues`.
        value: Table,
    }
}

row!(VhostLimit: |row| row.vhost.as_str(), vhost &row.vhost);

record! {
    /// How much an account may open (3.8 and later).
    pub struct UserLimit {
        always {
            /// The account.
            user,
        }
        /// `max-connections`, `max-channels`.
        value: Table,
    }
}

row!(UserLimit: |row| row.user.as_str(), user &row.user);

/// A vhost in full: `GET /v2/rabbit/vhosts/{name}`.
#[derive(Clone, Debug, Default, PartialEq, Serialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct VhostDetails {
    /// What the list has of it.
    #[serde(flatten)]
    pub vhost: Vhost,
    /// Who may do what in it, for administrators.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub permissions: Option<Vec<Permission>>,
    /// Who may use its topic exchanges with which routing keys, for administrators (3.7 and later).
    #[serde(skip_serializing_if = "Option::is_none")]
    pub topic_permissions: Option<Vec<TopicPermission>>,
}

field_table!(VhostDetails: permissions topic_permissions; vhost);
