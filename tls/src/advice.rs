//! Why a TLS connection failed, and what to do about it.

use std::error::Error;
use std::path::{Path, PathBuf};

use crate::TlsFiles;

/// Why there is no TLS connection, if that is what an HTTP client's error says: the innermost cause,
/// which contains no address.
pub fn cause_of(error: &(dyn Error + 'static)) -> Option<String> {
    let causes = std::iter::successors(error.source(), |&cause| cause.source());
    let (mut is_of_tls, mut innermost) = (false, None);
    for cause in causes {
        is_of_tls |= is_tls(cause);
        innermost = Some(cause);
    }
    innermost
        .filter(|_| is_of_tls)
        .map(std::string::ToString::to_string)
}

fn is_tls(cause: &(dyn Error + 'static)) -> bool {
    // An io::Error shows its inner error's source, not the inner error, which may be one again.
    let io = cause.downcast_ref::<std::io::Error>();
    cause.is::<rustls::Error>()
        || io
            .and_then(std::io::Error::get_ref)
            .is_some_and(|inner| is_tls(inner))
}

impl TlsFiles {
    /// Such a cause and what to do about it, without a full stop at the end.
    pub fn explain(&self, cause: &str) -> String {
        match self.advice(cause) {
            advice if advice.is_empty() => cause.to_owned(),
            advice => format!("{cause}. {}", advice.trim_end_matches('.')),
        }
    }

    /// What to do about a TLS connection that failed for this cause, in a sentence; empty if unknown.
    pub fn advice(&self, cause: &str) -> String {
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
