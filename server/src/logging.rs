//! The log: to standard error, for people or for machines.

use std::io::{self, IsTerminal};

use tracing_subscriber::EnvFilter;
use tracing_subscriber::fmt::MakeWriter;

use crate::config::{LogConfig, LogFormat};

/// What is said of these is about every request and says nothing of ours.
const QUIET: &str = "tower_sessions=warn,tower_sessions_core=warn";

/// Starts the log of this program, once.
pub fn start(config: &LogConfig) {
    let ansi = io::stderr().is_terminal();
    let subscriber = subscriber(config, io::stderr, ansi);
    // Only a second call fails, and then there is a log.
    tracing::subscriber::set_global_default(subscriber).ok();
}

/// The log as it goes to a writer.
pub fn subscriber<W>(
    config: &LogConfig,
    writer: W,
    ansi: bool,
) -> Box<dyn tracing::Subscriber + Send + Sync>
where
    W: for<'a> MakeWriter<'a> + Send + Sync + 'static,
{
    // What stands later wins, so that all can be asked for by name.
    let filter = EnvFilter::new(format!("{QUIET},{}", config.filter));
    let builder = tracing_subscriber::fmt()
        .with_env_filter(filter)
        .with_writer(writer)
        .with_ansi(ansi && config.format == LogFormat::Text);
    match config.format {
        LogFormat::Text => Box::new(builder.finish()),
        LogFormat::Json => Box::new(builder.json().flatten_event(true).finish()),
    }
}
