//! A token as Keystone describes it.

use metering::Timestamp;
use metering::identity::{
    Domain, Endpoint, Project, Role, SERVICE_TYPE, Service, Token, TokenBody, TokenUser,
};

use super::tokens::TokenData;
use crate::ids::id_of;

/// The domain of all accounts and projects.
pub(crate) const DOMAIN_ID: &str = "default";
/// Its name.
pub(crate) const DOMAIN_NAME: &str = "Default";
/// The region of every endpoint.
pub(crate) const REGION: &str = "RegionOne";

/// What clients learn about a token.
pub(crate) fn describe(data: &TokenData, base: &str) -> TokenBody {
    let domain = || Domain {
        id: DOMAIN_ID.into(),
        name: DOMAIN_NAME.into(),
    };
    let role = data.role();
    TokenBody {
        token: Token {
            methods: data.methods.clone(),
            user: TokenUser {
                id: data.user_id.clone(),
                name: data.user.clone(),
                domain: domain(),
            },
            roles: vec![Role {
                id: id_of("role", role),
                name: role.into(),
            }],
            project: Some(Project {
                id: data.project_id.clone(),
                name: data.project.clone(),
                domain: domain(),
            }),
            expires_at: keystone_time(data.expires_at),
            issued_at: Some(keystone_time(data.issued_at)),
            catalog: vec![
                service(SERVICE_TYPE, "warren", base),
                service(
                    "identity",
                    "warren-identity",
                    &format!("{base}/identity/v3"),
                ),
            ],
            audit_ids: vec![data.audit_id.clone()],
            is_domain: false,
        },
    }
}

fn service(service_type: &str, name: &str, url: &str) -> Service {
    let endpoint = |interface: &str| Endpoint {
        id: id_of("endpoint", &format!("{service_type}/{interface}")),
        interface: interface.into(),
        region: Some(REGION.into()),
        region_id: Some(REGION.into()),
        url: url.into(),
    };
    Service {
        id: id_of("service", service_type),
        service_type: service_type.into(),
        name: name.into(),
        endpoints: ["public", "internal", "admin"].map(endpoint).into(),
    }
}

/// ISO 8601 with microseconds and `Z`, Keystone's form.
pub(super) fn keystone_time(time: Timestamp) -> String {
    let micros = time.as_micros();
    let seconds = Timestamp::from_micros(micros - micros.rem_euclid(1_000_000));
    format!("{seconds}.{:06}Z", micros.rem_euclid(1_000_000))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn times_always_have_microseconds() {
        let written = |micros| keystone_time(Timestamp::from_micros(micros));
        assert_eq!(
            written(1_420_113_600_000_000),
            "2015-01-01T12:00:00.000000Z"
        );
        assert_eq!(
            written(1_420_113_600_000_012),
            "2015-01-01T12:00:00.000012Z"
        );
    }
}
