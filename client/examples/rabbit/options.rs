//! Who signs in where: flags, or the variables of telemetry's clients.

use clap::Parser;
use client::{Credentials, Endpoints, TokenScope};
use url::Url;

/// Signs in at an identity service, and lists the accounts and the overview of every broker that
/// its metering API watches.
#[derive(Debug, Parser)]
#[command(name = "rabbit")]
pub(crate) struct Options {
    /// The identity service's address; its v3 is used, whichever version is named.
    #[arg(
        long,
        env = "OS_AUTH_URL",
        value_name = "URL",
        default_value = "http://127.0.0.1:8777/identity/v3"
    )]
    os_auth_url: Url,

    /// The account's name.
    #[arg(long, env = "OS_USERNAME", value_name = "NAME")]
    os_username: String,

    /// Its password; the variable keeps it out of the list of processes.
    #[arg(
        long,
        env = "OS_PASSWORD",
        value_name = "PASSWORD",
        hide_env_values = true
    )]
    os_password: String,

    /// The project to sign in to [default: the account's own].
    #[arg(long, env = "OS_PROJECT_NAME", value_name = "NAME")]
    os_project_name: Option<String>,

    /// The same, as v2.0 names it.
    #[arg(long, env = "OS_TENANT_NAME", value_name = "NAME")]
    os_tenant_name: Option<String>,

    /// The domain of account and project.
    #[arg(
        long,
        env = "OS_USER_DOMAIN_NAME",
        value_name = "NAME",
        default_value = "Default"
    )]
    os_user_domain_name: String,

    /// The region whose metering API is taken from the catalog [default: any].
    #[arg(long, env = "OS_REGION_NAME", value_name = "NAME")]
    os_region_name: Option<String>,

    /// The metering API's address [default: what the catalog says].
    #[arg(long, env = "OS_ENDPOINT", value_name = "URL")]
    os_endpoint: Option<Url>,

    /// Only this broker.
    #[arg(long, value_name = "NAME")]
    pub(crate) broker: Option<String>,
}

impl Options {
    /// The v3 address of the identity service.
    pub(crate) fn identity(&self) -> Url {
        let mut identity = self.os_auth_url.clone();
        let path = identity.path().trim_end_matches('/');
        let base = ["/v3", "/v2.0"]
            .iter()
            .find_map(|version| path.strip_suffix(version))
            .unwrap_or(path);
        let path = format!("{base}/v3");
        identity.set_path(&path);
        identity
    }

    pub(crate) fn endpoints(&self) -> Endpoints {
        Endpoints {
            metering: self.os_endpoint.clone(),
            region: self.os_region_name.clone(),
            ..Endpoints::from_catalog(self.identity())
        }
    }

    pub(crate) fn credentials(&self) -> Credentials {
        let mut credentials = Credentials::new(&self.os_username, self.os_password.as_str());
        credentials.domain.clone_from(&self.os_user_domain_name);
        let project = self
            .os_project_name
            .as_ref()
            .or(self.os_tenant_name.as_ref());
        credentials.scope = project
            .cloned()
            .map_or(TokenScope::Default, TokenScope::Project);
        credentials
    }
}
