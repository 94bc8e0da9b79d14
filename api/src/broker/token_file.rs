//! A file with a bearer token that something else renews: read again when it changes.

use std::path::{Path, PathBuf};
use std::sync::{Mutex, PoisonError};
use std::time::SystemTime;

use secrecy::SecretString;

/// No token is longer, in bytes; a file that is was not meant.
const LONGEST: u64 = 64 << 10;

/// A file with a token, and what it held last.
#[derive(Debug)]
pub(crate) struct TokenFile {
    path: PathBuf,
    last: Mutex<Option<(Version, SecretString)>>,
}

/// The file's time of change, and its length in bytes: the file is read again when either changes.
type Version = (Option<SystemTime>, u64);

impl TokenFile {
    pub(crate) fn new(path: PathBuf) -> Self {
        Self {
            path,
            last: Mutex::default(),
        }
    }

    pub(crate) fn path(&self) -> &Path {
        &self.path
    }

    /// The token that the file holds now.
    ///
    /// # Errors
    /// Why there is none.
    pub(crate) fn read(&self) -> Result<SecretString, String> {
        let about = std::fs::metadata(&self.path).map_err(|error| error.to_string())?;
        let version = (about.modified().ok(), about.len());
        let mut last = self.last.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some((known, token)) = &*last
            && *known == version
        {
            return Ok(token.clone());
        }
        if about.len() > LONGEST {
            return Err(format!("it is longer than {LONGEST} bytes"));
        }
        let text = std::fs::read_to_string(&self.path).map_err(|error| error.to_string())?;
        let token = text.trim();
        if token.is_empty() || token.contains(char::is_whitespace) {
            return Err("accepted is one token and nothing else".to_owned());
        }
        let token = SecretString::from(token);
        *last = Some((version, token.clone()));
        Ok(token)
    }
}

#[cfg(test)]
mod tests {
    use secrecy::ExposeSecret;

    use super::*;

    #[test]
    fn the_token_is_read_again_when_the_file_changes() {
        let folder = tempfile::tempdir().expect("a folder");
        let path = folder.path().join("token");
        let file = TokenFile::new(path.clone());
        let token = || file.read().map(|token| token.expose_secret().to_owned());
        assert!(token().is_err(), "there is no file yet");
        std::fs::write(&path, "first\n").expect("written");
        assert_eq!(token().as_deref(), Ok("first"));
        std::fs::write(&path, "the second\n").expect("written");
        assert!(token().is_err(), "two words are no token");
        std::fs::write(&path, "second.token").expect("written");
        assert_eq!(token().as_deref(), Ok("second.token"));
        assert_eq!(file.path(), path);
    }
}
