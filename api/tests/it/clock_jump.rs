//! The clock of the machine jumps, and is corrected.

use std::sync::Arc;
use std::sync::atomic::{AtomicI64, Ordering};

use api::{ApiConfig, Clock};
use metering::{BrokerState, Series};
use store::testing::NaiveStore;

use crate::collector::{connections, end_of};
use crate::support::{FakeBroker, TestApp, local};

const TWO_YEARS: i64 = 2 * 365 * 24 * 3_600_000_000;

async fn signed_in(app: &TestApp) -> String {
    let token = app.sign_in("guest", "guest").await;
    app.until(&token, "prod", |broker| broker.state == BrokerState::Ok)
        .await;
    token
}

/// The times and values of a series of one column.
fn points(series: &Series) -> Vec<(i64, f64)> {
    let values = &series.columns[0].avg;
    let times = series.timestamps.iter().enumerate();
    times
        .filter_map(|(index, &time)| Some((time, values.get(index)?)))
        .collect()
}

#[tokio::test]
async fn charts_are_whole_again_after_a_clock_was_wrong_and_is_corrected() {
    for jump in [TWO_YEARS, -TWO_YEARS] {
        let fake = FakeBroker::start();
        let shift: &'static AtomicI64 = Box::leak(Box::default());
        let config = ApiConfig {
            clock: Clock::Shifted(shift),
            ..local(&[("prod", &fake)])
        };
        let app = TestApp::with_store(config, Arc::new(NaiveStore::new()));
        let token = signed_in(&app).await;
        let from = end_of(&app, &token).await - 5000;
        app.polls("prod", 5).await;
        let to = end_of(&app, &token).await;
        let mut before = points(&connections(&app, &token, from, to).await);
        // The last one may still change.
        before.pop();
        assert!(before.len() >= 3, "{before:?}");

        shift.store(jump, Ordering::Relaxed);
        app.polls("prod", 3).await;
        shift.store(0, Ordering::Relaxed);
        app.polls("prod", 3).await;
        // The wrong time may have ended the session.
        let token = signed_in(&app).await;
        let after = connections(&app, &token, from, to).await;
        let after = points(&after);
        for point in &before {
            assert!(
                after.contains(point),
                "{jump}: {point:?} is not in {after:?}"
            );
        }
        let live = end_of(&app, &token).await;
        assert!(live > to, "new values follow: {live} after {to}");
    }
}
