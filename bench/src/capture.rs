//! Reading what a program prints, within a time.

use std::{
    io::Read,
    process::{Command, Stdio},
    thread,
    time::{Duration, Instant},
};

use serde_json::Value;
use test_brokers::process::ChildGroup;

use xtask::{Error, Runner, exec};

/// For a program to end its own children.
const GRACE: Duration = Duration::from_secs(5);

/// The last line of a program's standard output, which is JSON. It is ended when it takes longer
/// than `limit`.
pub(super) fn last_line(
    runner: &Runner,
    command: &mut Command,
    limit: Duration,
) -> Result<Value, Error> {
    let text = output(runner, command, limit)?;
    let line = text.lines().last().unwrap_or_default();
    serde_json::from_str(line)
        .map_err(|e| Error::Wrong(format!("{} said {line:?}: {e}", exec::line(command))))
}

fn output(runner: &Runner, command: &mut Command, limit: Duration) -> Result<String, Error> {
    let line = exec::line(command);
    let failed = || format!("cannot run {line}");
    command.stdout(Stdio::piped());
    let mut child = ChildGroup::spawn(command).map_err(Error::io(failed()))?;
    let mut pipe = child.child().stdout.take();
    let reader = thread::spawn(move || {
        let mut bytes = Vec::new();
        if let Some(pipe) = &mut pipe {
            // What came before a failure is still worth reading.
            pipe.read_to_end(&mut bytes).ok();
        }
        String::from_utf8_lossy(&bytes).into_owned()
    });
    let deadline = Instant::now() + limit;
    let status = loop {
        let is_late = Instant::now() >= deadline;
        if is_late || runner.interrupt.happened() {
            child.terminate(GRACE).map_err(Error::io(failed()))?;
            let limit = limit.as_secs();
            return Err(if is_late {
                Error::Wrong(format!("{line} took longer than {limit} s"))
            } else {
                Error::Interrupted
            });
        }
        let status = child.wait_timeout(Duration::from_millis(100));
        if let Some(status) = status.map_err(Error::io(failed()))? {
            break status;
        }
    };
    if !status.success() {
        return Err(Error::failed(line, status));
    }
    // It panics only where there is no memory left.
    Ok(reader.join().unwrap_or_default())
}
