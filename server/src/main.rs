//! `warren serve`: watches brokers, answers clients, serves the dashboard.

use std::env;
use std::path::PathBuf;
use std::process::ExitCode;

use server::config::{ConfigError, Parts};
use server::{Config, Server, args, logging};
use tokio::signal::unix::{SignalKind, signal};

/// A poll allocates some hundred times, and all of it is gone when it is answered: the system's
/// allocator takes an eighth of a poll's cost.
#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

/// The status of a program that was called wrongly, as clap has it.
const USAGE: u8 = 2;

fn main() -> ExitCode {
    let matches = args::command().get_matches();
    // There is one subcommand, and clap insists on it.
    let Some(("serve", arguments)) = matches.subcommand() else {
        return ExitCode::from(USAGE);
    };
    let directory = env::current_dir().unwrap_or_else(|_| PathBuf::from("."));
    let load = || Config::load(arguments, &|name| env::var(name).ok(), &directory);
    let config = match load() {
        Ok(config) => config,
        Err(error) => {
            for line in error.to_string().lines() {
                eprintln!("warren: {line}");
            }
            return ExitCode::from(USAGE);
        }
    };
    logging::start(&config.log);
    let runtime = tokio::runtime::Builder::new_multi_thread()
        .enable_all()
        .build();
    let served = match runtime {
        Ok(runtime) => runtime.block_on(serve(config, load)),
        Err(error) => Err(error.into()),
    };
    match served {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("warren: {error}");
            ExitCode::FAILURE
        }
    }
}

async fn serve(
    config: Config,
    load: impl Fn() -> Result<Config, ConfigError>,
) -> Result<(), Box<dyn std::error::Error>> {
    // Before anything listens, so that no signal is lost.
    let mut terminate = signal(SignalKind::terminate())?;
    let mut interrupt = signal(SignalKind::interrupt())?;
    let mut hangup = signal(SignalKind::hangup())?;
    introduce(&config);
    let server = Server::start(config).await?;
    let signal = loop {
        tokio::select! {
            _ = terminate.recv() => break "SIGTERM",
            _ = interrupt.recv() => break "SIGINT",
            _ = hangup.recv() => read_again(&server, load()),
        }
    };
    tracing::info!(signal, "stopping");
    server.shutdown().await;
    tracing::info!("stopped");
    Ok(())
}

/// On SIGHUP: the portals of the configuration as it is now. What is wrong with it changes nothing.
fn read_again(server: &Server, config: Result<Config, ConfigError>) {
    let registered = config
        .map_err(|error| error.to_string())
        .and_then(|config| {
            let registered = server.register_portals(&config);
            registered.map_err(|error| error.to_string())
        });
    match registered {
        Ok(()) => tracing::info!("the portals were read again"),
        Err(error) => {
            for line in error.lines() {
                tracing::error!("the portals stay as they are: {line}");
            }
        }
    }
}

/// What was understood, for the log.
fn introduce(config: &Config) {
    tracing::info!(version = env!("CARGO_PKG_VERSION"), "warren");
    if let Some(file) = &config.file {
        tracing::info!(file = %file.display(), "configuration");
    }
    for warning in &config.warnings {
        tracing::warn!("{warning}");
    }
    let (Parts::Both(_, api) | Parts::Api(api)) = &config.parts else {
        return;
    };
    for broker in &api.api.brokers {
        let (name, url, user) = (&broker.name, broker.url.as_str(), &broker.username);
        if config.default_broker {
            tracing::info!(
                name,
                url,
                user,
                "no broker is configured: watching this machine's"
            );
        } else {
            tracing::info!(name, url, user, "broker");
        }
    }
}
