//! `/v2/capabilities`.

use crate::support::{FakeBroker, TestApp};

#[tokio::test]
async fn capabilities_have_ceilometers_names() {
    let fake = FakeBroker::start();
    let (app, token) = TestApp::ready(&fake).await;
    let found = app.get(&token, "/v2/capabilities").await.ok();
    for name in [
        "meters:query:simple",
        "samples:query:complex",
        "events:query:simple",
        "alarms:query:simple",
        "alarms:query:complex",
        "alarms:history:query:simple",
        "alarms:history:query:complex",
        "statistics:groupby",
        "statistics:aggregation:selectable:cardinality",
    ] {
        assert_eq!(found["api"][name], true, "{name}");
    }
    assert_eq!(
        found["api"]["statistics:aggregation:selectable:quartile"],
        false
    );
    for storage in ["storage", "event_storage", "alarm_storage"] {
        assert_eq!(found[storage]["storage:production_ready"], true);
    }
}
