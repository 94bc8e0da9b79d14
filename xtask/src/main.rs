//! The project's commands. A fresh machine needs Rust, Node.js and git; the rest they install.

mod args;
mod bench;
mod build;
mod debian;
mod error;
mod exec;
mod fingerprint;
mod interrupt;
mod pack;
mod project;
mod run;
mod say;
mod test;
mod tools;

use std::process::ExitCode;

use args::Command;
use error::Error;
use exec::Runner;
use project::Project;

fn main() -> ExitCode {
    let command = match args::parse() {
        Ok(command) => command,
        Err(e) => {
            eprintln!("cargo xtask: {e}\n\n{}", args::HELP);
            return ExitCode::from(2);
        }
    };
    match obey(command) {
        Ok(()) => ExitCode::SUCCESS,
        // What a shell reports of a program ended by Ctrl-C.
        Err(Error::Interrupted) => ExitCode::from(130),
        Err(e) => {
            say::failure(&e.to_string());
            ExitCode::FAILURE
        }
    }
}

fn obey(command: Command) -> Result<(), Error> {
    if let Command::Help(text) = command {
        print!("{text}");
        return Ok(());
    }
    let project = Project::find()?;
    let runner = Runner::new(&project)?;
    match command {
        Command::Help(_) => Ok(()),
        Command::Run { server_args } => run::run(&project, &runner, &server_args),
        Command::Test(selection) => test::run(&project, &runner, &selection),
        Command::Bench(options) => bench::run(&project, &runner, &options),
        Command::Build => build::all(&project, &runner),
        Command::Pack => pack::pack(&project, &runner),
        Command::Tools => {
            tools::install(&project, &runner)?;
            say::done(&format!("the tools are in {}", project.tools().display()));
            Ok(())
        }
    }
}
