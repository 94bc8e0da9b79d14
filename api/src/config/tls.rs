//! How this service trusts, and shows itself to, what it asks over TLS: brokers, their Prometheus
//! plugins, a Keystone.

use std::path::{Path, PathBuf};
use std::sync::Arc;

use rustls::RootCertStore;
use rustls::client::WebPkiServerVerifier;
use rustls::client::danger::{HandshakeSignatureValid, ServerCertVerified, ServerCertVerifier};
use rustls::pki_types::pem::PemObject;
use rustls::pki_types::{CertificateDer, PrivateKeyDer, ServerName, UnixTime};
use rustls::{CertificateError, ClientConfig, DigitallySignedStruct, Error, SignatureScheme};

use super::ApiError;

/// Certificates for connections to one service.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct TlsFiles {
    /// The key that names `ca`, for messages: `--broker-ca-file`.
    pub ca_key: String,
    /// A PEM file with what is trusted, in place of the system's authorities: certificates of
    /// authorities, or the service's own certificate.
    pub ca: Option<PathBuf>,
    /// The key that names `cert`, for messages.
    pub cert_key: String,
    /// A PEM file with the certificate that this service shows, and those between it and its
    /// authority.
    pub cert: Option<PathBuf>,
    /// A PEM file with that certificate's private key.
    pub key: Option<PathBuf>,
}

/// Certificates and the token file for one broker.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct BrokerAccess {
    /// The broker's name.
    pub broker: String,
    /// For its management API, and for its Prometheus plugins.
    pub tls: TlsFiles,
    /// A file with a bearer token that the collector shows in place of user and password.
    pub token_file: Option<PathBuf>,
}

impl TlsFiles {
    /// An HTTP client's builder that goes by these files.
    ///
    /// # Errors
    /// Which file cannot be used, and why.
    pub(crate) fn apply(
        &self,
        builder: reqwest::ClientBuilder,
    ) -> Result<reqwest::ClientBuilder, ApiError> {
        if self.ca.is_none() && self.cert.is_none() {
            return Ok(builder);
        }
        let login = self.login()?;
        let Some(ca) = &self.ca else {
            // The system's authorities are reqwest's matter, and so is the login then.
            let pem = [&self.cert, &self.key].map(|file| {
                let file = file.as_deref().unwrap_or(Path::new(""));
                std::fs::read(file).map_err(|error| self.bad_cert(file, &error.to_string()))
            });
            let [cert, key] = pem;
            let identity = reqwest::Identity::from_pem(&[key?, cert?].concat())
                .map_err(ApiError::HttpClient)?;
            return Ok(builder.identity(identity));
        };
        let bad_ca = |reason: String| ApiError::TlsFile {
            key: self.ca_key.clone(),
            path: ca.clone(),
            reason,
        };
        let known = certificates(ca).map_err(bad_ca)?;
        let mut roots = RootCertStore::empty();
        for certificate in &known {
            roots
                .add(certificate.clone())
                .map_err(|error| bad_ca(format!("a certificate cannot be used: {error}")))?;
        }
        let provider = Arc::new(rustls::crypto::ring::default_provider());
        let verifier =
            WebPkiServerVerifier::builder_with_provider(Arc::new(roots), Arc::clone(&provider))
                .build()
                .map_err(|error| bad_ca(error.to_string()))?;
        let verifier = KnownCertificates { known, verifier };
        let config = ClientConfig::builder_with_provider(provider)
            .with_safe_default_protocol_versions()
            .map_err(|error| bad_ca(error.to_string()))?
            .dangerous()
            .with_custom_certificate_verifier(Arc::new(verifier));
        let config = match login {
            None => config.with_no_client_auth(),
            Some((chain, key)) => config
                .with_client_auth_cert(chain, key)
                .map_err(|error| self.bad_cert(Path::new(""), &error.to_string()))?,
        };
        Ok(builder.tls_backend_preconfigured(config))
    }

    /// The certificate that is shown, with its key.
    fn login(
        &self,
    ) -> Result<Option<(Vec<CertificateDer<'static>>, PrivateKeyDer<'static>)>, ApiError> {
        let (Some(cert), Some(key)) = (&self.cert, &self.key) else {
            return Ok(None);
        };
        let chain = certificates(cert).map_err(|reason| self.bad_cert(cert, &reason))?;
        let key = PrivateKeyDer::from_pem_file(key)
            .map_err(|error| self.bad_cert(key, &format!("no private key can be read: {error}")))?;
        Ok(Some((chain, key)))
    }

    fn bad_cert(&self, path: &Path, reason: &str) -> ApiError {
        let path = if path.as_os_str().is_empty() {
            self.cert.clone().unwrap_or_default()
        } else {
            path.to_owned()
        };
        ApiError::TlsFile {
            key: self.cert_key.clone(),
            path,
            reason: reason.to_owned(),
        }
    }

    /// What to do about a TLS connection that failed for this cause.
    pub(crate) fn advice(&self, cause: &str) -> String {
        let is = |words: &[&str]| words.iter().any(|word| cause.contains(word));
        let shown = |file: &Option<PathBuf>| {
            let file = file.as_deref().unwrap_or(Path::new(""));
            file.display().to_string()
        };
        if is(&["CertificateRequired", "certificate required"])
            || (self.cert.is_none() && is(&["HandshakeFailure"]))
        {
            return match &self.cert {
                None => format!(
                    "It asks for a client certificate: name one with {} and its key.",
                    self.cert_key
                ),
                Some(_) => format!(
                    "It does not accept the client certificate in {} ({}).",
                    shown(&self.cert),
                    self.cert_key
                ),
            };
        }
        if self.cert.is_some() && is(&["received fatal alert"]) {
            return format!(
                "It may not accept the client certificate in {} ({}).",
                shown(&self.cert),
                self.cert_key
            );
        }
        if is(&["UnknownIssuer", "CaUsedAsEndEntity", "BadSignature"]) {
            return match &self.ca {
                None => format!(
                    "Its certificate is not signed by an authority of this system: name a PEM file with \
                     that authority, or with the certificate itself, with {}.",
                    self.ca_key
                ),
                Some(_) => format!(
                    "Its certificate is neither in {} nor signed by one in it: check {}.",
                    shown(&self.ca),
                    self.ca_key
                ),
            };
        }
        if is(&["NotValidForName", "not valid for name"]) {
            return format!(
                "Use a host name of that certificate in the address, or name the certificate itself \
                 with {}.",
                self.ca_key
            );
        }
        if is(&["Expired", "certificate expired"]) {
            return "Its certificate has expired: renew it there.".to_owned();
        }
        String::new()
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

/// Accepts what a known authority signed for the name, and a certificate that is itself known:
/// self-signed ones are often their own authority, and name no host.
#[derive(Debug)]
struct KnownCertificates {
    known: Vec<CertificateDer<'static>>,
    verifier: Arc<WebPkiServerVerifier>,
}

impl ServerCertVerifier for KnownCertificates {
    fn verify_server_cert(
        &self,
        end_entity: &CertificateDer<'_>,
        intermediates: &[CertificateDer<'_>],
        server_name: &ServerName<'_>,
        ocsp_response: &[u8],
        now: UnixTime,
    ) -> Result<ServerCertVerified, Error> {
        let signed = self.verifier.verify_server_cert(
            end_entity,
            intermediates,
            server_name,
            ocsp_response,
            now,
        );
        match signed {
            // Its time is over, whoever knows it.
            Err(Error::InvalidCertificate(
                CertificateError::Expired | CertificateError::ExpiredContext { .. },
            )) => signed,
            Err(_) if self.known.iter().any(|known| known == end_entity) => {
                Ok(ServerCertVerified::assertion())
            }
            signed => signed,
        }
    }

    fn verify_tls12_signature(
        &self,
        message: &[u8],
        cert: &CertificateDer<'_>,
        signature: &DigitallySignedStruct,
    ) -> Result<HandshakeSignatureValid, Error> {
        self.verifier
            .verify_tls12_signature(message, cert, signature)
    }

    fn verify_tls13_signature(
        &self,
        message: &[u8],
        cert: &CertificateDer<'_>,
        signature: &DigitallySignedStruct,
    ) -> Result<HandshakeSignatureValid, Error> {
        self.verifier
            .verify_tls13_signature(message, cert, signature)
    }

    fn supported_verify_schemes(&self) -> Vec<SignatureScheme> {
        self.verifier.supported_verify_schemes()
    }
}
