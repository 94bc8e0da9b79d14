//! A broker's accounts: fetched when somebody asks, at most once a tick.

use std::time::Duration;

use bytes::Bytes;
use metering::User;
use tokio::sync::Mutex;
use tokio::time::Instant;

use crate::snapshot::json;
use crate::watched::Watched;

/// The path, which names its columns: the hashes of passwords are never even asked for.
const PATH: &str = "api/users?columns=name,tags";

/// What is known of a broker's accounts.
#[derive(Debug, Default)]
pub(crate) struct UserList(Mutex<Option<Fetched>>);

#[derive(Debug)]
struct Fetched {
    /// When the broker was last asked.
    at: Instant,
    /// Counts the contents.
    version: u64,
    /// What it last said.
    body: Option<Bytes>,
    /// Why it did not answer the last time.
    failure: Option<String>,
}

/// The accounts as they are answered.
#[derive(Debug)]
pub(crate) struct Users {
    /// As JSON.
    pub(crate) body: Bytes,
    /// Changes with the content.
    pub(crate) version: u64,
    /// Whether the broker's last answer is older than the last time it was asked.
    pub(crate) stale: bool,
}

impl Watched {
    /// The accounts, not older than `age` where the broker answers.
    ///
    /// # Errors
    /// Where it never did: why, in a sentence.
    pub(crate) async fn users(&self, age: Duration, patience: Duration) -> Result<Users, String> {
        // Held while asking, so that a hundred viewers ask once.
        let mut known = self.users.0.lock().await;
        let fresh = known.as_ref().is_some_and(|known| known.at.elapsed() < age);
        let snapshot = self.snapshot();
        if !fresh && snapshot.is_stale() {
            // Asking a silent broker would only keep the collector from its turn.
            return match known
                .as_ref()
                .and_then(|known| Some((known.body.clone()?, known.version)))
            {
                Some((body, version)) => Ok(Users {
                    body,
                    version,
                    stale: true,
                }),
                None => Err(snapshot.broker.reason.clone().unwrap_or_default()),
            };
        }
        if !fresh {
            let answer = {
                let _turn = self.turn.lock().await;
                self.client
                    .get::<Vec<User>>(self.credentials(), PATH, patience)
                    .await
            };
            let (body, version) = known
                .take()
                .map_or((None, 0), |known| (known.body, known.version));
            *known = Some(match answer {
                Ok(users) => {
                    let fetched = json(&shown(users));
                    let version = if body.as_ref() == Some(&fetched) {
                        version
                    } else {
                        version + 1
                    };
                    Fetched {
                        at: Instant::now(),
                        version,
                        body: Some(fetched),
                        failure: None,
                    }
                }
                Err(error) => {
                    tracing::warn!(broker = self.name, %error, "the accounts could not be read");
                    let hint = if error.is_refusal() {
                        " Reading the accounts needs the tag administrator on the account that watches the broker."
                    } else {
                        ""
                    };
                    Fetched {
                        at: Instant::now(),
                        version,
                        body,
                        failure: Some(format!("{error}{hint}")),
                    }
                }
            });
        }
        // The branch above filled it, or it was there.
        let Some(known) = known.as_ref() else {
            return Err("unknown".into());
        };
        match (&known.body, &known.failure) {
            (Some(body), failure) => Ok(Users {
                body: body.clone(),
                version: known.version,
                stale: failure.is_some(),
            }),
            (None, failure) => Err(failure.clone().unwrap_or_default()),
        }
    }
}

/// What viewers see of the accounts. A broker before 3.2.4 ignores `columns`: whatever else it
/// sent goes no further than here.
fn shown(mut users: Vec<User>) -> Vec<User> {
    for user in &mut users {
        user.password_hash = None;
    }
    users
}
