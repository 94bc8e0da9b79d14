//! What of a row is needed beside its JSON: by what it is filtered, and whose it is.

use std::borrow::Cow;

use metering::consumer::QueueName;
use metering::{
    Binding, Channel, Connection, Consumer, DeprecatedFeature, Exchange, FeatureFlag, Permission,
    Policy, Queue, TopicPermission, User, UserLimit, Vhost, VhostLimit,
};
use serde::de::DeserializeOwned;
use serde::{Deserialize, Serialize};

/// A row of a list.
pub(crate) trait Row: DeserializeOwned + Serialize {
    /// What the filter looks at: its name, or what stands in a name's place.
    fn name(&self) -> Cow<'_, str>;

    /// The vhost that it is in.
    fn vhost(&self) -> Option<&str> {
        None
    }

    /// The account that it is of.
    fn user(&self) -> Option<&str> {
        None
    }

    /// Forgets what goes no further than here.
    fn tidy(&mut self) {}
}

impl Row for User {
    fn name(&self) -> Cow<'_, str> {
        Cow::from(&self.name)
    }

    fn user(&self) -> Option<&str> {
        Some(&self.name)
    }

    fn tidy(&mut self) {
        self.forget_hash();
    }
}

/// An account whose hash goes on to administrators, where the operator wants it.
#[derive(Deserialize, Serialize)]
#[serde(transparent)]
pub(crate) struct UserWithHash(User);

impl UserWithHash {
    pub(crate) fn has_column(path: &str) -> bool {
        User::has_column(path)
    }
}

impl Row for UserWithHash {
    fn name(&self) -> Cow<'_, str> {
        Cow::from(&self.0.name)
    }

    fn user(&self) -> Option<&str> {
        Some(&self.0.name)
    }

    fn tidy(&mut self) {
        let hash = self.0.password_hash.clone();
        self.0.forget_hash();
        self.0.password_hash = hash;
    }
}

macro_rules! rows {
    ($($type:ty: |$row:ident| $name:expr $(, vhost $vhost:expr)? $(, user $user:expr)?;)*) => {
        $(impl Row for $type {
            fn name(&self) -> Cow<'_, str> {
                let $row = self;
                Cow::from($name)
            }
            $(fn vhost(&self) -> Option<&str> {
                let $row = self;
                Some($vhost)
            })?
            $(fn user(&self) -> Option<&str> {
                let $row = self;
                Some($user)
            })?
        })*
    };
}

pub(super) use rows;

pub(super) fn known(text: Option<&String>) -> &str {
    text.map_or("", String::as_str)
}

/// The vhost of a queue that a row is about.
pub(super) fn vhost_of(queue: Option<&QueueName>) -> &str {
    queue.map_or("", |queue| &queue.vhost)
}

/// Its name.
pub(super) fn name_of(queue: Option<&QueueName>) -> &str {
    queue.map_or("", |queue| &queue.name)
}

rows! {
    Queue: |row| row.name.as_str(), vhost &row.vhost;
    Connection: |row| row.name.as_str(), vhost known(row.vhost.as_ref()), user known(row.user.as_ref());
    Channel: |row| row.name.as_str(), vhost known(row.vhost.as_ref()), user known(row.user.as_ref());
    Exchange: |row| row.name.as_str(), vhost &row.vhost;
    Binding: |row| format!("{} {} {}", row.source, row.destination, known(row.routing_key.as_ref())),
        vhost &row.vhost;
    Consumer: |row| format!("{} {}", name_of(row.queue.as_ref()), row.consumer_tag),
        vhost vhost_of(row.queue.as_ref()),
        user row.channel_details.as_ref().map_or("", |channel| known(channel.user.as_ref()));
    Vhost: |row| row.name.as_str(), vhost &row.name;
    Permission: |row| row.user.as_str(), vhost &row.vhost, user &row.user;
    TopicPermission: |row| format!("{} {}", row.user, row.exchange), vhost &row.vhost, user &row.user;
    Policy: |row| row.name.as_str(), vhost &row.vhost;
    VhostLimit: |row| row.vhost.as_str(), vhost &row.vhost;
    UserLimit: |row| row.user.as_str(), user &row.user;
    FeatureFlag: |row| row.name.as_str();
    DeprecatedFeature: |row| row.name.as_str();
}
