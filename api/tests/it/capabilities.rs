//! `/v2/capabilities`.

use crate::support::{FakeBroker, TestApp};

#[tokio::test]
async fn what_is_said_to_work_is_said_by_the_old_names() {
    let fake = FakeBroker::start();
    let (app, token) = TestApp::ready(&fake).await;
    let found = app.get(&token, "/v2/capabilities").await.ok();
    for name in [
        "meters:query:simple",
        "samples:query:complex",
        "statistics:groupby",
        "statistics:aggregation:selectable:cardinality",
    ] {
        assert_eq!(found["api"][name], true, "{name}");
    }
    assert_eq!(
        found["api"]["statistics:aggregation:selectable:quartile"],
        false
    );
    assert_eq!(found["storage"]["storage:production_ready"], true);
}
