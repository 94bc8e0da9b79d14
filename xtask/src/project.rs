//! The folders of the checkout, of builds and of tools.

use std::{env, fs, path::PathBuf, process::Command};

use serde_json::Value;

use crate::{Error, tools};

/// Where everything is.
#[derive(Debug)]
pub struct Project {
    /// The checkout.
    pub root: PathBuf,
    /// Cargo's target folder, wherever the user wants it.
    pub target: PathBuf,
    /// Version of wasm-bindgen in `Cargo.lock`; the tool's must be the same.
    pub(crate) wasm_bindgen: String,
    cache: PathBuf,
}

impl Project {
    /// Finds the checkout that cargo runs this program of.
    ///
    /// # Errors
    ///
    /// If cargo cannot read it, or there is no folder for the tools.
    pub fn find() -> Result<Self, Error> {
        // Cargo names the folder of the crate that it runs: this one's or `bench`'s. The folder at compile
        // time may be in another checkout, since several can share a target folder.
        let manifest = env::var_os("CARGO_MANIFEST_DIR");
        let manifest = manifest.map_or_else(|| env!("CARGO_MANIFEST_DIR").into(), PathBuf::from);
        let root = manifest.parent().unwrap_or(&manifest).to_owned();
        let output = Command::new("cargo")
            .args(["metadata", "--format-version", "1", "--no-deps"])
            .current_dir(&root)
            .output()
            .map_err(Error::io("cannot run cargo metadata"))?;
        let metadata: Value = serde_json::from_slice(&output.stdout).map_err(|_| {
            Error::Wrong(format!(
                "cargo metadata failed: {}",
                String::from_utf8_lossy(&output.stderr).trim()
            ))
        })?;
        let target = metadata["target_directory"]
            .as_str()
            .map(PathBuf::from)
            .ok_or_else(|| Error::Wrong("cargo metadata names no target_directory".to_owned()))?;
        let lock = root.join("Cargo.lock");
        let text = fs::read_to_string(&lock).map_err(Error::file("read", &lock))?;
        let wasm_bindgen = version_in(&text, "wasm-bindgen")
            .ok_or_else(|| Error::Wrong("Cargo.lock names no wasm-bindgen".to_owned()))?;
        Ok(Self {
            root,
            target,
            wasm_bindgen,
            cache: cache()?,
        })
    }

    /// Where the tools are installed.
    pub(crate) fn tools(&self) -> PathBuf {
        self.cache.join("tools")
    }

    /// Where private brokers and the dashboard's own data live while they run.
    #[must_use]
    pub fn scratch(&self) -> PathBuf {
        self.target.join("xtask")
    }

    /// Folder of the finished bundle.
    #[must_use]
    pub fn dist(&self) -> PathBuf {
        self.root.join("dist")
    }

    /// A program built in release, or in the profile for development.
    #[must_use]
    pub fn program(&self, profile: &str, name: &str) -> PathBuf {
        self.target.join(profile).join(name)
    }

    /// The folders of our tools' programs, for `PATH`.
    pub(crate) fn tool_folders(&self) -> Vec<PathBuf> {
        tools::all(self).map(|tool| tool.folder(self)).into()
    }
}

fn cache() -> Result<PathBuf, Error> {
    let set = |name: &str| {
        env::var_os(name)
            .filter(|value| !value.is_empty())
            .map(PathBuf::from)
    };
    set("WARREN_CACHE")
        .or_else(|| set("XDG_CACHE_HOME").map(|dir| dir.join("warren")))
        .or_else(|| set("HOME").map(|dir| dir.join(".cache/warren")))
        .ok_or_else(|| Error::Missing {
            program: "a folder for the tools".to_owned(),
            remedy: "set WARREN_CACHE to one".to_owned(),
        })
}

/// The version of a package in the text of a `Cargo.lock`.
fn version_in(lock: &str, package: &str) -> Option<String> {
    let name = format!("name = \"{package}\"");
    let mut lines = lock.lines().skip_while(|line| *line != name);
    let version = lines.nth(1)?.strip_prefix("version = \"")?;
    version.strip_suffix('"').map(str::to_owned)
}

#[cfg(test)]
mod tests {
    use super::*;

    const LOCK: &str = r#"
[[package]]
name = "wasm-bindgen-shared"
version = "0.2.7"

[[package]]
name = "wasm-bindgen"
version = "0.2.129"
source = "registry"
"#;

    #[test]
    fn a_version_is_found_by_the_whole_name() {
        assert_eq!(version_in(LOCK, "wasm-bindgen").as_deref(), Some("0.2.129"));
    }

    #[test]
    fn a_package_that_is_not_there_has_no_version() {
        assert_eq!(version_in(LOCK, "wasm"), None);
    }
}
