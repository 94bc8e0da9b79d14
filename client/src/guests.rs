//! Guest tokens, portals and share links.

use std::net::IpAddr;

use bytes::Bytes;
use http::{HeaderMap, HeaderValue, Method, StatusCode};
use metering::guest::{
    GuestToken, GuestTokenRequest, OpenShareLink, OpenedShareLink, Portal, PortalChange, ShareLink,
    ShareLinkRequest,
};

use crate::client::Client;
use crate::error::ClientError;
use crate::path;
use crate::request::{X_FORWARDED_FOR, json, parse, uri};
use crate::session::Session;

impl Session {
    /// A guest token for a portal, for no more than the session's account sees.
    ///
    /// # Errors
    /// [`ClientError::Forbidden`] for what the portal may not show, and the others of
    /// [`ClientError`].
    pub async fn guest_token(&self, wanted: &GuestTokenRequest) -> Result<GuestToken, ClientError> {
        self.post("/v2/rabbit/guest-tokens".to_owned(), json(wanted)?)
            .await
    }

    /// The registered portals, and what use was made of them.
    ///
    /// # Errors
    /// [`ClientError::Forbidden`] for an account that does not see all of every broker, and the
    /// others of [`ClientError`].
    pub async fn portals(&self) -> Result<Vec<Portal>, ClientError> {
        self.read("/v2/rabbit/portals".to_owned()).await
    }

    /// Revokes a portal, or takes that back.
    ///
    /// # Errors
    /// [`ClientError::Forbidden`] for who is not an administrator of every broker,
    /// [`ClientError::NotFound`] for a portal that there is not, and the others of [`ClientError`].
    pub async fn revoke_portal(&self, name: &str, revoked: bool) -> Result<(), ClientError> {
        let path = format!("/v2/rabbit/portals/{}", path::segment(name));
        self.change(Method::PUT, path, json(&PortalChange { revoked })?)
            .await
    }

    /// The account's share links; of an administrator of every broker all there are.
    ///
    /// # Errors
    /// See [`ClientError`].
    pub async fn share_links(&self) -> Result<Vec<ShareLink>, ClientError> {
        self.read("/v2/rabbit/share-links".to_owned()).await
    }

    /// Makes a share link. The answer holds its secret, this once.
    ///
    /// # Errors
    /// [`ClientError::Refused`] with 400 for what cannot be shared, [`ClientError::NotFound`] for a
    /// broker that the account does not see, and the others of [`ClientError`].
    pub async fn share(&self, wanted: &ShareLinkRequest) -> Result<ShareLink, ClientError> {
        self.post("/v2/rabbit/share-links".to_owned(), json(wanted)?)
            .await
    }

    /// Ends a share link.
    ///
    /// # Errors
    /// [`ClientError::NotFound`] for a link that there is not, or that is somebody else's, and the
    /// others of [`ClientError`].
    pub async fn end_share_link(&self, id: &str) -> Result<(), ClientError> {
        let path = format!("/v2/rabbit/share-links/{}", path::segment(id));
        self.change(Method::DELETE, path, Bytes::new()).await
    }
}

impl Client {
    /// Opens a share link, for a viewer at this address.
    ///
    /// # Errors
    /// [`ClientError::NotFound`] for a secret that is none, or of a link that has ended,
    /// [`ClientError::TooManyRequests`] for too many of those, and the others of [`ClientError`].
    pub async fn open_share_link(
        &self,
        secret: &str,
        viewer: Option<IpAddr>,
    ) -> Result<OpenedShareLink, ClientError> {
        let endpoints = self.endpoints();
        let metering = endpoints.metering.as_ref();
        let metering = metering.ok_or_else(|| endpoints.missing())?;
        let metering = metering.as_str().trim_end_matches('/');
        let mut headers = HeaderMap::new();
        let viewer = viewer.map(|viewer| HeaderValue::from_str(&viewer.to_string()));
        if let Some(Ok(viewer)) = viewer {
            headers.insert(X_FORWARDED_FOR, viewer);
        }
        let secret = OpenShareLink {
            secret: secret.to_owned(),
        };
        let address = uri(&format!("{metering}/v2/rabbit/share-links/open"))?;
        let answer = self
            .send_request(Method::POST, address, headers, json(&secret)?)
            .await?;
        parse(&answer, StatusCode::CREATED)
    }
}
