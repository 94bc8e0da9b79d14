//! Addresses without the accounts and keys in them.

use crate::table::Value;

/// One address or several. Of what is neither, as an encrypted one, nothing is kept.
pub(crate) fn forget_accounts(uris: &mut Value) {
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
pub(crate) fn forget_account(uri: &mut String) {
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
    use crate::FederationUpstream;
    use crate::lists::Row;

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
    fn upstream_is_shown_without_credentials_of_any_form() {
        let secrets = [
            json!("amqp://u:secret@a"),
            json!(["amqp://u:secret@a", "amqp://b?password=secret"]),
            json!({"encrypted": "secret"}),
        ];
        for uri in secrets {
            let row = json!({"name": "up", "vhost": "/", "value": {"uri": uri, "max-hops": 2}});
            let mut upstream: FederationUpstream =
                serde_json::from_value(row).expect("an upstream");
            upstream.drop_secrets(false);
            let json = serde_json::to_string(&upstream).expect("serialises");
            assert!(!json.contains("secret"), "{json}");
            assert!(json.contains("\"max-hops\":2"), "{json}");
        }
    }
}
