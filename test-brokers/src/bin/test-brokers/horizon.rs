use std::error::Error;

use serde_json::{Value, json};
use test_brokers::{HorizonOptions, PrivateHorizon};

use crate::commands::Commands;

/// Starts a Horizon and obeys standard input.
pub(crate) fn run(options: HorizonOptions) -> Result<(), Box<dyn Error>> {
    let mut commands = Commands::listen(move || PrivateHorizon::start(&options))?;
    let horizon = commands.started()?;
    println!("{}", json!({ "url": horizon.url() }));
    for line in commands.lines() {
        let answer = match line.trim() {
            "stop" => {
                drop(horizon);
                println!("{}", json!({ "ok": true }));
                return Ok(());
            }
            "log" => json!({ "ok": true, "log": horizon.log() }),
            _ => unknown(&line),
        };
        println!("{answer}");
    }
    Ok(())
}

fn unknown(line: &str) -> Value {
    json!({ "error": format!("unknown command {line:?}; known: log, stop") })
}
