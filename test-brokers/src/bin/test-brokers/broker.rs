use std::error::Error;

use serde_json::{Value, json};
use test_brokers::{
    Options, PrivateBroker,
    traffic::{self, Traffic},
};

use crate::commands::Commands;

/// Virtual hosts of the traffic; the second is made for it.
const VHOSTS: [&str; 2] = ["/", "telemetry"];

/// Starts a broker and obeys standard input.
pub(crate) fn run(options: Options, traffic: bool) -> Result<(), Box<dyn Error>> {
    let kept = options.dir.is_some();
    let mut commands = Commands::listen(move || PrivateBroker::start(options))?;
    let mut broker = commands.started()?;
    let traffic = if traffic {
        Some(start_traffic(&broker)?)
    } else {
        None
    };
    println!("{}", introduction(&mut broker));

    for line in commands.lines() {
        if line.trim() == "stop" {
            finish(*broker, traffic, kept)?;
            println!("{}", json!({ "ok": true }));
            return Ok(());
        }
        let answer =
            obey(&mut broker, &line).unwrap_or_else(|error| json!({ "error": error.to_string() }));
        println!("{answer}");
    }
    finish(*broker, traffic, kept)
}

fn start_traffic(broker: &PrivateBroker) -> Result<Traffic, Box<dyn Error>> {
    broker.management().add_vhost(VHOSTS[1])?;
    let options = traffic::Options {
        amqp_url: broker.amqp_url(),
        vhosts: VHOSTS.map(str::to_owned).into(),
    };
    Ok(Traffic::start(&options)?)
}

fn introduction(broker: &mut PrivateBroker) -> Value {
    json!({
        "management_url": broker.management_url(),
        "amqp_url": broker.amqp_url(),
        "pid": broker.pid(),
        "node": broker.node_name(),
        "user": PrivateBroker::USER,
        "password": PrivateBroker::PASSWORD,
    })
}

fn obey(broker: &mut PrivateBroker, line: &str) -> Result<Value, Box<dyn Error>> {
    let words: Vec<_> = line.split_whitespace().collect();
    match words.as_slice() {
        ["freeze"] => broker.freeze()?,
        ["thaw"] => broker.thaw()?,
        ["kill"] => broker.kill()?,
        ["restart"] => {
            broker.restart()?;
            return Ok(json!({ "ok": true, "pid": broker.pid() }));
        }
        ["add-user", name, password, tags, vhost] => {
            let tags = if *tags == "-" { "" } else { tags };
            broker.add_user(name, password, tags, &[vhost])?;
        }
        _ => {
            return Err(format!(
                "unknown command {line:?}; known: freeze, thaw, kill, restart, stop, \
                 add-user NAME PASSWORD TAGS VHOST"
            )
            .into());
        }
    }
    Ok(json!({ "ok": true }))
}

fn finish(
    mut broker: PrivateBroker,
    traffic: Option<Traffic>,
    kept: bool,
) -> Result<(), Box<dyn Error>> {
    if kept {
        // Who keeps the files wants them whole, and without the queues of the traffic.
        broker.thaw().ok();
        drop(traffic);
        broker.stop()?;
    }
    // Else nothing of it will be seen again; traffic that finds it dead ends at once.
    drop(broker);
    Ok(())
}
