//! The context that the server provides to each request: clients, base path, bundle.

use std::net::IpAddr;
use std::sync::Arc;

use leptos::prelude::use_context;
use leptos_axum::extract;

use super::opened_links::OpenedLinks;
use crate::error::AppError;

/// What server functions and the HTML shell need of the server. Cheap to clone.
#[derive(Clone)]
pub struct AppContext {
    /// The metering API's client, shared by all viewers.
    pub client: client::Client,
    /// The metering API's public URL, without `/v2` and without a slash at the end.
    pub metering_url: Arc<str>,
    /// The prefix of every path: `/warren`, or empty.
    pub base_path: Arc<str>,
    /// The bundle's files.
    pub bundle: Arc<Bundle>,
    /// The sign-in form's default domain, if viewers sign in at a Keystone.
    pub keystone: Option<Arc<str>>,
    /// The share links that were opened recently.
    pub links: OpenedLinks,
}

/// The names of the files that Trunk built; they contain a hash, so that they can be cached for ever.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Bundle {
    /// `frontend-<hash>.js`.
    pub script: String,
    /// `frontend-<hash>_bg.wasm`.
    pub module: String,
    /// `main-<hash>.css`.
    pub style: String,
}

/// The viewer's IP address, if trusted. A request extension.
#[derive(Clone, Copy, Debug)]
pub struct ViewerAddress(pub IpAddr);

/// The server's context.
///
/// # Errors
/// The request has ended: the viewer closed it while the page was still fetched. Nobody reads that
/// error.
pub(crate) fn context() -> Result<AppContext, AppError> {
    use_context::<AppContext>().ok_or(AppError::Internal)
}

/// The prefix of every path; empty once the request has ended.
pub(crate) fn base_path() -> Arc<str> {
    context().map_or_else(|_| Arc::default(), |context| context.base_path)
}

/// Redirects to a path below the base path. Characters that a header cannot carry are
/// percent-encoded: the framework would panic on them.
pub(crate) fn redirect(target: &str) {
    let address = format!("{}{target}", base_path());
    leptos_axum::redirect(&crate::routes::visible(&address));
}

/// The viewer's IP address, if known.
pub(crate) async fn viewer_address() -> Option<IpAddr> {
    let address = extract::<axum::Extension<ViewerAddress>>().await.ok();
    address.map(|address| address.0.0)
}

#[cfg(test)]
mod tests {
    use leptos::prelude::Owner;

    use super::*;

    #[test]
    fn once_a_request_is_over_there_is_an_error_and_no_panic() {
        Owner::new().with(|| {
            assert!(matches!(context(), Err(AppError::Internal)));
            assert_eq!(&*base_path(), "");
        });
    }
}
