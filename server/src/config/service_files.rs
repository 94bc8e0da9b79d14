//! Certificates for the Keystone and for a metering API elsewhere: what is trusted, and what is shown.

use std::path::Path;

use api::TlsFiles;

use super::access::with_counterpart;
use super::keys::{
    KEYSTONE_CA_FILE, KEYSTONE_CERT_FILE, KEYSTONE_KEY_FILE, Key, METERING_CA_FILE,
    METERING_CERT_FILE, METERING_KEY_FILE,
};
use super::raw::Raw;
use super::refusal::Refusal;

/// The keys of a service's files: trusted certificates, the shown certificate, its private key.
pub(super) type Keys = [&'static Key; 3];

pub(super) static KEYSTONE: Keys = [&KEYSTONE_CA_FILE, &KEYSTONE_CERT_FILE, &KEYSTONE_KEY_FILE];
pub(super) static METERING: Keys = [&METERING_CA_FILE, &METERING_CERT_FILE, &METERING_KEY_FILE];

/// The files, with the keys' names also where there are none: errors name the missing one.
pub(super) fn resolve(
    keys: Keys,
    raw: &Raw,
    directory: &Path,
    refusals: &mut Vec<Refusal>,
) -> TlsFiles {
    let [ca, cert, key] = keys.map(|key| {
        let setting = raw.one(key)?;
        Some((directory.join(&setting.text), setting.origin.clone()))
    });
    let [ca_key, cert_key, key_key] = keys;
    with_counterpart((cert_key, &cert), (key_key, &key), refusals);
    TlsFiles {
        ca_key: ca_key.flag(),
        ca: ca.map(|(path, _)| path),
        cert_key: cert_key.flag(),
        cert: cert.map(|(path, _)| path),
        key_key: key_key.flag(),
        key: key.map(|(path, _)| path),
    }
}
