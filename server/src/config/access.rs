//! Certificates and tokens for brokers: what is trusted, and what is shown to them.

use std::path::{Path, PathBuf};

use api::{BrokerAccess, BrokerConfig, TlsFiles};
use url::Url;

use super::broker_settings::named;
use super::keys::{BROKER_CA_FILE, BROKER_CERT_FILE, BROKER_KEY_FILE, BROKER_TOKEN_FILE, Key};
use super::raw::Raw;
use super::refusal::{Origin, Refusal};
use super::tables::Table;

/// The keys, and how each is called in a `[[broker]]` table.
pub(super) static FILES: [(&Key, &str); 4] = [
    (&BROKER_CA_FILE, "ca_file"),
    (&BROKER_CERT_FILE, "cert_file"),
    (&BROKER_KEY_FILE, "key_file"),
    (&BROKER_TOKEN_FILE, "token_file"),
];

/// A broker's files, by their place in [`FILES`], with who named each.
#[derive(Clone, Default)]
struct Draft([Option<NamedFile>; 4]);

/// A file, and who named it.
pub(super) type NamedFile = (PathBuf, Origin);

/// The files of the brokers that have some.
pub(super) fn resolve(
    raw: &Raw,
    directory: &Path,
    brokers: &[BrokerConfig],
    refusals: &mut Vec<Refusal>,
) -> Vec<BrokerAccess> {
    let names: Vec<_> = brokers.iter().map(|broker| broker.name.clone()).collect();
    let mut drafts = vec![Draft::default(); brokers.len()];
    for table in &raw.brokers {
        let Some(index) =
            name_of(table).and_then(|name| names.iter().position(|known| *known == name))
        else {
            continue;
        };
        for (place, (_, key)) in FILES.iter().enumerate() {
            if let Some((path, origin)) = table.one(key) {
                drafts[index].0[place] = Some((directory.join(path), origin.clone()));
            }
        }
    }
    for (place, (key, _)) in FILES.iter().enumerate() {
        for setting in raw.all(key) {
            match named(setting, &names) {
                Ok((index, path)) => {
                    let file = (directory.join(path), setting.origin.clone());
                    drafts[index].0[place] = Some(file);
                }
                Err(refusal) => refusals.push(refusal),
            }
        }
    }
    let mut access = Vec::new();
    for (name, Draft([ca, cert, key, token])) in names.into_iter().zip(drafts) {
        with_counterpart(
            (&BROKER_CERT_FILE, &cert),
            (&BROKER_KEY_FILE, &key),
            refusals,
        );
        let path = |file: Option<NamedFile>| file.map(|(path, _)| path);
        let found = BrokerAccess {
            broker: name,
            tls: TlsFiles {
                ca_key: BROKER_CA_FILE.flag(),
                ca: path(ca),
                cert_key: BROKER_CERT_FILE.flag(),
                cert: path(cert),
                key_key: BROKER_KEY_FILE.flag(),
                key: path(key),
            },
            token_file: path(token),
        };
        // Also without files: what is wrong with a certificate is said with the keys' names.
        access.push(found);
    }
    access
}

/// Refuses a certificate without its key, and a key without its certificate.
pub(super) fn with_counterpart(
    cert: (&Key, &Option<NamedFile>),
    key: (&Key, &Option<NamedFile>),
    refusals: &mut Vec<Refusal>,
) {
    for ((given, file), (missing, other)) in [(cert, key), (key, cert)] {
        if let (Some((path, origin)), None) = (file, other) {
            let reason = format!("it needs {} too", missing.flag());
            let value = path.display().to_string();
            refusals.push(Refusal::new(given, origin, &value, reason));
        }
    }
}

/// What a table's broker is called: by its host where it has no name.
fn name_of(table: &Table) -> Option<String> {
    if let Some((name, _)) = table.one("name") {
        return Some(name.clone());
    }
    let url: Url = table.one("url")?.0.parse().ok()?;
    url.host_str().map(str::to_owned)
}

/// Whether a broker's collector shows a token, of some brokers by name.
pub(super) fn has_token(raw: &Raw, names: &[String], index: usize) -> bool {
    let settings = raw.all(&BROKER_TOKEN_FILE).iter();
    let mut of_settings = settings.filter_map(|setting| named(setting, names).ok());
    let mut of_tables = raw
        .brokers
        .iter()
        .filter(|table| table.one("token_file").is_some());
    of_settings.any(|(found, _)| found == index)
        || of_tables.any(|table| name_of(table).as_ref() == names.get(index))
}
