//! Viewers who leave while their page is made.

use std::panic;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::{Duration, Instant};

use futures_util::FutureExt;
use http::StatusCode;
use tokio::runtime::Handle;

use crate::common::{Broker, Running, session_cookie};

/// A condition that does not come true within this never does.
const DEADLINE: Duration = Duration::from_secs(20);
/// The server closes a connection that its client has left within this time. Less than the time that a
/// broker has for an answer.
const CLOSED_WITHIN: Duration = Duration::from_secs(1);

/// Pages that the broker is asked for while they are made, and what scripts of pages ask.
const PATHS: [&str; 3] = [
    "/brokers/prod/queues/%2F/orders",
    "/brokers/prod/nodes/warren4%40localhost",
    "/fn/detail?broker=prod&kind=queues&names%5B0%5D=%2F&names%5B1%5D=invoices&length=3600000",
];

/// Pages that break off while others are rendered.
const EVERY_KIND_OF_PAGE: [&str; 7] = [
    "/brokers",
    "/brokers/prod",
    "/brokers/prod/health",
    "/brokers/prod/exchanges",
    "/brokers/prod/nodes/warren4%40localhost",
    "/log",
    "/meters",
];
/// Starts of the server while viewers wait.
const ROUNDS: usize = 12;
/// Visits of each page at once, each longer than the one before.
const VISITS: u64 = 40;

/// Waits until so few tasks are left: those of the connection have ended then.
async fn until_tasks(at_most: usize) {
    let start = Instant::now();
    while Handle::current().metrics().num_alive_tasks() > at_most && start.elapsed() < CLOSED_WITHIN
    {
        tokio::time::sleep(Duration::from_millis(5)).await;
    }
}

/// Panics since [`count_panics`].
static PANICS: AtomicUsize = AtomicUsize::new(0);

fn count_panics() {
    let before = panic::take_hook();
    panic::set_hook(Box::new(move |info| {
        PANICS.fetch_add(1, Ordering::SeqCst);
        before(info);
    }));
}

/// A server whose panics are counted, and the cookie of a session.
async fn signed_in() -> (Running, String) {
    count_panics();
    // The collector is quiet meanwhile.
    let running = Running::start(&["--tick", "5m"]).await;
    let cookie = sign_in(&running).await;
    (running, cookie)
}

/// The cookie of a new session.
async fn sign_in(running: &Running) -> String {
    let answer = running.sign_in("").send().await.expect("an answer");
    let cookie = session_cookie(answer.headers());
    cookie.split(';').next().expect("a pair").to_owned()
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn visits_that_break_off_at_any_moment_cause_no_panic() {
    let (running, cookie) = signed_in().await;
    for path in EVERY_KIND_OF_PAGE {
        let visit = || running.get(path).header("cookie", &cookie);
        let visits = (0..VISITS).map(|number| {
            let after = Duration::from_millis(number * 2);
            let visit = visit().header("connection", "close").send();
            tokio::spawn(tokio::time::timeout(after, visit))
        });
        for visit in visits.collect::<Vec<_>>() {
            // Broken off or answered.
            let _ = visit.await.expect("no panic of the client");
        }
        let answer = visit().send().await.expect("an answer");
        assert_eq!(answer.status(), StatusCode::OK, "{path}");
        assert!(answer.text().await.expect("a page").contains("</html>"));
        assert_eq!(PANICS.load(Ordering::SeqCst), 0, "{path}");
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn pages_that_wait_for_the_first_poll_cause_no_panic() {
    count_panics();
    for round in 0..ROUNDS {
        let broker = Broker::start().await;
        broker.polls.forget_permits(usize::MAX);
        let running = Running::with_broker(broker, &["--tick", "5m"]).await;
        let cookie = sign_in(&running).await;
        let visits = (0..10).map(|number| {
            let page = ["/brokers/prod", "/brokers/prod/health"][number % 2];
            let visit = running.get(page).header("cookie", &cookie);
            let visit = visit.header("connection", "close").send();
            tokio::spawn(async move {
                tokio::time::sleep(Duration::from_millis(number as u64 * 15)).await;
                visit.await
            })
        });
        let visits = visits.collect::<Vec<_>>();
        tokio::time::sleep(Duration::from_millis(100)).await;
        running.broker.polls.add_permits(1_000_000);
        for visit in visits {
            let answer = visit.await.expect("no panic").expect("an answer");
            assert_eq!(answer.status(), StatusCode::OK, "round {round}");
        }
        assert_eq!(PANICS.load(Ordering::SeqCst), 0, "round {round}");
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn visits_that_break_off_while_a_page_is_rendered_cause_no_panic() {
    let (running, cookie) = signed_in().await;
    let broker = &running.broker;
    for path in PATHS {
        let visit = || {
            let visit = if path.starts_with("/fn/") {
                running.read(path)
            } else {
                running.get(path)
            };
            visit
                .header("cookie", &cookie)
                .header("connection", "close")
        };
        broker.objects.forget_permits(usize::MAX);
        broker.object_asked.notified().now_or_never();
        let mut page = Box::pin(visit().send());
        tokio::select! {
            answer = &mut page => panic!("{path}: answered without the broker: {answer:?}"),
            () = broker.object_asked.notified() => {}
            () = tokio::time::sleep(DEADLINE) => panic!("{path}: the broker is not asked"),
        }
        let tasks = Handle::current().metrics().num_alive_tasks();
        drop(page);
        // The viewer's side of the connection ends, and the server's with the page.
        until_tasks(tasks - 2).await;
        broker.objects.add_permits(1_000_000);
        // The same page is whole for the next viewer, after what the first one left.
        let answer = visit().send().await.expect("an answer");
        let status = answer.status();
        let body = answer.text().await.expect("a body");
        assert_eq!(status, StatusCode::OK, "{path}: {body}");
        assert!(!body.is_empty(), "{path}");
        assert_eq!(PANICS.load(Ordering::SeqCst), 0, "{path}");
    }
}
