//! Events of Ceilometer's v2 protocol: the lines of the system log, with types and traits.

use serde::{Deserialize, Serialize};

use crate::log::{LogEntry, LogLevel};
use crate::requests::ValueType;
use crate::timestamp::Timestamp;

macro_rules! event_types {
    ($($(#[$doc:meta])* $variant:ident = $name:literal, $level:ident;)+) => {
        /// What kind of event a line of the system log reports.
        #[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
        pub enum EventType {
            $($(#[$doc])* $variant,)+
        }

        impl EventType {
            /// Every type.
            pub const ALL: &[Self] = &[$(Self::$variant,)+];

            /// Its name on the wire and in the store.
            pub const fn as_str(self) -> &'static str {
                match self { $(Self::$variant => $name,)+ }
            }

            /// The level of its lines.
            pub const fn level(self) -> LogLevel {
                match self { $(Self::$variant => LogLevel::$level,)+ }
            }
        }
    };
}

event_types! {
    /// A broker answers, for the first time or again.
    BrokerUp = "rabbitmq.broker.up", Info;
    /// A broker did not answer a poll, or answers too late: its values are old.
    BrokerStale = "rabbitmq.broker.stale", Warning;
    /// A broker does not answer.
    BrokerDown = "rabbitmq.broker.down", Error;
    /// A broker runs another version of RabbitMQ than before.
    VersionChanged = "rabbitmq.version.changed", Warning;
    /// A broker runs another version of Erlang than before.
    ErlangVersionChanged = "rabbitmq.erlang_version.changed", Warning;
    /// A node joined its cluster.
    NodeJoined = "rabbitmq.node.joined", Info;
    /// A node left its cluster.
    NodeLeft = "rabbitmq.node.left", Warning;
    /// A node runs again.
    NodeUp = "rabbitmq.node.up", Info;
    /// A node does not run.
    NodeDown = "rabbitmq.node.down", Error;
    /// A node has restarted between two polls.
    Restart = "rabbitmq.restart", Warning;
    /// A node's memory alarm is raised.
    MemoryAlarmSet = "rabbitmq.alarm.memory.set", Error;
    /// A node's memory alarm is cleared.
    MemoryAlarmCleared = "rabbitmq.alarm.memory.cleared", Info;
    /// A node's disk alarm is raised.
    DiskAlarmSet = "rabbitmq.alarm.disk.set", Error;
    /// A node's disk alarm is cleared.
    DiskAlarmCleared = "rabbitmq.alarm.disk.cleared", Info;
    /// A node is partitioned from others.
    PartitionDetected = "rabbitmq.partition.detected", Error;
    /// A node is no longer partitioned from others.
    PartitionHealed = "rabbitmq.partition.healed", Info;
    /// Warren started.
    Started = "warren.started", Info;
    /// The collector of a broker panicked and restarts.
    CollectorRestart = "warren.collector.restart", Error;
    /// The store cannot write.
    StoreFailed = "warren.store.failed", Error;
    /// The store writes again.
    StoreRecovered = "warren.store.recovered", Info;
    /// The store's background work reports a jump of the clock, deleted samples or a limit.
    StoreMaintenance = "warren.store.maintenance", Warning;
    /// Somebody signed in, or used a token of the Keystone for the first time.
    SignIn = "warren.signin.succeeded", Info;
    /// A sign-in was refused.
    SignInFailed = "warren.signin.failed", Warning;
    /// A token was revoked.
    TokenRevoked = "warren.token.revoked", Info;
    /// The Keystone cannot validate tokens.
    KeystoneFailed = "warren.keystone.failed", Error;
    /// The Keystone validates tokens again.
    KeystoneRecovered = "warren.keystone.recovered", Info;
    /// An alarm called the action `log://`.
    AlarmNotified = "warren.alarm.notified", Warning;
    /// An action of an alarm was not called.
    AlarmActionFailed = "warren.alarm.action_failed", Warning;
    /// A request came through a proxy that is not trusted.
    UntrustedProxy = "warren.proxy.untrusted", Warning;
    /// A portal got a guest token.
    GuestTokenIssued = "warren.guest_token.issued", Info;
    /// A guest token was refused.
    GuestTokenRefused = "warren.guest_token.refused", Warning;
    /// A guest token was revoked.
    GuestTokenRevoked = "warren.guest_token.revoked", Warning;
    /// A new key signs guest tokens.
    GuestKeyChanged = "warren.guest_key.changed", Info;
    /// A portal shows a panel for the first time.
    PanelShown = "warren.panel.shown", Info;
    /// A portal was revoked.
    PortalRevoked = "warren.portal.revoked", Warning;
    /// A portal was admitted again.
    PortalAdmitted = "warren.portal.admitted", Info;
    /// The configuration of the portals was read again.
    PortalsRead = "warren.portals.read", Info;
    /// A share link was created.
    ShareLinkCreated = "warren.share_link.created", Info;
    /// A share link was opened for the first time since the start.
    ShareLinkOpened = "warren.share_link.opened", Info;
    /// A share link was revoked.
    ShareLinkRevoked = "warren.share_link.revoked", Info;
    /// A line of a version of Warren that had no such type.
    Other = "warren.log", Info;
}

impl EventType {
    /// The type of that name.
    pub fn find(name: &str) -> Option<Self> {
        Self::ALL
            .iter()
            .copied()
            .find(|known| known.as_str() == name)
    }
}

/// An event: `GET /v2/events`.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct Event {
    /// Its id: the number of its line in the system log.
    pub message_id: String,
    /// What happened, such as `rabbitmq.node.down`.
    pub event_type: String,
    /// What it is about, ordered by type: text before numbers before times.
    pub traits: Vec<Trait>,
    /// When it happened.
    pub generated: Timestamp,
    /// The line of the system log.
    pub raw: LogEntry,
}

/// A value of an event.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct Trait {
    /// `broker`, `node`, `severity`, `source` or `id`.
    pub name: String,
    /// The type of the value.
    #[serde(rename = "type")]
    pub value_type: ValueType,
    /// The value as text.
    pub value: String,
}

/// A trait that events of a type have: `GET /v2/event_types/{type}/traits`.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct TraitDescription {
    /// The type of the values.
    #[serde(rename = "type")]
    pub value_type: ValueType,
    /// Its name.
    pub name: String,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_type_is_found_by_its_own_name() {
        for event_type in EventType::ALL {
            assert_eq!(EventType::find(event_type.as_str()), Some(*event_type));
        }
        assert_eq!(EventType::find("compute.instance.update"), None);
    }
}
