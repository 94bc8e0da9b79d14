//! The example program, run as one runs it.

use std::path::PathBuf;
use std::process::{Command, Output};
use std::{env, str};

use crate::TestSetup;

/// Where cargo puts examples: beside the folder of the test programs.
fn program() -> PathBuf {
    let test = env::current_exe().expect("a test program");
    let folder = test.ancestors().nth(2).expect("a target folder");
    let program = folder.join("examples/rabbit");
    assert!(
        program.exists(),
        "no {}: cargo builds it with all targets alone",
        program.display()
    );
    program
}

/// Runs it as `monitor`, with these variables and flags on top.
async fn run(variables: &[(&str, &str)], flags: &[&str]) -> Output {
    let mut command = Command::new(program());
    for (name, _) in env::vars() {
        if name.starts_with("OS_") {
            command.env_remove(name);
        }
    }
    command
        .env("OS_USERNAME", "monitor")
        .env("OS_PASSWORD", "right")
        .envs(variables.iter().copied())
        .args(flags);
    tokio::task::spawn_blocking(move || command.output().expect("it runs"))
        .await
        .expect("no panic")
}

fn text(bytes: &[u8]) -> &str {
    str::from_utf8(bytes).expect("UTF-8")
}

#[tokio::test(flavor = "multi_thread")]
async fn a_signed_in_account_sees_users_and_overview() {
    let setup = TestSetup::start(false).await;
    setup.session().await;
    let address = format!("{}/identity/v2.0", setup.address);
    let variables = [("OS_AUTH_URL", &*address), ("OS_TENANT_NAME", "prod")];
    let output = run(&variables, &[]).await;
    let (out, err) = (text(&output.stdout), text(&output.stderr));
    assert!(output.status.success(), "{err}");
    assert!(out.starts_with("prod, RabbitMQ 4.0.5"), "{out}");
    assert!(out.contains("\n  objects: connections "), "{out}");
    assert!(out.contains("\n  messages: messages "), "{out}");
    assert!(out.contains("\n    monitor (monitoring)\n"), "{out}");
}

#[tokio::test(flavor = "multi_thread")]
async fn errors_are_printed_in_one_line() {
    let setup = TestSetup::start(false).await;
    setup.session().await;
    let identity = format!("{}/identity/v3", setup.address);
    let here = ("OS_AUTH_URL", &*identity);
    let nowhere = ("OS_AUTH_URL", "http://127.0.0.1:1");
    for (variables, flags, said) in [
        (
            vec![here, ("OS_PASSWORD", "wrong")],
            vec![],
            format!("rabbit: cannot sign in at {identity}: the request requires authentication\n"),
        ),
        (
            vec![here],
            vec!["--broker", "other"],
            "rabbit: no broker other: not found: there are prod\n".to_owned(),
        ),
        (
            vec![nowhere],
            vec![],
            "rabbit: cannot sign in at http://127.0.0.1:1/v3: no connection: \
             Connection refused (os error 111)\n"
                .to_owned(),
        ),
    ] {
        let output = run(&variables, &flags).await;
        assert_eq!(text(&output.stderr), said);
        assert!(!output.status.success());
    }
}

#[tokio::test]
async fn help_names_the_variables() {
    let output = run(&[("OS_PASSWORD", "hunter2")], &["--help"]).await;
    let out = text(&output.stdout);
    for name in [
        "OS_AUTH_URL",
        "OS_USERNAME",
        "OS_TENANT_NAME",
        "OS_PASSWORD",
    ] {
        assert!(out.contains(name), "{out}");
    }
    assert!(!out.contains("hunter2"), "{out}");
}
