//! The steps, in order: quick checks come first.

use std::time::Duration;

use super::Step;
use crate::{
    Error, Runner, build,
    debian::{self, Package},
    project::Project,
    rabbitmq_4, say, tools,
};

/// Options of every build on this machine. They are the same everywhere, so that nothing is compiled
/// twice, and leave out `frontend`, whose features must not meet the server's.
const NATIVE: [&str; 2] = ["--features", "test-brokers/traffic"];
const DENY_WARNINGS: [&str; 3] = ["--", "-D", "warnings"];
/// A test that passes the second time hides a fault. On the command line it overrides configuration and
/// environment (`NEXTEST_RETRIES`).
const NO_RETRIES: &str = "--retries=0";
/// The database of advisories that cargo-deny reads.
const ADVISORIES: &str = "https://github.com/RustSec/advisory-db";
const DATABASE_TIMEOUT: Duration = Duration::from_secs(20);
const WASM: &str = "wasm32-unknown-unknown";

pub(crate) const STEPS: [Step; 15] = [
    Step {
        name: "fmt",
        what: "formatting",
        needs: &[],
        run: fmt,
    },
    Step {
        name: "deny",
        what: "licences, sources, banned crates and known faults of dependencies",
        needs: &[],
        run: deny,
    },
    Step {
        name: "clippy",
        what: "lints, without a warning",
        needs: &[],
        run: clippy,
    },
    Step {
        name: "clippy-wasm",
        what: "lints of what runs in the browser",
        needs: &[],
        run: clippy_wasm,
    },
    Step {
        name: "nextest",
        what: "unit and integration tests, some with a real private broker or Keystone",
        needs: &[],
        run: nextest,
    },
    Step {
        name: "clients",
        what: "the real python-ceilometerclient against the metering API",
        needs: &[],
        run: clients,
    },
    Step {
        name: "horizon",
        what: "the unit tests of the panel for OpenStack's Horizon",
        needs: &[],
        run: horizon,
    },
    Step {
        name: "doctest",
        what: "the examples in the documentation",
        needs: &[],
        run: doctest,
    },
    Step {
        name: "wasm-test",
        what: "the app's unit tests as WebAssembly",
        needs: &[],
        run: wasm_test,
    },
    Step {
        name: "doc",
        what: "the documentation builds without a warning",
        needs: &[],
        run: doc,
    },
    Step {
        name: "bundle",
        what: "the browser's bundle, as users get it",
        needs: &[],
        run: build::bundle,
    },
    Step {
        name: "server",
        what: "the server, for the end-to-end tests",
        needs: &[],
        run: server,
    },
    Step {
        name: "test-brokers",
        what: "the program that starts private brokers",
        needs: &[],
        run: test_brokers,
    },
    Step {
        name: "e2e",
        what: "end-to-end tests in Chromium against a real private broker, Keystone and Horizon",
        needs: &["bundle", "server", "test-brokers"],
        run: e2e,
    },
    Step {
        name: "engines",
        what: "one scenario in three browser engines: Chromium, Firefox and WebKit",
        needs: &["bundle", "server", "test-brokers"],
        run: engines,
    },
];

/// Steps that are not part of the whole test.
pub(crate) const BY_NAME_ONLY: [Step; 1] = [Step {
    name: "rabbitmq-4",
    what: "the tests with a real broker against Debian 13's RabbitMQ 4, as root",
    needs: &[],
    run: rabbitmq_4,
}];

fn fmt(_: &Project, runner: &Runner) -> Result<(), Error> {
    runner.run(&mut runner.command("cargo", &["fmt", "--all", "--", "--check"]))
}

/// By `deny.toml`.
fn deny(project: &Project, runner: &Runner) -> Result<(), Error> {
    tools::for_deny(project, runner)?;
    let check = ["deny", "check", "bans", "licenses", "sources"];
    runner.run(&mut runner.command("cargo", &check))?;
    // git knows proxies, and what else it takes on this machine.
    if !runner.succeeds_within(DATABASE_TIMEOUT, "git", &["ls-remote", ADVISORIES, "HEAD"]) {
        say::note(&format!(
            "advisories are not checked: {ADVISORIES} cannot be reached"
        ));
        return Ok(());
    }
    runner.run(&mut runner.command("cargo", &["deny", "check", "advisories"]))
}

fn clippy(_: &Project, runner: &Runner) -> Result<(), Error> {
    let mut command = runner.command("cargo", &["clippy", "--all-targets"]);
    runner.run(command.args(NATIVE).args(DENY_WARNINGS))
}

fn clippy_wasm(project: &Project, runner: &Runner) -> Result<(), Error> {
    tools::for_wasm(project, runner)?;
    // The dashboard's bundle, and that of panels in other people's pages.
    for features in [&[][..], &["--no-default-features", "--features", "embed"]] {
        let mut command = runner.command(
            "cargo",
            &["clippy", "--package", "frontend", "--target", WASM],
        );
        runner.run(command.args(features).args(DENY_WARNINGS))?;
    }
    Ok(())
}

fn nextest(project: &Project, runner: &Runner) -> Result<(), Error> {
    tools::for_tests(project, runner)?;
    debian::require(runner, &[Package::Rabbitmq, Package::Keystone], "")?;
    let mut command = runner.command("cargo", &["nextest", "run", NO_RETRIES]);
    runner.run(command.args(NATIVE))
}

fn rabbitmq_4(project: &Project, runner: &Runner) -> Result<(), Error> {
    tools::for_tests(project, runner)?;
    let server = rabbitmq_4::install(project, runner)?;
    let mut command = runner.command("cargo", &["nextest", "run", NO_RETRIES]);
    command.args(NATIVE);
    command.args(["--package", "api", "-E", "binary(/^broker/)"]);
    // The only temporary folder that is the same inside and outside.
    command.env_remove("TMPDIR");
    runner.run(command.env("RIG_RABBITMQ_SERVER", server))
}

fn clients(project: &Project, runner: &Runner) -> Result<(), Error> {
    tools::for_tests(project, runner)?;
    debian::require(runner, &[Package::Rabbitmq, Package::Keystone], "")?;
    let folder = tools::ceilometerclient(project, runner)?;
    let mut command = runner.command("cargo", &["nextest", "run", NO_RETRIES]);
    command.args(NATIVE);
    // The tests that need it are left out where nobody has installed it.
    command.args([
        "--run-ignored",
        "only",
        "-E",
        "binary(broker_ceilometerclient)",
    ]);
    runner.run(command.env("CEILOMETERCLIENT", folder))
}

fn horizon(project: &Project, runner: &Runner) -> Result<(), Error> {
    debian::require(runner, &[Package::Horizon], "")?;
    // Debian's packages are for the system's Python, not for whichever stands first on `PATH`.
    let mut command = runner.command(
        "/usr/bin/python3",
        &["-m", "unittest", "discover", "-s", "tests", "-t", "."],
    );
    command
        .current_dir(project.root.join("horizon"))
        .env("PYTHONDONTWRITEBYTECODE", "1");
    runner.run(&mut command)
}

fn doctest(_: &Project, runner: &Runner) -> Result<(), Error> {
    runner.run(
        runner
            .command("cargo", &["test", "--quiet", "--doc"])
            .args(NATIVE),
    )
}

fn wasm_test(project: &Project, runner: &Runner) -> Result<(), Error> {
    tools::for_wasm(project, runner)?;
    let mut command = runner.command(
        "cargo",
        &[
            "test",
            "--package",
            "app",
            "--lib",
            "--features",
            "hydrate",
            "--target",
            WASM,
        ],
    );
    runner.run(&mut command)
}

fn doc(_: &Project, runner: &Runner) -> Result<(), Error> {
    // Read by those who work on it, so links may lead to what is private.
    let flags = "-D warnings -A rustdoc::private_intra_doc_links";
    let mut command = runner.command("cargo", &["doc", "--no-deps", "--document-private-items"]);
    runner.run(command.args(NATIVE).env("RUSTDOCFLAGS", flags))
}

fn server(_: &Project, runner: &Runner) -> Result<(), Error> {
    build::server(runner, build::TESTED)
}

fn test_brokers(_: &Project, runner: &Runner) -> Result<(), Error> {
    build::test_brokers(runner, build::TESTED)
}

fn e2e(project: &Project, runner: &Runner) -> Result<(), Error> {
    debian::require(
        runner,
        &[
            Package::Rabbitmq,
            Package::Keystone,
            Package::Horizon,
            Package::Chromium,
            Package::Fonts,
        ],
        "",
    )?;
    playwright(project, runner, &[])
}

fn engines(project: &Project, runner: &Runner) -> Result<(), Error> {
    debian::require(
        runner,
        &[
            Package::Rabbitmq,
            Package::Chromium,
            Package::Firefox,
            Package::Webkit,
            Package::Xvfb,
            Package::Fonts,
        ],
        "",
    )?;
    playwright(project, runner, &["--config", "engines"])
}

/// Runs tests of `end2end/` against what was built before.
fn playwright(project: &Project, runner: &Runner, args: &[&str]) -> Result<(), Error> {
    let folder = project.root.join("end2end");
    let npm = |program: &str, args: &[&str]| {
        let mut command = runner.command(program, args);
        command
            .current_dir(&folder)
            .env("PLAYWRIGHT_SKIP_BROWSER_DOWNLOAD", "1");
        command
    };
    runner.run(&mut npm("npm", &["ci"]))?;
    runner.run(
        npm("npx", &["playwright", "test", NO_RETRIES])
            .args(args)
            .env("WARREN_BIN", project.program(build::TESTED, "warren"))
            .env(
                "TEST_BROKERS_BIN",
                project.program(build::TESTED, "test-brokers"),
            )
            .env("WARREN_SITE", project.dist()),
    )
}
