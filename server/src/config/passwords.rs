//! Passwords in files and addresses.

use std::borrow::Cow;
use std::path::Path;

use percent_encoding::percent_decode_str;
use secrecy::SecretString;
use url::Url;

/// No password is longer than this, in bytes; a file that is was not meant.
const LONGEST_PASSWORD: u64 = 4096;

/// The password in a file.
pub(super) fn read(directory: &Path, path: &str) -> Result<SecretString, String> {
    let path = directory.join(path);
    let length = std::fs::metadata(&path)
        .map_err(|error| error.to_string())?
        .len();
    if length > LONGEST_PASSWORD {
        return Err(format!("longer than {LONGEST_PASSWORD} bytes"));
    }
    let text = std::fs::read_to_string(&path).map_err(|error| error.to_string())?;
    let password = text.trim_end_matches(['\r', '\n']);
    if password.is_empty() {
        return Err("the file is empty".to_owned());
    }
    Ok(password.into())
}

/// An address without its user and password, and these.
pub(super) fn without_login(
    mut url: Url,
) -> Result<(Url, Option<String>, Option<SecretString>), String> {
    let decode = |text: &str| {
        let decoded = percent_decode_str(text).decode_utf8();
        decoded
            .map(Cow::into_owned)
            .map_err(|_| "the login is not UTF-8".to_owned())
    };
    let username = match url.username() {
        "" => None,
        name => Some(decode(name)?),
    };
    let password = url.password().map(decode).transpose()?;
    // Both succeed on an address with a host.
    let cleared = url.set_username("").and_then(|()| url.set_password(None));
    cleared.map_err(|()| "not an address of HTTP".to_owned())?;
    Ok((url, username, password.map(SecretString::from)))
}
