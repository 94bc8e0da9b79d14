//! Tokens in the form of v2.0, for clients of its time: the same tokens as those of v3.

use std::sync::Arc;

use axum::Extension;
use axum::extract::{Request, State};
use axum::response::Response;
use http::StatusCode;
use metering::access::{
    Access, AccessBody, AccessEndpoint, AccessMetadata, AccessRequest, AccessService, AccessToken,
    AccessUser, RoleName, Tenant,
};
use metering::error::KeystoneErrorBody;
use metering::identity::{SERVICE_TYPE, Token};
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use super::identity_v3::forbid_caching;
use crate::auth::identity::tokens::TokenData;
use crate::auth::identity::{issue_token, request, token_body};
use crate::http::client_address::ClientAddress;
use crate::http::error::Error;
use crate::http::json::{json, json_response};
use crate::ids::id_of;
use crate::state::ApiState;

pub(crate) fn router() -> OpenApiRouter<Arc<ApiState>> {
    OpenApiRouter::new().routes(routes!(issue))
}

/// Gives a token for a name and a password, or a narrower one for a token, in the form of v2.0.
///
/// The token stands in the body, as `access.token.id`.
#[utoipa::path(
    post,
    path = "/identity/v2.0/tokens",
    operation_id = "issueToken2",
    tag = "identity",
    security(()),
    request_body = AccessRequest,
    responses(
        (status = 200, body = AccessBody),
        (status = 400, body = KeystoneErrorBody, description = "Not a token request"),
        (status = 401, body = KeystoneErrorBody, description = "Wrong name, password or tenant"),
        (status = 403, body = KeystoneErrorBody, description = "The account has no tag of the management API"),
        (status = 413, body = KeystoneErrorBody, description = "Longer than a token request"),
        (status = 415, body = KeystoneErrorBody, description = "Not JSON"),
        (status = 429, body = KeystoneErrorBody, description = "Too many wrong passwords",
            headers(("Retry-After" = u64, description = "Seconds"))),
        (status = 503, body = KeystoneErrorBody, description = "No broker could be asked",
            headers(("Retry-After" = u64, description = "Seconds"))),
    )
)]
async fn issue(
    State(shared): State<Arc<ApiState>>,
    Extension(ClientAddress(address)): Extension<ClientAddress>,
    request: Request,
) -> Result<Response, Error> {
    let wanted = request::read_v2(request).await?;
    let (token, data) = issue_token(&shared, wanted, address).await?;
    let body = AccessBody {
        access: describe(token, &data, &shared.base),
    };
    // This one is 200, where v3 says 201.
    let mut response = json_response(StatusCode::OK, json(&body));
    forbid_caching(response.headers_mut());
    Ok(response)
}

/// The description of v3 in the words of v2.0.
fn describe(id: String, data: &TokenData, base: &str) -> Access {
    let Token {
        user,
        roles,
        project,
        expires_at,
        issued_at,
        audit_ids,
        ..
    } = token_body::describe(data, base).token;
    let identity = format!("{base}/identity/v2.0");
    Access {
        token: AccessToken {
            id,
            issued_at: issued_at.unwrap_or_default(),
            expires: expires_at,
            // The embedded identity scopes every token.
            tenant: project.map_or_else(Tenant::default, |project| Tenant {
                id: project.id,
                name: project.name,
                enabled: true,
            }),
            audit_ids,
        },
        service_catalog: vec![
            service(SERVICE_TYPE, "warren", base),
            service("identity", "warren-identity", &identity),
        ],
        metadata: AccessMetadata {
            is_admin: data.is_admin().into(),
            roles: roles.iter().map(|role| role.id.clone()).collect(),
        },
        user: AccessUser {
            id: user.id,
            username: user.name.clone(),
            name: user.name,
            roles: roles
                .into_iter()
                .map(|role| RoleName { name: role.name })
                .collect(),
            roles_links: Vec::new(),
        },
    }
}

fn service(service_type: &str, name: &str, url: &str) -> AccessService {
    AccessService {
        service_type: service_type.into(),
        name: name.into(),
        endpoints: vec![AccessEndpoint {
            id: id_of("endpoint", service_type),
            region: token_body::REGION.into(),
            public_url: url.into(),
            internal_url: url.into(),
            admin_url: url.into(),
        }],
        endpoints_links: Vec::new(),
    }
}
