use std::ffi::OsString;

use lexopt::{Arg, Parser, ValueExt};

use crate::test::{BY_NAME_ONLY, STEPS, Selection};

pub(crate) const HELP: &str = "\
The project's commands.

cargo xtask run [-- OPTIONS OF warren serve]   the dashboard, on this machine
cargo xtask test [--only STEP] [--skip STEP]   everything a change must pass
cargo xtask bench [--only ROW] [--json FILE]   the project's numbers, beside RabbitMQ's own
cargo xtask build                              the browser's bundle and the server, in release
cargo xtask tools                              only installs the tools

See cargo xtask COMMAND --help.

A fresh machine needs Rust (with rustup), Node.js and git. Everything else is installed on first
use, in pinned versions: the WASM target of Rust, Trunk, the wasm-bindgen tool, wasm-opt, esbuild.
They go to $WARREN_CACHE, else $XDG_CACHE_HOME/warren, else ~/.cache/warren.
";

const RUN: &str = "\
cargo xtask run [-- OPTIONS OF warren serve]

Builds everything in release and starts the dashboard; Ctrl-C ends all that was started.

Which broker it shows:
  - the one in WARREN_BROKER, such as http://user:password@rabbit.example:15672;
  - else the one at http://guest:guest@127.0.0.1:15672, if it answers;
  - else a private RabbitMQ with light demo traffic, only on loopback. On Debian, as root, its
    package is installed if need be.

The dashboard listens on WARREN_LISTEN (127.0.0.1:8080) and the metering API on WARREN_API_LISTEN
(127.0.0.1:8777). Where these are not set and the default port is taken, the next free one is used.
";

const BUILD: &str = "\
cargo xtask build

Builds the browser's bundle into dist/ and the program warren, both in release. The bundle is left
alone when nothing it is made of has changed.
";

const PACK: &str = "\
cargo xtask pack

The hook of Trunk, which calls it after it has put a bundle together: joins the style sheets, makes
all small with wasm-opt and esbuild, and compresses it.
";

const TOOLS: &str = "\
cargo xtask tools

Installs the tools that the other commands need: the WASM target of Rust, Trunk, the wasm-bindgen
tool, wasm-opt, esbuild, and cargo-nextest and cargo-deny where cargo has none. They go to
$WARREN_CACHE, else $XDG_CACHE_HOME/warren, else ~/.cache/warren.
";

pub(crate) enum Command {
    Help(String),
    Run { server_args: Vec<String> },
    Test(Selection),
    Bench { bench_args: Vec<OsString> },
    Build,
    Pack,
    Tools,
}

pub(crate) fn parse() -> Result<Command, lexopt::Error> {
    let mut parser = Parser::from_env();
    match parser.next()? {
        Some(Arg::Value(name)) => match name.string()?.as_str() {
            "run" => run(&mut parser),
            "test" => test(&mut parser),
            "bench" => bench(&mut parser),
            "build" => plain(&mut parser, Command::Build, BUILD),
            "pack" => plain(&mut parser, Command::Pack, PACK),
            "tools" => plain(&mut parser, Command::Tools, TOOLS),
            other => Err(format!("there is no command {other:?}").into()),
        },
        Some(Arg::Long("help") | Arg::Short('h')) => Ok(Command::Help(HELP.to_owned())),
        Some(other) => Err(other.unexpected()),
        None => Err("a command is missing".into()),
    }
}

fn run(parser: &mut Parser) -> Result<Command, lexopt::Error> {
    let mut server_args = Vec::new();
    // Only what follows `--` comes as a value.
    while let Some(arg) = parser.next()? {
        match arg {
            Arg::Value(value) => server_args.push(value.string()?),
            Arg::Long("help") | Arg::Short('h') => return Ok(Command::Help(RUN.to_owned())),
            other => return Err(other.unexpected()),
        }
    }
    Ok(Command::Run { server_args })
}

fn test(parser: &mut Parser) -> Result<Command, lexopt::Error> {
    let mut selection = Selection::default();
    while let Some(arg) = parser.next()? {
        match arg {
            Arg::Long("only") => selection.only.push(step(parser)?),
            Arg::Long("skip") => selection.skip.push(step(parser)?),
            Arg::Long("help") | Arg::Short('h') => return Ok(Command::Help(test_help())),
            other => return Err(other.unexpected()),
        }
    }
    Ok(Command::Test(selection))
}

fn step(parser: &mut Parser) -> Result<&'static str, lexopt::Error> {
    let name = parser.value()?.string()?;
    let mut names = STEPS.iter().chain(&BY_NAME_ONLY).map(|step| step.name);
    names.clone().find(|step| *step == name).ok_or_else(|| {
        let names: Vec<_> = names.by_ref().collect();
        format!("there is no step {name:?}; there are {}", names.join(", ")).into()
    })
}

fn test_help() -> String {
    use std::fmt::Write;
    let mut text = "\
cargo xtask test [--only STEP]... [--skip STEP]...

Everything a change must pass. Goes through all steps, also after one has failed, and ends with a
table of them. Installs what it needs; on Debian, as root, the packages of brokers, browsers and
services that the tests start too.

Steps:
"
    .to_owned();
    for step in &STEPS {
        // Writing to a String cannot fail.
        let _ = writeln!(text, "  {:12} {}", step.name, step.what);
    }
    text.push_str("\nSteps that only --only starts:\n");
    for step in &BY_NAME_ONLY {
        let _ = writeln!(text, "  {:12} {}", step.name, step.what);
    }
    text
}

/// All arguments are for the program `bench`.
fn bench(parser: &mut Parser) -> Result<Command, lexopt::Error> {
    let bench_args = parser.raw_args()?.collect();
    Ok(Command::Bench { bench_args })
}

fn plain(parser: &mut Parser, command: Command, help: &str) -> Result<Command, lexopt::Error> {
    match parser.next()? {
        None => Ok(command),
        Some(Arg::Long("help") | Arg::Short('h')) => Ok(Command::Help(help.to_owned())),
        Some(other) => Err(other.unexpected()),
    }
}
