//! Where the services are, and how the catalog is read.

use metering::identity::{SERVICE_TYPE, Service};
use url::Url;

/// Which of a service's addresses is taken from the catalog.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Interface {
    /// For everybody.
    #[default]
    Public,
    /// For the services of the same cloud.
    Internal,
    /// For administrators, in old clouds.
    Admin,
}

impl Interface {
    /// The catalog's word for it.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Public => "public",
            Self::Internal => "internal",
            Self::Admin => "admin",
        }
    }
}

/// Where the metering API and the identity service are.
#[derive(Clone, Debug)]
pub struct Endpoints {
    /// The identity service's v3 address: `http://host:8777/identity/v3`.
    pub identity: Url,
    /// The metering API's address, without `/v2`. `None`: what the catalog says.
    pub metering: Option<Url>,
    /// Which address of the catalog.
    pub interface: Interface,
    /// Which region of the catalog; `None`: any.
    pub region: Option<String>,
}

impl Endpoints {
    /// A metering API that is its own identity service: sign-in at `{metering}/identity/v3`.
    pub fn at(metering: Url) -> Self {
        Self {
            identity: join(&metering, "/identity/v3"),
            metering: Some(metering),
            interface: Interface::default(),
            region: None,
        }
    }

    /// The metering API in this process, below its path prefix (`""`, `/telemetry`).
    ///
    /// # Panics
    /// When the prefix is no path: it is part of the configuration, checked there.
    pub fn in_process(path_prefix: &str) -> Self {
        // A host that cannot exist, should it ever reach the network.
        let address = format!("http://in-process.invalid{path_prefix}");
        Self::at(
            address
                .parse()
                .expect("a checked path behind a host is an address"),
        )
    }

    /// Sign-in at this v3 address, and the metering API wherever the catalog says.
    pub fn from_catalog(identity: Url) -> Self {
        Self {
            identity,
            metering: None,
            interface: Interface::default(),
            region: None,
        }
    }

    /// Sign-in at another v3 address.
    #[must_use]
    pub fn identity(mut self, identity: Url) -> Self {
        self.identity = identity;
        self
    }

    /// The metering API's address by a catalog.
    pub(crate) fn find(&self, catalog: &[Service]) -> Option<Url> {
        catalog
            .iter()
            .filter(|service| service.service_type == SERVICE_TYPE)
            .flat_map(|service| &service.endpoints)
            .filter(|endpoint| endpoint.interface == self.interface.as_str())
            .find(|endpoint| {
                self.region.as_ref().is_none_or(|region| {
                    [&endpoint.region, &endpoint.region_id]
                        .into_iter()
                        .any(|found| found.as_ref() == Some(region))
                })
            })
            .and_then(|endpoint| endpoint.url.parse().ok())
    }
}

/// `path` below `base`, whether that ends with a slash or not.
pub(crate) fn join(base: &Url, path: &str) -> Url {
    let mut joined = base.clone();
    joined.set_path(&format!("{}{path}", base.path().trim_end_matches('/')));
    joined
}

#[cfg(test)]
mod tests {
    use metering::identity::Endpoint;

    use super::*;

    fn service(service_type: &str, endpoints: &[(&str, &str, &str)]) -> Service {
        Service {
            id: String::new(),
            service_type: service_type.to_owned(),
            name: String::new(),
            endpoints: endpoints
                .iter()
                .map(|&(interface, region, url)| Endpoint {
                    id: String::new(),
                    interface: interface.to_owned(),
                    region: Some(region.to_owned()),
                    region_id: None,
                    url: url.to_owned(),
                })
                .collect(),
        }
    }

    fn catalog() -> Vec<Service> {
        vec![
            service("identity", &[("public", "one", "http://keystone/")]),
            service(
                "metering",
                &[
                    ("internal", "one", "http://internal:8777/"),
                    ("public", "one", "http://one:8777/"),
                    ("public", "two", "http://two:8777/"),
                ],
            ),
        ]
    }

    fn found(change: impl FnOnce(&mut Endpoints)) -> Option<String> {
        let mut endpoints = Endpoints::from_catalog("http://keystone/v3".parse().expect("a URL"));
        change(&mut endpoints);
        endpoints.find(&catalog()).map(String::from)
    }

    #[test]
    fn the_first_public_one_is_taken() {
        assert_eq!(found(|_| ()).as_deref(), Some("http://one:8777/"));
    }

    #[test]
    fn interface_and_region_choose() {
        let two = found(|endpoints| endpoints.region = Some("two".to_owned()));
        assert_eq!(two.as_deref(), Some("http://two:8777/"));
        let internal = found(|endpoints| endpoints.interface = Interface::Internal);
        assert_eq!(internal.as_deref(), Some("http://internal:8777/"));
    }

    #[test]
    fn an_unknown_region_has_none() {
        assert_eq!(
            found(|endpoints| endpoints.region = Some("three".to_owned())),
            None
        );
    }

    #[test]
    fn identity_stands_below_the_metering_api() {
        for base in ["http://host:8777/telemetry", "http://host:8777/telemetry/"] {
            let endpoints = Endpoints::at(base.parse().expect("a URL"));
            assert_eq!(
                endpoints.identity.as_str(),
                "http://host:8777/telemetry/identity/v3"
            );
        }
    }
}
