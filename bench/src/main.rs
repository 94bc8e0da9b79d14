//! `cargo xtask bench`: the project's numbers, beside those of the broker's own UI and API and of
//! Ceilometer.

mod args;
mod browser;
mod capture;
mod counter;
mod dashboard_bench;
mod embeds;
mod facts;
mod held;
mod list_bench;
mod memory;
mod metering_bench;
mod polls;
mod programs;
mod report;
mod requests;
mod row;
mod run;
mod table;

use std::process::ExitCode;

use args::Command;
use xtask::{Runner, project::Project};

fn main() -> ExitCode {
    let options = match args::parse() {
        Ok(Command::Measure(options)) => options,
        Ok(Command::Help(text)) => {
            print!("{text}");
            return ExitCode::SUCCESS;
        }
        Err(e) => {
            eprintln!("cargo xtask bench: {e}\n\n{}", args::help());
            return ExitCode::from(2);
        }
    };
    let measured = Project::find().and_then(|project| {
        let runner = Runner::new(&project)?;
        run::run(&project, &runner, &options)
    });
    xtask::exit_code(measured)
}
