//! `cargo xtask run`.

mod broker;
mod listen;

use std::{
    env, fs,
    process::Command,
    time::{Duration, Instant},
};

use test_brokers::process::ChildGroup;
use ureq::Agent;

use crate::{
    Error, Runner,
    build::{self, TESTED},
    project::Project,
    say,
};
use broker::Source;
use listen::Listeners;

/// The server ends by itself within this time, or is killed.
const GRACE: Duration = Duration::from_secs(15);
/// From start to ready; generous, for it has nothing to wait for but itself.
const READY: Duration = Duration::from_mins(1);

pub(crate) fn run(project: &Project, runner: &Runner, server_args: &[String]) -> Result<(), Error> {
    // What may fail comes before what takes long.
    let source = Source::choose(runner, server_args)?;
    build::for_run(project, runner, matches!(source, Source::Private))?;

    // Dropped in the other order: first the server, then its broker.
    let mut broker = source.start(project, runner)?;
    let listeners = Listeners::choose(server_args)?;
    let mut server = start(project, runner, &broker, &listeners, server_args)?;
    wait_until_ready(runner, &mut server, &listeners)?;
    println!("\n{}\n", greeting(&broker, &listeners));

    let mut ended = Ok(());
    while ended.is_ok() && !runner.interrupt.happened() {
        let status = server
            .wait_timeout(Duration::from_millis(100))
            .map_err(Error::io("cannot watch the server"))?;
        if let Some(status) = status {
            ended = Err(Error::failed("warren serve", status));
        } else {
            ended = broker.check();
        }
    }
    say::doing("ending the dashboard");
    server
        .terminate(GRACE)
        .map_err(Error::io("cannot end the server"))?;
    broker.end()?;
    ended
}

fn start(
    project: &Project,
    runner: &Runner,
    broker: &broker::Running,
    listeners: &Listeners,
    server_args: &[String],
) -> Result<ChildGroup, Error> {
    let data = project.scratch().join("data");
    fs::create_dir_all(&data).map_err(Error::file("create", &data))?;
    let program = project.program(TESTED, "warren");
    let mut command = runner.command(&program.to_string_lossy(), &["serve"]);
    command.args(server_args);
    // As variables, so that no password is seen in the list of processes, and `server_args` win.
    let mut set = |name: &str, value: &str| {
        if env::var_os(name).is_none() {
            command.env(name, value);
        }
    };
    set("WARREN_SITE", &project.dist().to_string_lossy());
    set("WARREN_DATA_DIR", &data.to_string_lossy());
    set("WARREN_LISTEN", &listeners.web.to_string());
    set("WARREN_API_LISTEN", &listeners.api.to_string());
    if let Some((url, description)) = broker.settings() {
        set("WARREN_BROKER", &url);
        set("WARREN_BROKER_DESCRIPTION", description);
    }
    spawn(&mut command)
}

fn spawn(command: &mut Command) -> Result<ChildGroup, Error> {
    say::doing("starting the dashboard");
    ChildGroup::spawn(command).map_err(Error::io("cannot start the server"))
}

fn wait_until_ready(
    runner: &Runner,
    server: &mut ChildGroup,
    listeners: &Listeners,
) -> Result<(), Error> {
    let config = Agent::config_builder()
        .timeout_global(Some(Duration::from_secs(5)))
        .proxy(None);
    let agent: Agent = config.build().into();
    let url = format!("{}/readyz", listeners.local());
    let deadline = Instant::now() + READY;
    while agent.get(&url).call().is_err() {
        if runner.interrupt.happened() {
            return Err(Error::Interrupted);
        }
        let status = server
            .wait_timeout(Duration::from_millis(100))
            .map_err(Error::io("cannot watch the server"))?;
        if let Some(status) = status {
            return Err(Error::failed("warren serve", status));
        }
        if Instant::now() >= deadline {
            let after = READY.as_secs();
            return Err(Error::Wrong(format!(
                "{url} has not answered within {after} s"
            )));
        }
    }
    Ok(())
}

fn greeting(broker: &broker::Running, listeners: &Listeners) -> String {
    let address = listeners.local();
    let (shown, account) = broker.description();
    format!(
        "  The dashboard is at  {address}/\n\
         \n\
         \x20   shows     {shown}\n\
         \x20   sign in   {account}\n\
         \x20   API       http://{}/\n\
         \x20   end       Ctrl-C",
        listeners.api
    )
}
