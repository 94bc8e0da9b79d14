//! Running other programs.

mod echo;

use std::{
    env,
    ffi::OsString,
    io::{self, IsTerminal},
    process::{Command, ExitStatus, Stdio},
    time::Duration,
};

use test_brokers::process::ChildGroup;

use self::echo::Echo;
use crate::{Error, interrupt::Interrupt, project::Project};

/// Runs programs in the project's folder, with our tools first on `PATH`.
#[derive(Debug)]
pub struct Runner {
    /// Ctrl-C and `SIGTERM`.
    pub interrupt: Interrupt,
    root: std::path::PathBuf,
    path: OsString,
}

impl Runner {
    /// For programs in the project's folder.
    ///
    /// # Errors
    ///
    /// If signals cannot be handled, or `PATH` is no list of folders.
    pub fn new(project: &Project) -> Result<Self, Error> {
        let interrupt = Interrupt::listen().map_err(Error::io("cannot listen for signals"))?;
        let mut path = project.tool_folders();
        path.extend(env::split_paths(&env::var_os("PATH").unwrap_or_default()));
        let path = env::join_paths(path)
            .map_err(|e| Error::Wrong(format!("a folder of PATH cannot be used: {e}")))?;
        Ok(Self {
            interrupt,
            root: project.root.clone(),
            path,
        })
    }

    /// A command, not yet run.
    #[must_use]
    pub fn command(&self, program: &str, args: &[&str]) -> Command {
        let mut command = Command::new(program);
        command
            .args(args)
            .current_dir(&self.root)
            .env("PATH", &self.path)
            .stdin(Stdio::null());
        // `cargo run` sets variables about this package. Passed on, they make build scripts that watch
        // them run again whenever another command built them before.
        for (name, _) in env::vars_os() {
            let text = name.to_string_lossy();
            if text.starts_with("CARGO_PKG_") || text.starts_with("CARGO_MANIFEST_") {
                command.env_remove(name);
            }
        }
        command
    }

    /// Runs a command to its end; what it prints is seen. Where that goes to a log and not to a
    /// terminal, the error of a failure holds the last lines.
    ///
    /// # Errors
    ///
    /// If it cannot be run, fails, or is interrupted.
    pub fn run(&self, command: &mut Command) -> Result<(), Error> {
        // A terminal is handed on as it is: programs draw their progress on it, in colour.
        let echo = if io::stderr().is_terminal() {
            None
        } else {
            Some(Echo::attach(command).map_err(Error::io("cannot make a pipe"))?)
        };
        let status = self.status(command)?;
        let last_words = echo.map(|echo| echo.end(command)).unwrap_or_default();
        if status.success() {
            return Ok(());
        }
        Err(Error::Failed {
            command: line(command),
            status,
            last_words,
        })
    }

    fn status(&self, command: &mut Command) -> Result<ExitStatus, Error> {
        let program = command.get_program().to_string_lossy().into_owned();
        let failed = || Error::io(format!("cannot run {program}"));
        let mut child = ChildGroup::spawn(command).map_err(|e| missing_or(&program, e))?;
        loop {
            if self.interrupt.happened() {
                // Time for a test runner to end its own children.
                child.terminate(Duration::from_secs(10)).map_err(failed())?;
                return Err(Error::Interrupted);
            }
            if let Some(status) = child
                .wait_timeout(Duration::from_millis(100))
                .map_err(failed())?
            {
                return Ok(status);
            }
        }
    }

    /// Runs a command unseen; whether it succeeded.
    #[must_use]
    pub fn succeeds(&self, program: &str, args: &[&str]) -> bool {
        let mut command = self.command(program, args);
        command.stdout(Stdio::null()).stderr(Stdio::null());
        command.status().is_ok_and(|status| status.success())
    }

    /// Runs a command unseen; whether it succeeded within a time. It asks for no password.
    pub(crate) fn succeeds_within(&self, limit: Duration, program: &str, args: &[&str]) -> bool {
        let mut command = self.command(program, args);
        command
            .stdout(Stdio::null())
            .stderr(Stdio::null())
            .env("GIT_TERMINAL_PROMPT", "0");
        // Dropping it ends it.
        ChildGroup::spawn(&mut command)
            .and_then(|mut child| child.wait_timeout(limit))
            .is_ok_and(|status| status.is_some_and(|status| status.success()))
    }

    /// Runs a command unseen; its output.
    ///
    /// # Errors
    ///
    /// If it cannot be run, or fails.
    pub fn output(&self, program: &str, args: &[&str]) -> Result<String, Error> {
        let mut command = self.command(program, args);
        let output = command.output().map_err(|e| missing_or(program, e))?;
        if output.status.success() {
            return Ok(String::from_utf8_lossy(&output.stdout).into_owned());
        }
        eprint!("{}", String::from_utf8_lossy(&output.stderr));
        Err(Error::failed(line(&command), output.status))
    }
}

fn missing_or(program: &str, error: io::Error) -> Error {
    if error.kind() == io::ErrorKind::NotFound {
        let remedy = match program {
            "node" | "npm" | "npx" => "install Node.js 20 or newer with npm".to_owned(),
            "rustup" | "cargo" | "rustc" => "install Rust with rustup".to_owned(),
            _ => format!("install {program}"),
        };
        return Error::Missing {
            program: program.to_owned(),
            remedy,
        };
    }
    Error::io(format!("cannot run {program}"))(error)
}

/// The command as one would type it.
#[must_use]
pub fn line(command: &Command) -> String {
    let words = [command.get_program()]
        .into_iter()
        .chain(command.get_args());
    words
        .map(|word| word.to_string_lossy().into_owned())
        .collect::<Vec<_>>()
        .join(" ")
}
