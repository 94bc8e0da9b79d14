//! The files of one service.

use std::path::{Path, PathBuf};
use std::sync::Arc;

use rustls::client::WebPkiServerVerifier;
use rustls::crypto::CryptoProvider;
use rustls::pki_types::pem::PemObject;
use rustls::pki_types::{CertificateDer, PrivateKeyDer};
use rustls::sign::CertifiedKey;
use rustls::{ClientConfig, RootCertStore};

use crate::verifier::KnownCertificates;

/// Certificates for connections to one service.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct TlsFiles {
    /// The configuration key that names `ca`, for messages: `--broker-ca-file`.
    pub ca_key: String,
    /// A PEM file with what is trusted, in place of the system's authorities: certificates of
    /// authorities, or the service's own certificate.
    pub ca: Option<PathBuf>,
    /// The configuration key that names `cert`, for messages.
    pub cert_key: String,
    /// A PEM file with the certificate that this program shows, and those between it and its
    /// authority.
    pub cert: Option<PathBuf>,
    /// The configuration key that names `key`, for messages.
    pub key_key: String,
    /// A PEM file with that certificate's private key.
    pub key: Option<PathBuf>,
}

/// An HTTP client with these certificates cannot be made.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum TlsError {
    /// A file with certificates or a private key cannot be used.
    #[error("{key} {}: {reason}", path.display())]
    File {
        /// The configuration key that names it.
        key: String,
        /// The file.
        path: PathBuf,
        /// Why, and what is accepted.
        reason: String,
    },
    /// TLS itself cannot be set up.
    #[error("TLS cannot be set up: {0}")]
    SetUp(#[source] rustls::Error),
    /// The HTTP client refuses the certificate that is shown.
    #[error("{key} {}: the HTTP client refuses it", path.display())]
    Client {
        /// The configuration key that names it.
        key: String,
        /// The file.
        path: PathBuf,
        /// Why.
        source: reqwest::Error,
    },
}

impl TlsFiles {
    /// An HTTP client's builder that uses these files.
    ///
    /// # Errors
    /// Which file cannot be used, and why.
    pub fn apply(
        &self,
        builder: reqwest::ClientBuilder,
    ) -> Result<reqwest::ClientBuilder, TlsError> {
        let provider = Arc::new(rustls::crypto::ring::default_provider());
        let login = self.login(&provider)?;
        let Some(ca) = &self.ca else {
            let Some(login) = login else {
                return Ok(builder);
            };
            // reqwest alone knows the system's authorities, and then it shows the certificate too.
            let identity = reqwest::Identity::from_pem(&login.pem).map_err(|source| {
                let (key, path) = (self.cert_key.clone(), login.path);
                TlsError::Client { key, path, source }
            })?;
            return Ok(builder.identity(identity));
        };
        let bad_ca = |reason: String| file_error(&self.ca_key, ca, reason);
        let known = certificates(ca).map_err(bad_ca)?;
        let mut roots = RootCertStore::empty();
        for certificate in &known {
            roots
                .add(certificate.clone())
                .map_err(|error| bad_ca(format!("a certificate cannot be used: {error}")))?;
        }
        let verifier =
            WebPkiServerVerifier::builder_with_provider(Arc::new(roots), Arc::clone(&provider))
                .build()
                .map_err(|error| bad_ca(error.to_string()))?;
        let verifier = KnownCertificates { known, verifier };
        let config = ClientConfig::builder_with_provider(provider)
            .with_safe_default_protocol_versions()
            .map_err(TlsError::SetUp)?
            .dangerous()
            .with_custom_certificate_verifier(Arc::new(verifier));
        let config = match login {
            None => config.with_no_client_auth(),
            Some(login) => config
                .with_client_auth_cert(login.chain, login.key)
                .map_err(|error| file_error(&self.cert_key, &login.path, error.to_string()))?,
        };
        Ok(builder.tls_backend_preconfigured(config))
    }

    /// The certificate that is shown, with its private key; both are read and fit each other.
    fn login(&self, provider: &CryptoProvider) -> Result<Option<Login>, TlsError> {
        let (Some(cert), Some(key_file)) = (&self.cert, &self.key) else {
            return Ok(None);
        };
        let bad_cert = |reason: String| file_error(&self.cert_key, cert, reason);
        let bad_key = |reason: String| file_error(&self.key_key, key_file, reason);
        let chain = certificates(cert).map_err(bad_cert)?;
        let key_pem = std::fs::read(key_file).map_err(|error| bad_key(error.to_string()))?;
        let key = PrivateKeyDer::from_pem_slice(&key_pem).map_err(|error| {
            bad_key(format!(
                "it holds no private key that can be read ({error}): accepted is PEM, with BEGIN \
                 PRIVATE KEY, without a passphrase"
            ))
        })?;
        CertifiedKey::from_der(chain.clone(), key.clone_key(), provider).map_err(|error| {
            match error {
                rustls::Error::InconsistentKeys(_) => bad_key(format!(
                    "it is not the key of the certificate in {} ({})",
                    cert.display(),
                    self.cert_key
                )),
                error @ rustls::Error::InvalidCertificate(_) => {
                    bad_cert(format!("a certificate cannot be used: {error}"))
                }
                error => bad_key(format!("it cannot be used: {error}")),
            }
        })?;
        let mut pem = key_pem;
        pem.push(b'\n');
        pem.extend(std::fs::read(cert).map_err(|error| bad_cert(error.to_string()))?);
        Ok(Some(Login {
            path: cert.clone(),
            chain,
            key,
            pem,
        }))
    }
}

/// What is shown to a service that asks for a certificate.
struct Login {
    /// The certificate's file.
    path: PathBuf,
    chain: Vec<CertificateDer<'static>>,
    key: PrivateKeyDer<'static>,
    /// Key and chain as the files have them.
    pem: Vec<u8>,
}

fn file_error(key: &str, path: &Path, reason: String) -> TlsError {
    TlsError::File {
        key: key.to_owned(),
        path: path.to_owned(),
        reason,
    }
}

/// The certificates of a PEM file, one at least.
fn certificates(path: &Path) -> Result<Vec<CertificateDer<'static>>, String> {
    let read = CertificateDer::pem_file_iter(path).map_err(|error| error.to_string())?;
    let read: Result<Vec<_>, _> = read.collect();
    let read = read.map_err(|error| error.to_string())?;
    if read.is_empty() {
        return Err("it holds no certificate: accepted is PEM, with BEGIN CERTIFICATE".to_owned());
    }
    Ok(read)
}
