//! The real program with a data folder.

use std::io::{BufRead, BufReader};
use std::path::PathBuf;
use std::process::{Child, Command, Stdio};
use std::sync::{Arc, Mutex};
use std::time::{Duration, Instant};
use std::{env, fs, process, thread};

use client::{Client, Credentials, Endpoints, HttpTransport, Session};

use crate::common::{Broker, PASSWORD, USER};

/// A folder for data that is removed with its test.
pub(crate) struct Folder(PathBuf);

impl Folder {
    pub(crate) fn make() -> Self {
        let path = env::temp_dir().join(format!("warren-program-{}", process::id()));
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
    log: Arc<Mutex<Vec<String>>>,
}

impl Program {
    /// Starts it; when this returns it listens.
    pub(crate) async fn start(broker: &Broker, folder: &Folder) -> Self {
        let command = Command::new(env!("CARGO_BIN_EXE_warren"));
        Self::start_command(command, broker, folder).await
    }

    /// Likewise, where the system allows it so many open files.
    pub(crate) async fn start_with_open_files(
        broker: &Broker,
        folder: &Folder,
        limit: u64,
    ) -> Self {
        let mut command = Command::new("sh");
        command.args(["-c", &format!("ulimit -n {limit} && exec \"$0\" \"$@\"")]);
        command.arg(env!("CARGO_BIN_EXE_warren"));
        Self::start_command(command, broker, folder).await
    }

    async fn start_command(mut command: Command, broker: &Broker, folder: &Folder) -> Self {
        let address = broker.url.replace("http://", "");
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
        let url = url.unwrap_or_else(|| panic!("it did not start: {said:?}"));
        let log = Arc::new(Mutex::new(said));
        let written = Arc::clone(&log);
        thread::spawn(move || {
            for line in lines {
                written.lock().expect("no panic").push(line);
            }
        });
        Self { child, url, log }
    }

    /// Host and port of its API.
    pub(crate) fn authority(&self) -> &str {
        let authority = self.url.trim_start_matches("http://");
        authority.trim_end_matches('/')
    }

    /// Waits until a line of its log has these words.
    pub(crate) async fn until_logged(&self, words: &str) {
        let has_words = || {
            let log = self.log.lock().expect("no panic");
            log.iter().any(|line| line.contains(words))
        };
        let deadline = Instant::now() + Duration::from_mins(1);
        while !has_words() {
            assert!(Instant::now() < deadline, "not logged: {words}");
            tokio::time::sleep(Duration::from_millis(50)).await;
        }
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
