//! The real program with a data folder, to be killed.

use std::io::{BufRead, BufReader};
use std::path::PathBuf;
use std::process::{Child, Command, Stdio};
use std::{env, fs, process, thread};

use client::{Client, Credentials, Endpoints, HttpTransport, Session};

use crate::common::{Broker, PASSWORD, USER};

/// A folder for data that is removed with its test.
pub(crate) struct Folder(PathBuf);

impl Folder {
    pub(crate) fn make() -> Self {
        let path = env::temp_dir().join(format!("warren-kill-{}", process::id()));
        fs::create_dir_all(&path).expect("a folder");
        Self(path)
    }
}

impl Drop for Folder {
    fn drop(&mut self) {
        // What cannot be removed is left to the system's own cleaning.
        fs::remove_dir_all(&self.0).ok();
    }
}

/// `warren serve --only api`.
pub(crate) struct Program {
    child: Child,
    url: String,
}

impl Program {
    /// Starts it; when this returns it listens.
    pub(crate) async fn start(broker: &Broker, folder: &Folder) -> Self {
        let address = broker.url.replace("http://", "");
        let mut command = Command::new(env!("CARGO_BIN_EXE_warren"));
        for (name, _) in env::vars_os() {
            if name.to_string_lossy().starts_with("WARREN_") {
                command.env_remove(name);
            }
        }
        command
            .args(["serve", "--only", "api", "--api-listen", "127.0.0.1:0"])
            .args(["--log-format", "json", "--data-dir"])
            .arg(&folder.0)
            .env(
                "WARREN_BROKER",
                format!("prod=http://{USER}:hunter2-%C3%A4%C3%9F@{address}"),
            )
            .current_dir(&folder.0)
            .stderr(Stdio::piped());
        tokio::task::spawn_blocking(move || Self::spawn(&mut command))
            .await
            .expect("no panic")
    }

    fn spawn(command: &mut Command) -> Self {
        let mut child = command.spawn().expect("the program");
        let log = BufReader::new(child.stderr.take().expect("a log"));
        let mut lines = log.lines().map_while(Result::ok);
        let mut said = Vec::new();
        let url = lines.by_ref().find_map(|line| {
            let entry: serde_json::Value = serde_json::from_str(&line).unwrap_or_default();
            said.push(line);
            (entry["message"] == "metering API")
                .then(|| entry["url"].as_str().expect("an address").to_owned())
        });
        // So that it can go on writing to its log.
        thread::spawn(move || lines.for_each(drop));
        let url = url.unwrap_or_else(|| panic!("it did not start: {said:?}"));
        Self { child, url }
    }

    /// A session of the broker's account.
    pub(crate) async fn session(&self) -> Session {
        let endpoints = Endpoints::at(self.url.parse().expect("a URL"));
        let client = Client::new(HttpTransport::new().expect("a transport"), endpoints);
        let credentials = Credentials::new(USER, PASSWORD);
        client
            .sign_in(&credentials)
            .await
            .expect("signed in")
            .session
    }

    /// Ends it as `kill -9` does.
    pub(crate) fn kill(mut self) {
        self.child.kill().expect("it runs");
        self.child.wait().expect("it ended");
    }
}

impl Drop for Program {
    fn drop(&mut self) {
        // It may have been killed already.
        self.child.kill().ok();
        self.child.wait().ok();
    }
}
