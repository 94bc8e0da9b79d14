//! `test-brokers`: a private RabbitMQ, AMQP traffic, a private Keystone or Horizon, for callers that are not
//! Rust.

mod args;
mod broker;
mod commands;
mod horizon;
mod keystone;

use std::{
    error::Error,
    process::ExitCode,
    sync::mpsc::{self, Sender},
    thread,
};

use signal_hook::{
    consts::{SIGINT, SIGTERM},
    iterator::Signals,
};
use test_brokers::traffic::Traffic;

use args::Command;

fn main() -> ExitCode {
    let result = match args::parse() {
        Ok(Command::Help) => {
            print!("{}", args::HELP);
            Ok(())
        }
        Ok(Command::Broker { options, traffic }) => broker::run(options, traffic),
        Ok(Command::Traffic(options)) => traffic(&options),
        Ok(Command::Queues(options, numbers)) => {
            test_brokers::traffic::declare_many(&options, numbers).map_err(Into::into)
        }
        Ok(Command::Keystone(options)) => keystone::run(options),
        Ok(Command::Horizon(options)) => horizon::run(options),
        Err(e) => {
            eprintln!("test-brokers: {e}\n\n{}", args::HELP);
            return ExitCode::from(2);
        }
    };
    match result {
        Ok(()) => ExitCode::SUCCESS,
        Err(e) => {
            eprintln!("test-brokers: {e}");
            ExitCode::FAILURE
        }
    }
}

fn traffic(options: &test_brokers::traffic::Options) -> Result<(), Box<dyn Error>> {
    let (sender, signals) = mpsc::channel();
    on_signal(sender, || ())?;
    let traffic = Traffic::start(options)?;
    // Fails only when the sender is gone, and then nobody could stop us.
    signals.recv().ok();
    drop(traffic);
    Ok(())
}

/// Sends `event` on a signal to end.
fn on_signal<T: Send + 'static>(
    sender: Sender<T>,
    event: impl Fn() -> T + Send + 'static,
) -> Result<(), Box<dyn Error>> {
    let mut signals = Signals::new([SIGINT, SIGTERM])?;
    thread::spawn(move || {
        for _ in signals.forever() {
            if sender.send(event()).is_err() {
                return;
            }
        }
    });
    Ok(())
}
