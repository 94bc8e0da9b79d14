//! The documents name files that exist.

use std::fs;
use std::path::PathBuf;

use test_fixtures::checkout;

/// What a path in a document ends with; other texts in backticks are no paths.
const ENDS: [&str; 6] = [".rs", ".ts", ".js", ".md", ".json", "/"];

/// The documents that describe the code as it is. The changelog and the upgrade notes describe what it was.
fn documents() -> Vec<PathBuf> {
    let mut found = ["README.md", "CONTRIBUTING.md", "SECURITY.md"]
        .map(|name| checkout().join(name))
        .to_vec();
    for folder in ["docs", "docs/adr", "horizon"] {
        let entries = fs::read_dir(checkout().join(folder)).expect("the folder is there");
        let files = entries.map(|entry| entry.expect("an entry").path());
        found.extend(files.filter(|file| {
            file.extension().is_some_and(|end| end == "md") && !file.ends_with("upgrade.md")
        }));
    }
    found
}

/// Paths from the repository's root in backticks, such as `xtask/src/main.rs`.
fn named(text: &str) -> impl Iterator<Item = &str> {
    text.lines()
        .flat_map(|line| line.split('`').skip(1).step_by(2))
        .filter(|code| {
            code.contains('/')
                && !code.starts_with(['/', '~', '.'])
                // What a build makes is not there before the first one.
                && !code.starts_with("target/")
                && code
                    .chars()
                    .all(|char| char.is_ascii_alphanumeric() || "/._-".contains(char))
                && ENDS.iter().any(|end| code.ends_with(end))
        })
}

/// Links to files, relative to the document.
fn linked(text: &str) -> impl Iterator<Item = &str> {
    text.split("](")
        .skip(1)
        .filter_map(|rest| rest.split(')').next())
        .filter(|link| !link.contains(':') && !link.starts_with('#'))
        .filter_map(|link| link.split('#').next())
}

#[test]
fn documents_name_files_that_exist() {
    let mut wrong = Vec::new();
    let mut count = 0;
    for document in documents() {
        let text = fs::read_to_string(&document).expect("a document");
        let folder = document.parent().expect("a folder");
        let paths = named(&text).map(|path| (path, checkout().join(path)));
        let links = linked(&text).map(|link| (link, folder.join(link)));
        for (name, path) in paths.chain(links) {
            count += 1;
            if !path.exists() {
                wrong.push(format!("{}: {name}", document.display()));
            }
        }
    }
    assert!(count > 100, "only {count} paths were found");
    assert!(
        wrong.is_empty(),
        "these files do not exist; write where they are now:\n{}",
        wrong.join("\n")
    );
}
