//! Modules and crates import in one direction.
//!
//! | file | what |
//! |---|---|
//! | `tokens` | source as tokens, without comments, strings and test code |
//! | `paths` | the paths that a file names |
//! | `modules` | the files of a crate, which file imports which, circles |
//!
//! What a macro's caller or an attribute's string names is not seen.

mod modules;
mod paths;
mod tokens;

use std::fs;

use modules::Crate;
use test_fixtures::checkout;

const CRATES: [&str; 7] = ["metering", "client", "store", "api", "app", "server", "tls"];

/// Crates whose `lib.rs` has a table of modules, each of which imports only from those before it.
const ORDERED: [&str; 2] = ["api", "app"];

/// Imports that may be part of a circle: the importer, and the start of the imported file's path. Keep it empty.
const ACCEPTED: [(&str, &str); 0] = [];

/// Crates, and what is not among their dependencies. `axum` stands for `axum_extra` and `axum-core`, too.
const NO_DEPENDENCIES: [(&str, &[&str]); 3] = [
    ("metering", &["axum", "leptos"]),
    ("api", &["app", "leptos"]),
    ("app", &["api", "store"]),
];

fn read(path: &str) -> String {
    fs::read_to_string(checkout().join(path)).unwrap_or_else(|error| panic!("{path}: {error}"))
}

/// The names in the first column of a table in a doc comment.
fn modules_in_table(text: &str) -> Vec<&str> {
    let rows = text.lines().filter_map(|line| line.strip_prefix("//! | "));
    let cells = rows.filter_map(|row| row.split(" |").next());
    cells
        .flat_map(|cell| cell.split('`').skip(1).step_by(2))
        .map(|name| name.trim_start_matches("mod@"))
        .collect()
}

/// Names of dependencies of all sections, with a line of the manifest.
fn dependencies(manifest: &str) -> Vec<(usize, &str)> {
    let mut found = Vec::new();
    let mut is_section = false;
    for (at, line) in manifest.lines().enumerate() {
        if let Some(header) = line.trim().strip_prefix('[') {
            // `[dependencies]`, `[target.'…'.dev-dependencies]`, `[dependencies.name]`
            let header = header.trim_end_matches(']');
            is_section = header.ends_with("dependencies");
            let name = header.split_once("dependencies.").map(|(_, name)| name);
            found.extend(name.map(|name| (at + 1, name)));
        } else if is_section && line.starts_with(|char: char| char.is_alphabetic()) {
            let name = line.split(['.', '=', ' ']).next();
            found.extend(name.map(|name| (at + 1, name)));
        }
    }
    found
}

#[test]
fn no_circle_of_imports_between_folders() {
    let mut circles = Vec::new();
    for name in CRATES {
        let mut read = Crate::read(&checkout(), name);
        for (from, to) in ACCEPTED {
            if from.split('/').next() == Some(name) {
                let was_there = read.except(from, to);
                assert!(was_there, "{from} imports no {to}: remove it from ACCEPTED");
            }
        }
        circles.extend(read.circles_between_folders());
    }
    // One wrong import closes many circles; the shortest ones show it.
    circles.sort_by_key(Vec::len);
    let count = circles.len();
    let shortest: Vec<_> = circles
        .iter()
        .take(3)
        .map(|lines| lines.join("\n"))
        .collect();
    assert!(
        circles.is_empty(),
        "{count} circles of imports between folders; move what both sides need into a module below them. \
        The shortest:\n{}",
        shortest.join("\n\n")
    );
}

#[test]
fn modules_import_only_from_modules_before_them() {
    let mut wrong = Vec::new();
    for name in ORDERED {
        let lib = format!("{name}/src/lib.rs");
        let text = read(&lib);
        let order = modules_in_table(&text);
        let read = Crate::read(&checkout(), name);
        let place = |module: &str| {
            let place = order.iter().position(|name| *name == module);
            place.unwrap_or_else(|| panic!("the table of {lib} lacks the module `{module}`"))
        };
        let tops = read.top_modules();
        let unknown: Vec<_> = order.iter().filter(|name| !tops.contains(*name)).collect();
        assert!(
            unknown.is_empty(),
            "the table of {lib} names no modules: {unknown:?}"
        );
        for (from, targets) in &read.edges {
            // `lib.rs` is after all modules.
            let Some(importer) = from.first().map(|name| place(name)) else {
                continue;
            };
            for to in targets.keys() {
                if to.first().is_none_or(|name| place(name) > importer) {
                    wrong.push(read.line(from, to));
                }
            }
        }
    }
    assert!(
        wrong.is_empty(),
        "a module imports only from modules before it in the table of its crate's lib.rs:\n{}",
        wrong.join("\n")
    );
}

#[test]
fn crates_do_not_depend_on_what_they_must_not_know() {
    let mut wrong = Vec::new();
    for (name, refused) in NO_DEPENDENCIES {
        let path = format!("{name}/Cargo.toml");
        let manifest = read(&path);
        let found = dependencies(&manifest);
        assert!(!found.is_empty(), "no dependency was found in {path}");
        for (line, dependency) in found {
            let first = dependency.split(['-', '_']).next().unwrap_or(dependency);
            if refused.contains(&first) {
                wrong.push(format!("{path}:{line} depends on {dependency}"));
            }
        }
    }
    assert!(
        wrong.is_empty(),
        "see the table of crates in docs/architecture.md:\n{}",
        wrong.join("\n")
    );
}

#[test]
fn tables_name_modules_in_order() {
    let text =
        "//! | module | what |\n//! |---|---|\n//! | [`mod@a`], `b` | `x` |\n//! | [`c`] | |";
    assert_eq!(modules_in_table(text), ["a", "b", "c"]);
}

#[test]
fn manifests_name_dependencies_in_all_sections() {
    let text = "[package]\nname = \"x\"\n[dependencies]\na.workspace = true\n\n\
        [target.'cfg(unix)'.dev-dependencies]\nb = \"1\"\n[dependencies.c]\nversion = \"1\"";
    assert_eq!(dependencies(text), [(4, "a"), (7, "b"), (8, "c")]);
}
