//! What was answered `201` outlives the program, however it ends.

use std::collections::HashSet;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex};
use std::time::Duration;

use client::{NewSample, Query, SampleQuery, Session};
use futures_util::TryStreamExt;
use tokio::sync::Notify;
use tokio::task::JoinSet;

use crate::common::Broker;
use crate::program::{Folder, Program};

/// Ends of the program without any warning.
const KILLS: usize = 20;
/// Who posts at the same time.
const POSTERS: usize = 4;
/// Samples of a post.
const SAMPLES: usize = 50;
const METER: &str = "lamp.power";

/// What was answered `201` by one start of the program.
#[derive(Default)]
struct Answered {
    ids: Mutex<Vec<String>>,
    posts: AtomicUsize,
    /// Sent with each.
    one_more: Notify,
}

/// Posts until there is no answer any more. Each post is of a resource of its own.
async fn post_on(session: Session, name: String, answered: Arc<Answered>) {
    for number in 0.. {
        let resource = format!("{name}-{number}");
        let samples: Vec<_> = (0..SAMPLES)
            .map(|volume| NewSample::gauge(&resource, volume as f64, "W"))
            .collect();
        let Ok(stored) = session.post_samples(METER, &samples).await else {
            return;
        };
        let ids = stored
            .into_iter()
            .map(|sample| sample.message_id.expect("an id"));
        answered.ids.lock().expect("no panic").extend(ids);
        answered.posts.fetch_add(1, Ordering::SeqCst);
        answered.one_more.notify_one();
    }
}

/// The ids of all samples. Fails where a post was stored in part.
async fn stored(session: &Session) -> HashSet<String> {
    let query = SampleQuery {
        query: Query::new().meter(METER),
        limit: Some(10_000_000),
    };
    let mut samples = session.samples(&query).await.expect("a list");
    let mut ids = HashSet::new();
    let mut volumes = std::collections::HashMap::<String, usize>::new();
    while let Some(sample) = samples.try_next().await.expect("a sample") {
        assert!(ids.insert(sample.id), "a sample comes twice");
        *volumes.entry(sample.resource_id).or_default() += 1;
    }
    let in_part: Vec<_> = volumes.iter().filter(|(_, n)| **n != SAMPLES).collect();
    assert!(in_part.is_empty(), "stored in part: {in_part:?}");
    ids
}

#[tokio::test(flavor = "multi_thread")]
async fn a_kill_during_posts_loses_nothing_that_was_answered() {
    let broker = Broker::start().await;
    let folder = Folder::make();
    let mut expected = Vec::new();
    let mut unanswered = 0;
    for kill in 0..KILLS {
        let program = Program::start(&broker, &folder).await;
        let session = program.session().await;
        let answered = Arc::new(Answered::default());
        let mut posters = JoinSet::new();
        for poster in 0..POSTERS {
            let name = format!("{kill}-{poster}");
            posters.spawn(post_on(session.clone(), name, Arc::clone(&answered)));
        }
        // Never at the same moment of a commit.
        let enough = 5 + 3 * kill;
        while answered.posts.load(Ordering::SeqCst) < enough {
            let more = answered.one_more.notified();
            tokio::time::timeout(Duration::from_secs(20), more)
                .await
                .expect("posts are answered");
        }
        program.kill();
        while posters.join_next().await.is_some() {}
        unanswered += POSTERS;
        expected.append(&mut answered.ids.lock().expect("no panic"));
    }

    let program = Program::start(&broker, &folder).await;
    let stored = stored(&program.session().await).await;
    let lost = expected.iter().filter(|id| !stored.contains(*id)).count();
    assert_eq!(lost, 0, "of {} that were answered", expected.len());
    // Those whose answer the kill cut off may be stored or not.
    assert!(stored.len() <= expected.len() + unanswered * SAMPLES);
    assert!(expected.len() >= KILLS * 5 * SAMPLES);
}
