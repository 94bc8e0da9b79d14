use std::error::Error;

use serde_json::{Value, json};
use test_brokers::{KeystoneOptions, PrivateKeystone};

use crate::commands::Commands;

/// Starts a Keystone and obeys standard input.
pub(crate) fn run(options: KeystoneOptions) -> Result<(), Box<dyn Error>> {
    let mut commands = Commands::listen(move || PrivateKeystone::start(options))?;
    let mut keystone = commands.started()?;
    let introduction = json!({
        "url": keystone.url(),
        "user": PrivateKeystone::ADMIN,
        "password": PrivateKeystone::PASSWORD,
    });
    println!("{introduction}");
    for line in commands.lines() {
        if line.trim() == "stop" {
            drop(keystone);
            println!("{}", json!({ "ok": true }));
            return Ok(());
        }
        let answer = obey(&mut keystone, &line)
            .unwrap_or_else(|error| json!({ "error": error.to_string() }));
        println!("{answer}");
    }
    Ok(())
}

fn obey(keystone: &mut PrivateKeystone, line: &str) -> Result<Value, Box<dyn Error>> {
    let words: Vec<_> = line.split_whitespace().collect();
    let made = |id: String| Ok(json!({ "ok": true, "id": id }));
    match words.as_slice() {
        ["freeze"] => keystone.freeze()?,
        ["thaw"] => keystone.thaw()?,
        ["kill"] => keystone.kill()?,
        ["restart"] => keystone.restart()?,
        ["add-project", name] => return made(keystone.add_project(name)?),
        ["add-user", name, password] => return made(keystone.add_user(name, password)?),
        ["assign", user, project, role] => keystone.assign(user, project, role)?,
        ["disable", user] => keystone.disable(user)?,
        ["add-service", service_type, url] => keystone.add_service(service_type, url)?,
        _ => {
            return Err(format!(
                "unknown command {line:?}; known: freeze, thaw, kill, restart, stop, add-project \
                 NAME, add-user NAME PASSWORD, assign USER PROJECT ROLE, disable USER, \
                 add-service TYPE URL"
            )
            .into());
        }
    }
    Ok(json!({ "ok": true }))
}
