//! Ids as clients expect them: 32 hexadecimal digits.

use sha2::{Digest, Sha256};

/// Bytes in hexadecimal digits.
pub(crate) fn hex(bytes: &[u8]) -> String {
    use std::fmt::Write;
    bytes
        .iter()
        .fold(String::with_capacity(2 * bytes.len()), |mut text, byte| {
            // Writing to a text does not fail.
            let _ = write!(text, "{byte:02x}");
            text
        })
}

/// A random id for the log.
pub(crate) fn random_id() -> String {
    hex(&rand::random::<[u8; 16]>())
}

/// A stable id for a name, as clients expect them: 32 hexadecimal digits.
pub(crate) fn id_of(kind: &str, name: &str) -> String {
    hex(&Sha256::digest(format!("{kind}:{name}"))[..16])
}

/// A random UUID.
pub(crate) fn uuid() -> String {
    let mut bytes = rand::random::<[u8; 16]>();
    bytes[6] = bytes[6] & 0x0f | 0x40;
    bytes[8] = bytes[8] & 0x3f | 0x80;
    let digits = hex(&bytes);
    let parts = [0..8, 8..12, 12..16, 16..20, 20..32].map(|part| &digits[part]);
    parts.join("-")
}
