//! What the tests of a real broker share.
#![expect(
    clippy::allow_attributes_without_reason,
    reason = "each test file uses a part of this"
)]
#![allow(dead_code)]

use std::{
    fs, thread,
    time::{Duration, Instant},
};

/// Polls until `condition` gives a value.
pub(crate) fn eventually<T>(what: &str, mut condition: impl FnMut() -> Option<T>) -> T {
    let deadline = Instant::now() + Duration::from_secs(90);
    loop {
        if let Some(value) = condition() {
            return value;
        }
        assert!(Instant::now() < deadline, "not within 90 s: {what}");
        thread::sleep(Duration::from_millis(100));
    }
}

/// Whether the process is alive; one that only waits to be reaped is not.
pub(crate) fn alive(pid: u32) -> bool {
    fs::read_to_string(format!("/proc/{pid}/stat")).is_ok_and(|stat| !stat.contains(") Z "))
}

/// Whether there is a RabbitMQ to test with; says so when there is none.
pub(crate) fn installed() -> bool {
    let installed = test_brokers::Options::default().installed();
    if !installed {
        eprintln!("skipped: no rabbitmq-server is installed");
    }
    installed
}
