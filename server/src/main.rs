//! `warren serve`: watches brokers, answers clients, serves the dashboard.

use std::env;
use std::path::PathBuf;
use std::process::ExitCode;

use server::config::Parts;
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
    let config = match Config::load(arguments, &|name| env::var(name).ok(), &directory) {
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
        Ok(runtime) => runtime.block_on(serve(config)),
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

async fn serve(config: Config) -> Result<(), Box<dyn std::error::Error>> {
    // Before anything listens, so that no signal is lost.
    let mut terminate = signal(SignalKind::terminate())?;
    let mut interrupt = signal(SignalKind::interrupt())?;
    introduce(&config);
    let server = Server::start(config).await?;
    let signal = tokio::select! {
        _ = terminate.recv() => "SIGTERM",
        _ = interrupt.recv() => "SIGINT",
    };
    tracing::info!(signal, "stopping");
    server.shutdown().await;
    tracing::info!("stopped");
    Ok(())
}

/// What was understood, for the log.
fn introduce(config: &Config) {
    tracing::info!(version = env!("CARGO_PKG_VERSION"), "warren");
    if let Some(file) = &config.file {
        tracing::info!(file = %file.display(), "configuration");
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
