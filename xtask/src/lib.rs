//! The project's commands. A fresh machine needs Rust, Node.js and git; the rest they install.
//!
//! A library, so that `bench` builds the programs that it measures as `cargo xtask run` does.

mod args;
pub mod build;
pub mod debian;
mod error;
pub mod exec;
mod fingerprint;
pub mod interrupt;
mod pack;
pub mod project;
mod rabbitmq_4;
mod run;
pub mod say;
mod test;
mod tools;

use std::{env, ffi::OsString, os::unix::process::CommandExt, process::ExitCode};

use args::Command;
pub use error::Error;
pub use exec::Runner;
use project::Project;

/// Runs the command that the arguments of this program name.
#[must_use]
pub fn main() -> ExitCode {
    let command = match args::parse() {
        Ok(command) => command,
        Err(e) => {
            eprintln!("cargo xtask: {e}\n\n{}", args::HELP);
            return ExitCode::from(2);
        }
    };
    exit_code(obey(command))
}

/// What a shell learns of a command's result; a failure is printed.
#[must_use]
pub fn exit_code(result: Result<(), Error>) -> ExitCode {
    match result {
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
        Command::Bench { bench_args } => Err(bench(&project, &runner, &bench_args)),
        Command::Build => build::all(&project, &runner),
        Command::Pack => pack::pack(&project, &runner),
        Command::Tools => {
            tools::install(&project, &runner)?;
            say::done(&format!("the tools are in {}", project.tools().display()));
            Ok(())
        }
    }
}

/// Becomes the program `bench`, which has a crate of its own; returns only if that fails. The folder
/// stays the user's: arguments may name files.
fn bench(project: &Project, runner: &Runner, bench_args: &[OsString]) -> Error {
    let folder = match env::current_dir() {
        Ok(folder) => folder,
        Err(e) => return Error::io("cannot find the current folder")(e),
    };
    let mut command = runner.command("cargo", &["run", "--quiet", "--package", "bench"]);
    command
        .arg("--manifest-path")
        .arg(project.root.join("Cargo.toml"))
        .arg("--")
        .args(bench_args)
        .current_dir(folder);
    Error::io("cannot run cargo")(command.exec())
}
