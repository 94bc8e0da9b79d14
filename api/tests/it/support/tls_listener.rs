//! A TLS listener with certificates of a private authority, in front of a service of a test.

use std::path::PathBuf;
use std::sync::Arc;

use tokio::net::{TcpListener, TcpStream};
use tokio_rustls::TlsAcceptor;
use tokio_rustls::rustls::pki_types::pem::PemObject;
use tokio_rustls::rustls::pki_types::{CertificateDer, PrivateKeyDer};
use tokio_rustls::rustls::server::WebPkiClientVerifier;
use tokio_rustls::rustls::{RootCertStore, ServerConfig, crypto};

/// A certificate or a key of these tests, see `README.md` there.
pub(crate) fn path(name: &str) -> PathBuf {
    test_fixtures::checkout()
        .join("api/tests/it/tls")
        .join(name)
}

/// A TLS listener in front of a port of this machine, with a certificate; it wants one of the authority's too,
/// where `mutual`. Its port.
pub(crate) async fn listen(name: &str, behind: u16, mutual: bool) -> u16 {
    let provider = Arc::new(crypto::ring::default_provider());
    let certificates = |name: &str| -> Vec<CertificateDer<'static>> {
        let read = CertificateDer::pem_file_iter(path(&format!("{name}.pem"))).expect("a file");
        read.collect::<Result<_, _>>().expect("PEM")
    };
    let key = PrivateKeyDer::from_pem_file(path(&format!("{name}.key"))).expect("a key");
    let config = ServerConfig::builder_with_provider(Arc::clone(&provider))
        .with_safe_default_protocol_versions()
        .expect("versions");
    let config = if mutual {
        let mut roots = RootCertStore::empty();
        roots.add_parsable_certificates(certificates("ca"));
        let verifier =
            WebPkiClientVerifier::builder_with_provider(Arc::new(roots), provider).build();
        config.with_client_cert_verifier(verifier.expect("a verifier"))
    } else {
        config.with_no_client_auth()
    };
    let config = config.with_single_cert(certificates(name), key);
    let acceptor = TlsAcceptor::from(Arc::new(config.expect("a certificate and its key")));
    let listener = TcpListener::bind(("127.0.0.1", 0)).await.expect("a port");
    let port = listener.local_addr().expect("bound").port();
    tokio::spawn(async move {
        while let Ok((stream, _)) = listener.accept().await {
            let acceptor = acceptor.clone();
            tokio::spawn(async move {
                let mut stream = acceptor.accept(stream).await?;
                let mut service = TcpStream::connect(("127.0.0.1", behind)).await?;
                tokio::io::copy_bidirectional(&mut stream, &mut service).await
            });
        }
    });
    port
}
