//! The tools, in pinned versions and in a folder of ours.

use std::{
    fs::{self, File},
    path::{Path, PathBuf},
    process::{self, Command},
};

use crate::{
    Error, Runner,
    debian::{self, Package},
    project::Project,
    say,
};

const TRUNK: &str = "0.21.14";
const BINARYEN: &str = "132.0.0";
const ESBUILD: &str = "0.28.2";
const NEXTEST: &str = "0.9.143";
const DENY: &str = "0.20.2";
const CEILOMETERCLIENT: &str = "2.9.0";
/// What is installed as the client of that version, below the project's root.
const CEILOMETERCLIENT_REQUIREMENTS: &str = "api/tests/ceilometerclient/requirements.txt";

const WASM: &str = "wasm32-unknown-unknown";

/// Every developer compiles the tools, and they run for seconds: so they compile quickly.
const QUICK: [(&str, &str); 3] = [
    ("CARGO_PROFILE_RELEASE_OPT_LEVEL", "0"),
    ("CARGO_PROFILE_RELEASE_LTO", "off"),
    ("CARGO_PROFILE_RELEASE_CODEGEN_UNITS", "16"),
];

/// The packages of `wasm-bindgen` that process a module, whose size makes some optimisation worth it.
const OPTIMIZED: [&str; 6] = [
    "gimli",
    "id-arena",
    "walrus",
    "wasm-bindgen-cli-support",
    "wasm-encoder",
    "wasmparser",
];

/// A tool and where it comes from.
#[derive(Debug)]
pub(crate) struct Tool {
    name: &'static str,
    version: String,
    source: Source,
    /// How long it takes, for the message.
    takes: &'static str,
}

#[derive(Debug)]
enum Source {
    Cargo {
        package: &'static str,
        features: &'static [&'static str],
        /// Packages to compile with some optimisation.
        optimized: &'static [&'static str],
    },
    Npm,
    /// A folder with a version of Debian and this package.
    Debootstrap,
    /// With all it needs in versions of a file, below the project's root.
    Pip {
        requirements: &'static str,
    },
}

/// All tools whose programs are called by name, in the order of [`install`].
pub(crate) fn all(project: &Project) -> [Tool; 6] {
    [
        Tool {
            name: "wasm-bindgen",
            version: project.wasm_bindgen.clone(),
            source: Source::Cargo {
                package: "wasm-bindgen-cli",
                features: &[],
                optimized: &OPTIMIZED,
            },
            takes: "1 to 2 minutes",
        },
        Tool {
            name: "trunk",
            version: TRUNK.to_owned(),
            source: Source::Cargo {
                package: "trunk",
                // It downloads nothing, so it needs no TLS.
                features: &["--no-default-features"],
                optimized: &[],
            },
            takes: "2 to 3 minutes",
        },
        Tool {
            name: "binaryen",
            version: BINARYEN.to_owned(),
            source: Source::Npm,
            takes: "some seconds",
        },
        Tool {
            name: "esbuild",
            version: ESBUILD.to_owned(),
            source: Source::Npm,
            takes: "some seconds",
        },
        Tool {
            name: "cargo-nextest",
            version: NEXTEST.to_owned(),
            source: Source::Cargo {
                package: "cargo-nextest",
                features: &["--no-default-features", "--features", "default-no-update"],
                optimized: &[],
            },
            takes: "3 to 5 minutes",
        },
        Tool {
            name: "cargo-deny",
            version: DENY.to_owned(),
            source: Source::Cargo {
                package: "cargo-deny",
                features: &[],
                optimized: &[],
            },
            takes: "1 to 2 minutes",
        },
    ]
}

/// Installs everything.
pub(crate) fn install(project: &Project, runner: &Runner) -> Result<(), Error> {
    for_bundle(project, runner)?;
    for_optimized_bundle(project, runner)?;
    for_tests(project, runner)?;
    for_deny(project, runner)?;
    ceilometerclient(project, runner).map(|_| ())
}

/// Installs what building the bundle takes, the WASM target of Rust included.
pub(crate) fn for_bundle(project: &Project, runner: &Runner) -> Result<(), Error> {
    for_wasm(project, runner)?;
    let [_, trunk, _, esbuild, ..] = all(project);
    trunk.ensure(project, runner)?;
    esbuild.ensure(project, runner)
}

/// Installs what only the bundle as users get it takes.
pub(crate) fn for_optimized_bundle(project: &Project, runner: &Runner) -> Result<(), Error> {
    let [_, _, binaryen, ..] = all(project);
    binaryen.ensure(project, runner)
}

/// Installs what compiling for and running in WASM takes.
pub(crate) fn for_wasm(project: &Project, runner: &Runner) -> Result<(), Error> {
    wasm_target(runner)?;
    let [wasm_bindgen, ..] = all(project);
    wasm_bindgen.ensure(project, runner)
}

/// Installs the test runner, unless cargo has one.
pub(crate) fn for_tests(project: &Project, runner: &Runner) -> Result<(), Error> {
    if runner.succeeds("cargo", &["nextest", "--version"]) {
        return Ok(());
    }
    let [.., nextest, _] = all(project);
    nextest.ensure(project, runner)
}

/// Installs the check of dependencies, unless cargo has one.
pub(crate) fn for_deny(project: &Project, runner: &Runner) -> Result<(), Error> {
    if runner.succeeds("cargo", &["deny", "--version"]) {
        return Ok(());
    }
    let [.., deny] = all(project);
    deny.ensure(project, runner)
}

/// Installs the real client of Ceilometer's protocol, which the metering API is held against; gives
/// its folder. It is asked for by that alone: it brings programs that nobody wants on `PATH`.
pub(crate) fn ceilometerclient(project: &Project, runner: &Runner) -> Result<PathBuf, Error> {
    if !runner.succeeds("python3", &["-m", "pip", "--version"]) {
        debian::require(runner, &[Package::Pip], "")?;
    }
    let tool = Tool {
        name: "python-ceilometerclient",
        version: CEILOMETERCLIENT.to_owned(),
        source: Source::Pip {
            requirements: CEILOMETERCLIENT_REQUIREMENTS,
        },
        takes: "some seconds",
    };
    tool.ensure(project, runner)?;
    Ok(tool.home(project))
}

/// Installs the RabbitMQ of a version of Debian, with all of that version that it needs; gives the
/// folder.
pub(crate) fn rabbitmq_of(
    debian: &str,
    project: &Project,
    runner: &Runner,
) -> Result<PathBuf, Error> {
    debian::require(runner, &[Package::Debootstrap], "")?;
    let tool = Tool {
        name: "rabbitmq-server",
        version: debian.to_owned(),
        source: Source::Debootstrap,
        takes: "2 to 10 minutes",
    };
    tool.ensure(project, runner)?;
    Ok(tool.home(project))
}

fn wasm_target(runner: &Runner) -> Result<(), Error> {
    let sysroot = runner.output("rustc", &["--print", "sysroot"])?;
    if Path::new(sysroot.trim())
        .join("lib/rustlib")
        .join(WASM)
        .exists()
    {
        return Ok(());
    }
    say::doing(&format!("adding the target {WASM} to Rust"));
    runner.run(&mut runner.command("rustup", &["target", "add", WASM]))
}

impl Tool {
    fn home(&self, project: &Project) -> PathBuf {
        project
            .tools()
            .join(format!("{}-{}", self.name, self.version))
    }

    /// Folder of its programs.
    pub(crate) fn folder(&self, project: &Project) -> PathBuf {
        self.home(project).join(match self.source {
            Source::Cargo { .. } | Source::Pip { .. } => "bin",
            Source::Npm => "node_modules/.bin",
            Source::Debootstrap => "usr/sbin",
        })
    }

    /// Installs it beside its place and moves it there when it is whole, so that an interrupted
    /// installation is never taken for a tool.
    fn ensure(&self, project: &Project, runner: &Runner) -> Result<(), Error> {
        let home = self.home(project);
        if home.exists() {
            return Ok(());
        }
        let tools = project.tools();
        fs::create_dir_all(&tools).map_err(Error::file("create", &tools))?;
        let lock = tools.join(".lock");
        let lock_file = File::create(&lock).map_err(Error::file("create", &lock))?;
        lock_file.lock().map_err(Error::file("lock", &lock))?;
        // Somebody else may have been at it while we waited.
        if home.exists() {
            return Ok(());
        }
        say::doing(&format!(
            "installing {} {} into {} (once; takes {})",
            self.name,
            self.version,
            tools.display(),
            self.takes
        ));
        remove_unfinished(&tools)?;
        let unfinished = tools.join(format!("{UNFINISHED}{}-{}", self.name, process::id()));
        runner.run(&mut self.installer(project, runner, &unfinished))?;
        fs::rename(&unfinished, &home).map_err(Error::file("create", &home))
    }

    fn installer(&self, project: &Project, runner: &Runner, into: &Path) -> Command {
        match self.source {
            Source::Cargo {
                package,
                features,
                optimized,
            } => {
                let mut command = runner.command("cargo", &["install", "--locked", package]);
                command.args(["--version", &self.version]).args(features);
                command.arg("--root").arg(into);
                // Else the tool's objects would stay in the project's target folder.
                command
                    .env_remove("CARGO_TARGET_DIR")
                    .env_remove("CARGO_BUILD_TARGET_DIR")
                    .envs(QUICK);
                for package in optimized {
                    let level = format!("profile.release.package.{package}.opt-level=1");
                    command.args(["--config", &level]);
                }
                command
            }
            Source::Npm => {
                let package = format!("{}@{}", self.name, self.version);
                let mut command = runner.command(
                    "npm",
                    &[
                        "install",
                        "--no-save",
                        "--no-package-lock",
                        "--no-audit",
                        "--no-fund",
                    ],
                );
                command.arg(package).arg("--prefix").arg(into);
                command
            }
            Source::Debootstrap => {
                let mut command = runner.command("debootstrap", &["--variant=minbase"]);
                command.arg(format!("--include={}", self.name));
                command.arg(&self.version).arg(into);
                command
            }
            Source::Pip { requirements } => {
                // A plain folder: unlike a virtual environment it can be moved.
                let mut command = runner.command("python3", &["-m", "pip", "install", "--quiet"]);
                command.arg("--requirement");
                command.arg(project.root.join(requirements));
                command.arg("--target").arg(into);
                command
            }
        }
    }
}

const UNFINISHED: &str = ".unfinished-";

/// Removes what interrupted installations have left. Only for the holder of the lock.
fn remove_unfinished(tools: &Path) -> Result<(), Error> {
    for entry in fs::read_dir(tools).map_err(Error::file("read", tools))? {
        let path = entry.map_err(Error::file("read", tools))?.path();
        let name = path.file_name().unwrap_or_default().to_string_lossy();
        if name.starts_with(UNFINISHED) {
            fs::remove_dir_all(&path).map_err(Error::file("remove", &path))?;
        }
    }
    Ok(())
}
