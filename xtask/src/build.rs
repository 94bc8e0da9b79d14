//! The browser's bundle and the programs.

use std::{
    fs::{self, File},
    panic::resume_unwind,
    path::Path,
    thread,
    time::Instant,
};

use crate::{Error, Runner, fingerprint, pack, project::Project, say, tools};

/// Everything the bundle is made of.
const INPUTS: [&str; 12] = [
    ".cargo/config.toml",
    "Cargo.lock",
    "Cargo.toml",
    "Trunk.toml",
    "app",
    "embed.html",
    "frontend",
    "index.html",
    "metering",
    "style",
    "xtask/precompress.mjs",
    "xtask/src/pack.rs",
];

/// The profile of what users install.
pub const RELEASE: &str = "release";
/// The profile of what `cargo xtask run` and the end-to-end tests start: built in half the time.
pub(crate) const TESTED: &str = "tested";

/// How the bundle is built.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Bundle {
    /// As users get it: as small as it gets.
    Small,
    /// For `cargo xtask run`: larger, and built in a third of the time.
    Quick,
}

impl Bundle {
    /// The profile in `Cargo.toml`.
    fn profile(self) -> &'static str {
        match self {
            Self::Small => "wasm-release",
            Self::Quick => "wasm-quick",
        }
    }
}

/// The folder in `dist/` for panels in other people's pages.
const EMBED: &str = "embed";
/// Trunk's arguments for them.
const FOR_EMBED: [&str; 5] = [
    "embed.html",
    "--dist",
    "dist/embed",
    "--public-url",
    "/pkg/embed/",
];

/// The bundle and the server, for `cargo xtask build`.
pub(crate) fn all(project: &Project, runner: &Runner) -> Result<(), Error> {
    bundle(project, runner)?;
    server(runner, RELEASE)?;
    say::done(&format!(
        "start it with: {} serve --site {}",
        project.program(RELEASE, "warren").display(),
        project.dist().display()
    ));
    Ok(())
}

/// The program `warren`, in a profile of `Cargo.toml`.
///
/// # Errors
///
/// If a build fails.
pub fn server(runner: &Runner, profile: &str) -> Result<(), Error> {
    say::doing(&format!("building the server (profile {profile})"));
    let mut command = runner.command("cargo", &["build", "--profile", profile]);
    runner.run(command.args(["--package", "server", "--bin", "warren"]))
}

/// An example of the crate `store`, in release.
///
/// # Errors
///
/// If a build fails.
pub fn store_example(runner: &Runner, name: &str) -> Result<(), Error> {
    say::doing(&format!("building the store's {name} in release"));
    runner.run(&mut runner.command(
        "cargo",
        &[
            "build",
            "--release",
            "--package",
            "store",
            "--example",
            name,
        ],
    ))
}

/// The program `test-brokers`, which starts private brokers, in a profile of `Cargo.toml`.
///
/// # Errors
///
/// If a build fails.
pub fn test_brokers(runner: &Runner, profile: &str) -> Result<(), Error> {
    let mut command = runner.command("cargo", &["build", "--profile", profile]);
    command.args(["--package", "test-brokers", "--bin", "test-brokers"]);
    runner.run(command.args(["--features", "traffic"]))
}

/// The bundle in `dist/` as users get it, unless it is there already.
///
/// # Errors
///
/// If the build, or the installation of a tool, fails.
pub fn bundle(project: &Project, runner: &Runner) -> Result<(), Error> {
    build_bundle(project, runner, Bundle::Small)
}

/// What `cargo xtask run` starts: the bundle, and the programs, built at the same time. While one of
/// them links, the other one uses the second core.
pub(crate) fn for_run(project: &Project, runner: &Runner, with_broker: bool) -> Result<(), Error> {
    let programs = || {
        server(runner, TESTED)?;
        if with_broker {
            test_brokers(runner, TESTED)?;
        }
        Ok(())
    };
    thread::scope(|scope| {
        let programs = scope.spawn(programs);
        let bundle = build_bundle(project, runner, Bundle::Quick);
        let programs = programs.join().unwrap_or_else(|panic| resume_unwind(panic));
        bundle.and(programs)
    })
}

/// The bundle in `dist/`, unless it is there already. Cargo alone would notice that, but Trunk runs
/// wasm-opt and the compression every time.
fn build_bundle(project: &Project, runner: &Runner, kind: Bundle) -> Result<(), Error> {
    tools::for_bundle(project, runner)?;
    if kind == Bundle::Small {
        tools::for_optimized_bundle(project, runner)?;
    }
    let compiler = runner.output("rustc", &["-vV"])?;
    let tools = format!("{:?}", project.tool_folders());
    // Two builds at once would tread on each other in dist/. Any file of the checkout can be locked.
    let lock = project.root.join("Trunk.toml");
    let lock_file = File::open(&lock).map_err(Error::file("open", &lock))?;
    lock_file.lock().map_err(Error::file("lock", &lock))?;
    let made_of =
        fingerprint::compute(&project.root, &INPUTS, &[&compiler, &tools, kind.profile()])?;
    let record = project.scratch().join("bundle");
    if let Ok(last) = fs::read_to_string(&record)
        && stamp(project, made_of).is_ok_and(|stamp| stamp == last)
    {
        say::done("the bundle is up to date");
        return Ok(());
    }

    let profile = kind.profile();
    say::doing(&format!(
        "building the bundle for the browser (profile {profile}; some minutes the first time)"
    ));
    let start = Instant::now();
    // Trunk calls cargo offline.
    runner.run(&mut runner.command("cargo", &["fetch", "--target", "wasm32-unknown-unknown"]))?;
    // In this order: Trunk empties the folder that it writes to.
    let embed = project.dist().join(EMBED);
    let all = [
        ("_bg.wasm.br", "module"),
        (".js.br", "script"),
        (".css.br", "style"),
    ];
    for (folder, arguments) in [(project.dist(), &[][..]), (embed, &FOR_EMBED[..])] {
        trunk(runner, arguments, kind)?;
        for (ending, what) in all {
            say::done(&format!(
                "{what}: {} bytes with brotli",
                size(&folder, ending)?
            ));
        }
    }
    say::done(&format!("the bundle took {} s", start.elapsed().as_secs()));
    let folder = project.scratch();
    fs::create_dir_all(&folder).map_err(Error::file("create", &folder))?;
    let stamp = stamp(project, made_of)?;
    fs::write(&record, stamp).map_err(Error::file("write", &record))
}

/// Builds one of the two: the dashboard's, or with [`FOR_EMBED`] that of panels in other pages.
fn trunk(runner: &Runner, arguments: &[&str], kind: Bundle) -> Result<(), Error> {
    let mut trunk = runner.command("trunk", &["build", "--cargo-profile", kind.profile()]);
    trunk.args(arguments);
    if kind == Bundle::Quick {
        trunk.env(pack::QUICK, "1");
    }
    // Set, it would be compiled into the app; Trunk names the output with a hash instead.
    trunk.env_remove("LEPTOS_OUTPUT_NAME");
    // A trace through Trunk's own code helps nobody who has an error in ours.
    trunk.env_remove("RUST_BACKTRACE");
    if std::env::var_os("NO_COLOR").is_some() {
        // Trunk takes "true", and refuses the customary "1".
        trunk.env("NO_COLOR", "true");
    }
    runner.run(&mut trunk)
}

/// What the bundle was made of and what came of it: another checkout or target folder may have
/// written to `dist/` since.
fn stamp(project: &Project, made_of: u64) -> Result<String, Error> {
    Ok(format!(
        "{made_of:016x} {:016x}\n",
        fingerprint::compute(&project.root, &["dist"], &[])?
    ))
}

/// Size of the files in the bundle with this ending, in bytes.
fn size(dist: &Path, ending: &str) -> Result<u64, Error> {
    let mut sum = 0;
    for entry in fs::read_dir(dist).map_err(Error::file("read", dist))? {
        let entry = entry.map_err(Error::file("read", dist))?;
        if entry.file_name().to_string_lossy().ends_with(ending) {
            sum += entry.metadata().map_err(Error::file("read", dist))?.len();
        }
    }
    if sum == 0 {
        let text = format!("Trunk has left no {ending} in {}", dist.display());
        return Err(Error::Wrong(text));
    }
    Ok(sum)
}
