//! A configuration given three ways, without touching this process's environment.

use std::collections::HashMap;
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicU32, Ordering};
use std::{env, fs, process};

use server::Config;
use server::args;
use server::config::{ConfigError, Parts, WebConfig};

/// What is given. Each has a folder of its own.
pub(crate) struct Given {
    directory: PathBuf,
    flags: Vec<String>,
    variables: HashMap<String, String>,
}

impl Given {
    pub(crate) fn nothing() -> Self {
        static COUNT: AtomicU32 = AtomicU32::new(0);
        let number = COUNT.fetch_add(1, Ordering::Relaxed);
        let name = format!("warren-config-{}-{number}", process::id());
        let directory = env::temp_dir().join(name);
        fs::create_dir_all(&directory).expect("a folder");
        Self {
            directory,
            flags: Vec::new(),
            variables: HashMap::new(),
        }
    }

    pub(crate) fn flags(mut self, flags: &[&str]) -> Self {
        self.flags.extend(flags.iter().map(|&flag| flag.to_owned()));
        self
    }

    pub(crate) fn variable(mut self, name: &str, value: &str) -> Self {
        self.variables.insert(name.to_owned(), value.to_owned());
        self
    }

    /// The file that is read unasked.
    pub(crate) fn toml(self, text: &str) -> Self {
        self.file("warren.toml", text)
    }

    pub(crate) fn file(self, name: &str, text: &str) -> Self {
        fs::write(self.directory.join(name), text).expect("a file");
        self
    }

    pub(crate) fn directory(&self) -> &Path {
        &self.directory
    }

    pub(crate) fn load(&self) -> Result<Config, ConfigError> {
        let arguments = ["warren", "serve"]
            .into_iter()
            .chain(self.flags.iter().map(String::as_str));
        let matches = args::command()
            .try_get_matches_from(arguments)
            .expect("flags");
        let (_, arguments) = matches.subcommand().expect("serve");
        Config::load(
            arguments,
            &|name| self.variables.get(name).cloned(),
            &self.directory,
        )
    }

    pub(crate) fn accepted(&self) -> Config {
        self.load()
            .unwrap_or_else(|error| panic!("refused: {error}"))
    }

    pub(crate) fn refused(&self) -> String {
        self.load().expect_err("it was accepted").to_string()
    }
}

impl Drop for Given {
    fn drop(&mut self) {
        // What cannot be removed is left to the system's own cleaning.
        fs::remove_dir_all(&self.directory).ok();
    }
}

/// The metering API of a configuration.
pub(crate) fn api(config: &Config) -> &api::ApiConfig {
    match &config.parts {
        Parts::Both(_, api) | Parts::Api(api) => &api.api,
        Parts::Web(..) => panic!("there is no API in it"),
    }
}

/// The dashboard of a configuration.
pub(crate) fn web(config: &Config) -> &WebConfig {
    match &config.parts {
        Parts::Both(web, _) | Parts::Web(web, _) => web,
        Parts::Api(_) => panic!("there is no dashboard in it"),
    }
}
