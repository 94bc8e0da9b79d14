use std::io::{BufRead, BufReader};
use std::process::{Command, Stdio};

use http::StatusCode;

use crate::common::{Running, Site, header};

#[tokio::test]
async fn running_request_is_finished() {
    let running = Running::start(&[]).await;
    // The collector may ask who it is, too; from here on sign-ins hang.
    running.broker.answers.forget_permits(usize::MAX);
    let answers = running.broker.answers.clone();
    let web = running.server.web().expect("a dashboard");
    let asked = running.broker.asked.clone();
    let request = tokio::spawn(running.sign_in("").send());
    asked.notified().await;
    let shutdown = tokio::spawn(running.server.shutdown());
    while tokio::net::TcpStream::connect(web).await.is_ok() {
        tokio::task::yield_now().await;
    }
    assert!(!shutdown.is_finished(), "it did not wait");
    answers.add_permits(10);
    let answer = request.await.expect("no panic").expect("an answer");
    assert_eq!(answer.status(), StatusCode::FOUND);
    assert_eq!(header(answer.headers(), "location"), "/");
    shutdown.await.expect("an end");
}

#[test]
fn signal_stops_the_program_gracefully() {
    for signal in ["TERM", "INT"] {
        let site = Site::make();
        let mut program = Command::new(env!("CARGO_BIN_EXE_warren"))
            .args([
                "serve",
                "--listen",
                "127.0.0.1:0",
                "--api-listen",
                "127.0.0.1:0",
            ])
            .args(["--site", site.path(), "--log-format", "json"])
            .args(["--data-dir", "none"])
            .current_dir(site.path())
            .stderr(Stdio::piped())
            .spawn()
            .expect("the program");
        let mut log = BufReader::new(program.stderr.take().expect("a log")).lines();
        let started = log.by_ref().any(|line| {
            let line = line.expect("a line");
            let line: serde_json::Value = serde_json::from_str(&line).expect("JSON");
            line["message"] == "dashboard"
        });
        assert!(started, "it did not start");
        let id = program.id().to_string();
        let sent = Command::new("kill")
            .args(["-s", signal, &id])
            .status()
            .expect("kill");
        assert!(sent.success());
        let last = log.last().expect("a line").expect("a line");
        assert!(last.contains("\"stopped\""), "{last}");
        assert!(program.wait().expect("an end").success(), "{signal}");
    }
}
