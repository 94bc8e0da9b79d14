//! A Keystone's projects: which ones an account has, and a token for another of them.
//!
//! Source: OpenStack's Identity API v3, "Get available project scopes" and "Token authentication
//! with scoped authorization".

use std::net::IpAddr;

use bytes::Bytes;
use http::{Method, StatusCode};
use metering::identity::{
    Auth, AuthRequest, IdentityMethods, ListedProject, ProjectList, ProjectRef, Scope, TokenMethod,
};

use crate::client::Client;
use crate::error::ClientError;
use crate::request::{by, parse};
use crate::sign_in::SignIn;
use crate::token::Token;

impl Client {
    /// The projects that a token's account has a role in, as the Keystone lists them. The token may
    /// be for nothing.
    ///
    /// # Errors
    /// [`ClientError::Unauthorized`] for a token that has ended, and the others of [`ClientError`].
    pub async fn projects(&self, token: &Token) -> Result<Vec<ListedProject>, ClientError> {
        let address = self.at_identity("/auth/projects")?;
        let answer = self
            .send_identity_request(Method::GET, address, by(token), Bytes::new())
            .await?;
        Ok(parse::<ProjectList>(&answer, StatusCode::OK)?.projects)
    }

    /// Another token of the same account, for the project with that id. It ends no later than the
    /// one that it was got with.
    ///
    /// # Errors
    /// [`ClientError::Unauthorized`] for a token that has ended, and for a project that the account
    /// has no role in; the others of [`Client::sign_in`].
    pub async fn rescope(
        &self,
        token: &Token,
        project: &str,
        viewer: Option<IpAddr>,
    ) -> Result<SignIn, ClientError> {
        let request = AuthRequest {
            auth: Auth {
                identity: IdentityMethods {
                    methods: vec!["token".to_owned()],
                    password: None,
                    token: Some(TokenMethod {
                        id: token.expose().to_owned(),
                    }),
                },
                scope: Some(Scope {
                    project: Some(ProjectRef {
                        id: Some(project.to_owned()),
                        name: None,
                        domain: None,
                    }),
                    unscoped: None,
                }),
            },
        };
        self.token_for(&request, viewer).await
    }
}
