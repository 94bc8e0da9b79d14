//! The commands for alarms.

use crate::{Service, client, property, rows, run, say, start};

const FALSE: &str = "False";

#[tokio::test(flavor = "multi_thread")]
#[ignore = "needs the real client: cargo xtask test --only clients"]
async fn commands_for_alarms_work_unmodified() {
    let service = start().await;
    let high = say(
        &service,
        &[
            "alarm-threshold-create",
            "--name",
            "high",
            "-m",
            "rabbit.messages",
            "--statistic",
            "max",
            "--comparison-operator",
            "gt",
            "--threshold",
            "100",
            "--period",
            "60",
            "--evaluation-periods",
            "3",
            "-q",
            "resource_id=prod",
            "--severity",
            "critical",
            "--alarm-action",
            "http://192.0.2.7/hook",
            "--time-constraint",
            "name=work;start=0 11 * * *;duration=3600;timezone=Europe/Ljubljana",
        ],
    )
    .await;
    let id = property(&high, "alarm_id");
    assert_eq!(property(&high, "threshold"), "100.0");
    assert_eq!(property(&high, "query"), "resource_id == prod");
    // The first flags that the client had.
    let legacy = say(
        &service,
        &[
            "alarm-create",
            "--name",
            "legacy",
            "-m",
            "cpu",
            "--threshold",
            "5",
            "--matching-metadata",
            "metadata.size=small",
        ],
    )
    .await;
    let legacy = property(&legacy, "alarm_id");
    let combined = say(
        &service,
        &[
            "alarm-combination-create",
            "--name",
            "both",
            "--alarm_ids",
            &id,
            "--alarm_ids",
            &legacy,
            "--operator",
            "or",
        ],
    )
    .await;
    let combined = property(&combined, "alarm_id");
    let listed = rows(&say(&service, &["alarm-list", "-q", "name=high;enabled=True"]).await);
    let [row] = &listed[..] else {
        panic!("one alarm: {listed:?}");
    };
    assert_eq!(
        row[1..7],
        [
            "high",
            "insufficient data",
            "critical",
            "True",
            FALSE,
            "max(rabbit.messages) > 100.0 during 3 x 60s"
        ]
    );
    let shown = say(&service, &["alarm-show", &combined]).await;
    assert_eq!(property(&shown, "operator"), "or");

    updates(&service, &id, &legacy, &combined).await;

    let set = ["alarm-state-set", "--state", "alarm", &id];
    assert_eq!(property(&say(&service, &set).await, "state"), "alarm");
    let state = say(&service, &["alarm-state-get", &id]).await;
    assert_eq!(property(&state, "state"), "alarm");
    let history = say(
        &service,
        &["alarm-history", &id, "-q", "type=state transition"],
    )
    .await;
    assert!(
        history.contains("STATE: alarm") || history.contains("alarm"),
        "{history}"
    );
    let query = [
        "query-alarms",
        "-f",
        r#"{"and": [{"=": {"name": "high"}}, {"=": {"state": "alarm"}}]}"#,
        "-o",
        r#"[{"name": "asc"}]"#,
        "-l",
        "3",
    ];
    assert_eq!(rows(&say(&service, &query).await).len(), 1);
    let query = [
        "query-alarm-history",
        "-f",
        r#"{"=": {"type": "creation"}}"#,
        "-l",
        "2",
    ];
    assert!(say(&service, &query).await.contains("creation"));
    // Alarms on events are not evaluated, so they are refused.
    let complaint = fail(&service, &["alarm-event-create", "--name", "e"]).await;
    assert!(complaint.contains("Unavailable alarm type"), "{complaint}");
    for alarm in [&combined, &legacy, &id] {
        say(&service, &["alarm-delete", alarm]).await;
    }
    assert_eq!(rows(&say(&service, &["alarm-list"]).await).len(), 0);
}

/// The three commands that change an alarm.
async fn updates(service: &Service, id: &str, legacy: &str, combined: &str) {
    let changed = [
        "alarm-threshold-update",
        id,
        "--threshold",
        "200",
        "--remove-time-constraint",
        "work",
    ];
    let changed = say(service, &changed).await;
    assert_eq!(property(&changed, "threshold"), "200.0");
    let changed = ["alarm-update", legacy, "--enabled", FALSE];
    let changed = say(service, &changed).await;
    assert_eq!(property(&changed, "enabled"), FALSE);
    let changed = ["alarm-combination-update", combined, "--operator", "and"];
    let changed = say(service, &changed).await;
    assert_eq!(property(&changed, "operator"), "and");
}

/// What the command line complains of.
async fn fail(service: &Service, arguments: &[&str]) -> String {
    let auth_url = format!("{}/identity/v2.0", service.url);
    let mut command = client("ceilometer");
    command
        .env("OS_AUTH_URL", auth_url)
        .envs([
            ("OS_USERNAME", "guest"),
            ("OS_PASSWORD", "guest"),
            ("OS_TENANT_NAME", "warren"),
        ])
        .args(arguments);
    let output = run(command).await;
    assert!(!output.status.success(), "{arguments:?}");
    String::from_utf8_lossy(&output.stderr).into_owned()
}
