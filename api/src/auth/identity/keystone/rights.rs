//! What a token of Keystone's opens here: its roles say whether all or its own, its project which
//! brokers.

use std::collections::BTreeSet;

use metering::identity::Token;

use super::super::tokens::{Grant, TokenData};
use super::http_client::KeystoneFailure;
use crate::config::{BrokerConfig, KeystoneConfig};
use crate::http::error::Error;
use crate::ids::random_id;
use crate::vhost_set::{BrokerScope, VhostSet};

/// What a validated token opens.
///
/// # Errors
/// `403` for a token without a project, or without a role that is asked for.
pub(super) fn from_token(
    token: &Token,
    config: &KeystoneConfig,
    brokers: &[BrokerConfig],
) -> Result<TokenData, Error> {
    let Some(project) = &token.project else {
        return Err(Error::NotPermitted(
            "The token is for no project: ask for one that is scoped to a project.".into(),
        ));
    };
    let has_one_of = |roles: &[String]| {
        let held = |role: &String| {
            token
                .roles
                .iter()
                .any(|own| own.name.eq_ignore_ascii_case(role))
        };
        roles.iter().any(held)
    };
    let admin = has_one_of(&config.admin_roles);
    if !admin && !has_one_of(&config.member_roles) {
        let roles = [&config.admin_roles[..], &config.member_roles[..]].concat();
        return Err(Error::NotPermitted(format!(
            "The account {} has none of the roles {} in the project {}.",
            token.user.name,
            roles.join(", "),
            project.name
        )));
    }
    let grants = brokers.iter().enumerate().filter_map(|(index, broker)| {
        let scope = if admin {
            Some(BrokerScope::All)
        } else {
            scope(broker, &project.id)
        };
        scope.map(|scope| Grant {
            shown: None,
            broker: index,
            account: None,
            // What RabbitMQ shows its administrators alone is shown to those of the Keystone.
            tags: if admin {
                vec!["administrator".into()]
            } else {
                Vec::new()
            },
            scope,
            own: None,
        })
    });
    let time = |text: &str| {
        text.parse()
            .map_err(|_| Error::from(KeystoneFailure::Malformed))
    };
    let expires_at = time(&token.expires_at)?;
    Ok(TokenData {
        user: token.user.name.clone(),
        user_id: token.user.id.clone(),
        grants: grants.collect(),
        project: project.name.clone(),
        project_id: project.id.clone(),
        admin,
        methods: token.methods.clone(),
        issued_at: token.issued_at.as_deref().map_or(Ok(expires_at), time)?,
        expires_at,
        audit_id: token.audit_ids.first().cloned().unwrap_or_else(random_id),
    })
}

/// What a project sees of a broker, if anything.
fn scope(broker: &BrokerConfig, project: &str) -> Option<BrokerScope> {
    let mut vhosts = BTreeSet::new();
    for shown in broker.projects.iter().filter(|shown| shown.id == project) {
        match &shown.vhost {
            None => return Some(BrokerScope::All),
            Some(vhost) => vhosts.insert(vhost.clone()),
        };
    }
    (!vhosts.is_empty()).then(|| BrokerScope::Only(VhostSet::new(vhosts)))
}

#[cfg(test)]
mod tests {
    use metering::identity::TokenBody;
    use serde_json::json;

    use super::*;

    const ONE: &str = "11111111111111111111111111111111";
    const TWO: &str = "22222222222222222222222222222222";

    fn config() -> KeystoneConfig {
        let url: url::Url = "http://keystone.example/v3".parse().expect("a URL");
        KeystoneConfig {
            public_url: url.clone(),
            url,
            tls: tls::TlsFiles::default(),
            username: "warren".into(),
            password: "secret".into(),
            user_domain: "Default".into(),
            project: "service".into(),
            project_domain: "Default".into(),
            cache: KeystoneConfig::CACHE,
            timeout: KeystoneConfig::TIMEOUT,
            admin_roles: vec!["admin".into()],
            member_roles: vec!["member".into(), "reader".into()],
        }
    }

    fn brokers() -> Vec<BrokerConfig> {
        let broker = |name: &str, projects: &[String]| BrokerConfig {
            name: name.into(),
            url: "http://127.0.0.1:15672".parse().expect("a URL"),
            username: "guest".into(),
            password: "guest".into(),
            description: None,
            projects: projects
                .iter()
                .map(|text| text.parse().expect("a project"))
                .collect(),
        };
        vec![
            broker("nobodys", &[]),
            broker("whole", &[ONE.to_owned(), format!("{ONE}:a")]),
            broker(
                "parts",
                &[format!("{ONE}:a"), format!("{ONE}:b"), TWO.to_owned()],
            ),
        ]
    }

    fn token(project: Option<&str>, roles: &[&str]) -> Token {
        let domain = json!({"id": "default", "name": "Default"});
        let roles: Vec<_> = roles
            .iter()
            .map(|name| json!({"id": name, "name": name}))
            .collect();
        let mut token = json!({
            "user": {"id": "u", "name": "anna", "domain": domain},
            "roles": roles,
            "expires_at": "2030-01-01T00:00:00.000000Z",
        });
        if let Some(id) = project {
            token["project"] = json!({"id": id, "name": "p", "domain": domain});
        }
        let body: TokenBody = serde_json::from_value(json!({"token": token})).expect("a token");
        body.token
    }

    fn seen(project: Option<&str>, roles: &[&str]) -> Result<Vec<String>, String> {
        let data = from_token(&token(project, roles), &config(), &brokers());
        let data = data.map_err(|error| error.to_string())?;
        let seen = data.grants.iter().map(|grant| match &grant.scope {
            BrokerScope::All => format!("{}", grant.broker),
            BrokerScope::Only(vhost_set) => format!("{}:{:?}", grant.broker, vhost_set.vhosts),
        });
        Ok(seen.collect())
    }

    #[test]
    fn an_admin_sees_every_broker() {
        assert_eq!(
            seen(Some(TWO), &["Admin", "member"]),
            Ok(vec!["0".into(), "1".into(), "2".into()])
        );
    }

    #[test]
    fn members_and_readers_see_what_is_shown_to_their_project() {
        for role in ["member", "reader"] {
            assert_eq!(
                seen(Some(ONE), &[role]),
                Ok(vec!["1".into(), "2:{\"a\", \"b\"}".into()])
            );
            assert_eq!(seen(Some(TWO), &[role]), Ok(vec!["2".into()]));
            assert_eq!(seen(Some("3"), &[role]), Ok(vec![]));
        }
    }

    #[test]
    fn a_name_of_keystone_is_no_account_of_a_broker() {
        for role in ["admin", "member", "reader"] {
            let data =
                from_token(&token(Some(ONE), &[role]), &config(), &brokers()).expect("rights");
            assert_eq!(data.user, "anna");
            assert!(data.grants.iter().all(|grant| grant.account.is_none()));
            assert!((0..3).all(|broker| !data.has_account_at(broker, "anna")));
        }
    }

    #[test]
    fn without_a_project_or_a_role_nothing_opens() {
        let refused = seen(None, &["admin"]).expect_err("refused");
        assert!(refused.contains("no project"), "{refused}");
        let refused = seen(Some(ONE), &["heat_stack_owner"]).expect_err("refused");
        assert!(refused.contains("admin, member, reader"), "{refused}");
    }
}
