//! Rows of what plugins have: by what they are filtered, whose they are, and what of them goes no
//! further.

use std::borrow::Cow;

use metering::plugin::StreamConnection;
use metering::{
    FederationLink, FederationUpstream, Shovel, StreamConsumer, StreamPublisher, Trace, TraceFile,
    Value,
};

use super::row::{Row, known, name_of, rows, vhost_of};

rows! {
    Trace: |row| row.name.as_str(), vhost &row.vhost;
    TraceFile: |row| row.name.as_str();
    StreamPublisher: |row| format!(
            "{} {} {}",
            name_of(row.queue.as_ref()),
            known(row.reference.as_ref()),
            called(row.connection_details.as_ref()),
        ),
        vhost vhost_of(row.queue.as_ref()),
        user account(row.connection_details.as_ref());
    StreamConsumer: |row| format!(
            "{} {}",
            name_of(row.queue.as_ref()),
            called(row.connection_details.as_ref()),
        ),
        vhost vhost_of(row.queue.as_ref()),
        user account(row.connection_details.as_ref());
}

fn called(connection: Option<&StreamConnection>) -> &str {
    connection.map_or("", |connection| &connection.name)
}

fn account(connection: Option<&StreamConnection>) -> &str {
    connection.map_or("", |connection| known(connection.user.as_ref()))
}

impl Row for Shovel {
    fn name(&self) -> Cow<'_, str> {
        Cow::from(&self.name)
    }

    fn vhost(&self) -> Option<&str> {
        Some(known(self.vhost.as_ref()))
    }

    fn tidy(&mut self) {
        for uri in [&mut self.src_uri, &mut self.dest_uri]
            .into_iter()
            .flatten()
        {
            forget_account(uri);
        }
    }
}

impl Row for FederationLink {
    fn name(&self) -> Cow<'_, str> {
        let target = self.exchange.as_ref().or(self.queue.as_ref());
        Cow::from(format!("{} {}", self.upstream, known(target)))
    }

    fn vhost(&self) -> Option<&str> {
        Some(&self.vhost)
    }

    fn tidy(&mut self) {
        if let Some(uri) = &mut self.uri {
            forget_account(uri);
        }
    }
}

impl Row for FederationUpstream {
    fn name(&self) -> Cow<'_, str> {
        Cow::from(&self.name)
    }

    fn vhost(&self) -> Option<&str> {
        Some(&self.vhost)
    }

    fn tidy(&mut self) {
        let uris = self.value.as_mut().and_then(|value| value.0.get_mut("uri"));
        uris.into_iter().for_each(forget_accounts);
    }
}

/// One address or several. Of what is neither, as an encrypted one, nothing is kept.
fn forget_accounts(uris: &mut Value) {
    match uris {
        Value::Text(uri) => forget_account(uri),
        Value::List(uris) => uris.iter_mut().for_each(forget_accounts),
        other => *other = Value::Text(String::new()),
    }
}

/// Takes the account out of an address, and the query too: passwords of keys stand there.
///
/// What may be a password goes, were it written in a way that no address should be: up to the last
/// `@`, whatever is before it.
fn forget_account(uri: &mut String) {
    let (scheme, rest) = uri.split_once("://").unwrap_or(("", uri));
    let rest = rest.rsplit_once('@').map_or(rest, |(_, rest)| rest);
    let rest = rest.split(['?', '#']).next().unwrap_or_default();
    *uri = if scheme.is_empty() {
        rest.to_owned()
    } else {
        format!("{scheme}://{rest}")
    };
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn no_account_goes_further() {
        for (uri, bare) in [
            ("amqp://u:secret@a:5672/%2f", "amqp://a:5672/%2f"),
            ("amqps://a/v?password=secret&x=1", "amqps://a/v"),
            ("amqp://u:se/cr?et@a", "amqp://a"),
            ("amqp://u:se#cr@et@a/v", "amqp://a/v"),
            ("u:secret@a", "a"),
            ("amqp://", "amqp://"),
            ("", ""),
        ] {
            let mut read = uri.to_owned();
            forget_account(&mut read);
            assert_eq!(read, bare, "{uri}");
        }
    }

    #[test]
    fn an_upstream_is_told_without_its_accounts_however_they_stand() {
        let secrets = [
            json!("amqp://u:secret@a"),
            json!(["amqp://u:secret@a", "amqp://b?password=secret"]),
            json!({"encrypted": "secret"}),
        ];
        for uri in secrets {
            let row = json!({"name": "up", "vhost": "/", "value": {"uri": uri, "max-hops": 2}});
            let mut upstream: FederationUpstream =
                serde_json::from_value(row).expect("an upstream");
            upstream.tidy();
            let json = serde_json::to_string(&upstream).expect("serialises");
            assert!(!json.contains("secret"), "{json}");
            assert!(json.contains("\"max-hops\":2"), "{json}");
        }
    }
}
