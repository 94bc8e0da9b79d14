//! The program `test-brokers`, as the end-to-end tests drive it.

mod common;

use std::{
    io::{BufRead, BufReader, Write},
    process::{Child, ChildStdin, ChildStdout, Command, Stdio},
};

use common::{alive, eventually, installed};
use serde_json::Value;
use test_brokers::Management;

struct Program {
    child: Child,
    input: Option<ChildStdin>,
    output: BufReader<ChildStdout>,
}

impl Program {
    fn start() -> Self {
        let mut child = Command::new(env!("CARGO_BIN_EXE_test-brokers"))
            .arg("broker")
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .spawn()
            .expect("program starts");
        let input = child.stdin.take();
        let output = BufReader::new(child.stdout.take().expect("it is piped"));
        Self {
            child,
            input,
            output,
        }
    }

    fn read(&mut self) -> Value {
        let mut line = String::new();
        self.output.read_line(&mut line).expect("readable");
        serde_json::from_str(&line).unwrap_or_else(|e| panic!("{e}: {line:?}"))
    }

    fn ask(&mut self, command: &str) -> Value {
        let input = self.input.as_mut().expect("it is open");
        writeln!(input, "{command}").expect("program reads");
        self.read()
    }
}

impl Drop for Program {
    fn drop(&mut self) {
        self.child.kill().ok();
        self.child.wait().ok();
    }
}

fn pid(introduction: &Value) -> u32 {
    let pid = introduction["pid"].as_u64().expect("a pid");
    pid.try_into().expect("pids are small")
}

#[test]
fn obeys_its_commands() {
    if !installed() {
        return;
    }
    let mut program = Program::start();
    let introduction = program.read();
    let text = |key: &str| introduction[key].as_str().expect("a string").to_owned();
    let ok = serde_json::json!({ "ok": true });

    assert_eq!(program.ask("freeze"), ok);
    assert_eq!(program.ask("thaw"), ok);
    assert_eq!(program.ask("kill"), ok);
    assert!(!alive(pid(&introduction)));
    assert!(
        program.ask("freeze")["error"].is_string(),
        "there is nothing to freeze"
    );
    let restarted = program.ask("restart");
    assert!(alive(pid(&restarted)), "{restarted}");
    assert_eq!(program.ask("add-user bob pw management /"), ok);
    let bob = Management::new(&text("management_url"), "bob", "pw");
    assert_eq!(
        bob.get("/api/whoami").expect("he may sign in")["name"],
        "bob"
    );
    assert!(program.ask("dance")["error"].is_string());
    assert_eq!(program.ask("stop"), ok);
    assert!(program.child.wait().expect("it ends").success());
    assert!(!alive(pid(&restarted)));
}

#[test]
fn ends_with_its_input() {
    if !installed() {
        return;
    }
    let mut program = Program::start();
    let pid = pid(&program.read());
    program.input = None;
    assert!(program.child.wait().expect("it ends").success());
    assert!(!alive(pid), "the broker still runs");
}

#[test]
fn takes_the_broker_along_when_it_is_killed() {
    if !installed() {
        return;
    }
    let mut program = Program::start();
    let pid = pid(&program.read());
    program.child.kill().expect("killed");
    eventually("the broker is gone", || (!alive(pid)).then_some(()));
}
