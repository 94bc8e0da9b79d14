//! Certificates for the Keystone: what is trusted of it, and what is shown to it.

use std::path::Path;

use api::TlsFiles;

use super::access::with_counterpart;
use super::keys::{KEYSTONE_CA_FILE, KEYSTONE_CERT_FILE, KEYSTONE_KEY_FILE, Key};
use super::raw::Raw;
use super::refusal::Refusal;

/// The keys.
pub(super) static FILES: [&Key; 3] = [&KEYSTONE_CA_FILE, &KEYSTONE_CERT_FILE, &KEYSTONE_KEY_FILE];

/// The files, with the keys' names also where there are none: errors name the missing one.
pub(super) fn resolve(raw: &Raw, directory: &Path, refusals: &mut Vec<Refusal>) -> TlsFiles {
    let [ca, cert, key] = FILES.map(|key| {
        let setting = raw.one(key)?;
        Some((directory.join(&setting.text), setting.origin.clone()))
    });
    with_counterpart(
        (&KEYSTONE_CERT_FILE, &cert),
        (&KEYSTONE_KEY_FILE, &key),
        refusals,
    );
    TlsFiles {
        ca_key: KEYSTONE_CA_FILE.flag(),
        ca: ca.map(|(path, _)| path),
        cert_key: KEYSTONE_CERT_FILE.flag(),
        cert: cert.map(|(path, _)| path),
        key_key: KEYSTONE_KEY_FILE.flag(),
        key: key.map(|(path, _)| path),
    }
}
