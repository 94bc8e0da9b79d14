//! What was answered survives a kill of the process, at any moment.

use std::io::{BufRead, BufReader};
use std::process::{Command, Stdio};
use std::time::Duration;

use store::{Filter, Options, SqliteStore, Store};
use tempfile::tempdir;

use crate::support::{poll, posted, this_hour};

const KILLS: u64 = 20;
/// Set in the process that is killed: the file.
const FILE: &str = "STORE_TEST_FILE";

/// Not a test by itself: what the other one starts, and kills.
#[tokio::test]
async fn posts_until_killed() {
    let Some(path) = std::env::var_os(FILE) else {
        return;
    };
    let store = SqliteStore::open(path.as_ref(), Options::default()).expect("opens");
    for n in 0.. {
        let post = (0..50)
            .map(|k| posted("vm", this_hour() + k, n as f64))
            .collect();
        store.collect(poll("prod", this_hour() + n, &[n as f64]));
        for sample in store.post(post).await.expect("posted") {
            println!("stored {}", sample.id);
        }
    }
}

#[tokio::test]
async fn acknowledged_posts_survive_a_kill() {
    let folder = tempdir().expect("a folder");
    let path = folder.path().join("warren.db");
    let mut answered = Vec::new();
    for kill in 0..KILLS {
        let mut child = Command::new(std::env::current_exe().expect("this program"))
            .args(["durable::posts_until_killed", "--exact", "--nocapture"])
            .env(FILE, &path)
            .stdout(Stdio::piped())
            .spawn()
            .expect("starts");
        let output = BufReader::new(child.stdout.take().expect("its output"));
        let mut lines = output.lines().map_while(Result::ok);
        // Once it is under way, at another moment each time.
        let first = lines.find(|line| line.starts_with("stored "));
        std::thread::sleep(Duration::from_millis(7 * kill));
        child.kill().expect("killed");
        child.wait().expect("ended");
        let known = answered.len();
        let all = first.into_iter().chain(lines);
        answered.extend(all.filter_map(|line| line.strip_prefix("stored ").map(str::to_owned)));
        assert!(
            answered.len() > known,
            "nothing was answered before kill {kill}"
        );
        // The last line may be cut off.
        answered.retain(|id| id.len() == 36);
    }
    let store = SqliteStore::open(&path, Options::default()).expect("opens");
    for id in &answered {
        let found = store.sample(id, Filter::default()).await.expect("asked");
        assert!(
            found.is_some(),
            "{id} was answered and is lost, of {}",
            answered.len()
        );
    }
}
