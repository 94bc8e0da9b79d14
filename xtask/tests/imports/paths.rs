//! The paths that a file names: in `use`, and in its code.

use std::collections::HashSet;

use crate::tokens::{Kind, Token};

/// A path that may lead to another module of the crate.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Import {
    /// `crate`, `self` and `super` included.
    pub(crate) path: Vec<String>,
    /// What the path is named in this file: its last segment or its alias. None for paths in code and `*`.
    pub(crate) name: Option<String>,
    /// `pub use` or `pub(…) use`.
    pub(crate) is_public: bool,
    pub(crate) line: usize,
}

/// All imports of a file, and all paths of two segments or more in its code.
pub(crate) fn imports(tokens: &[Token<'_>]) -> Vec<Import> {
    let mut found = Vec::new();
    // Depths of braces at which modules within the file start.
    let mut inner_modules = Vec::new();
    let mut depth = 0;
    let mut at = 0;
    while at < tokens.len() {
        let first = found.len();
        match tokens[at].kind {
            Kind::Mark('{') => {
                if at >= 2 && tokens[at - 2].kind == Kind::Word("mod") {
                    inner_modules.push(depth);
                }
                depth += 1;
                at += 1;
            }
            Kind::Mark('}') => {
                depth -= 1;
                inner_modules.pop_if(|start| *start == depth);
                at += 1;
            }
            Kind::Word("use") if is_import(&tokens[at..]) => {
                let is_public = is_public(&tokens[..at]);
                at += 1;
                use_tree(tokens, &mut at, &[], is_public, &mut found);
            }
            Kind::Word(_) => {
                let path = code_path(tokens, at);
                if path.len() > 1 {
                    found.push(Import {
                        path: path.iter().map(|word| (*word).to_owned()).collect(),
                        name: None,
                        is_public: false,
                        line: tokens[at].line,
                    });
                }
                at += 2 * path.len().max(1) - 1;
            }
            _ => at += 1,
        }
        for import in &mut found[first..] {
            leave_inner_modules(&mut import.path, inner_modules.len());
        }
    }
    found
}

/// The words of a file's code, without those in `use …;` and the names in `mod …`.
pub(crate) fn words_outside_of_imports<'a>(tokens: &[Token<'a>]) -> HashSet<&'a str> {
    let mut words = HashSet::new();
    let mut is_in_use = false;
    let mut before = None;
    for (at, token) in tokens.iter().enumerate() {
        match token.kind {
            Kind::Word("use") => is_in_use = is_import(&tokens[at..]),
            Kind::Mark(';') => is_in_use = false,
            Kind::Word(word) if !is_in_use && before != Some(Kind::Word("mod")) => {
                words.insert(word);
            }
            _ => {}
        }
        before = Some(token.kind);
    }
    words
}

/// Whether `use` at the start is an import. `impl Trait + use<'a>` is none.
fn is_import(tokens: &[Token<'_>]) -> bool {
    tokens.get(1).map(|next| next.kind) != Some(Kind::Mark('<'))
}

/// Whether `pub` or `pub(…)` is last.
fn is_public(before: &[Token<'_>]) -> bool {
    let mut before = before.iter().rev().map(|token| token.kind);
    match before.next() {
        Some(Kind::Word("pub")) => true,
        Some(Kind::Mark(')')) => {
            before.find(|kind| *kind == Kind::Mark('('));
            before.next() == Some(Kind::Word("pub"))
        }
        _ => false,
    }
}

/// Reads one tree of a `use` from `at`, to the comma, brace or semicolon behind it.
fn use_tree(
    tokens: &[Token<'_>],
    at: &mut usize,
    prefix: &[String],
    is_public: bool,
    found: &mut Vec<Import>,
) {
    let mut path = prefix.to_vec();
    let mut alias = None;
    let mut is_glob = false;
    let start = *at;
    let line = tokens.get(*at).map_or(0, |token| token.line);
    while let Some(token) = tokens.get(*at) {
        match token.kind {
            Kind::Word("as") => {
                *at += 1;
                if let Some(Kind::Word(word)) = tokens.get(*at).map(|token| token.kind) {
                    alias = Some(word.to_owned());
                }
            }
            // `{self}` behind a path means the path.
            Kind::Word("self") if !path.is_empty() => {}
            Kind::Word(word) => path.push(word.to_owned()),
            Kind::PathSeparator => {}
            Kind::Mark('*') => is_glob = true,
            Kind::Mark('{') => {
                while tokens
                    .get(*at)
                    .is_some_and(|token| token.kind != Kind::Mark('}'))
                {
                    *at += 1;
                    use_tree(tokens, at, &path, is_public, found);
                }
                *at += 1;
                return;
            }
            Kind::Mark(_) => break,
        }
        *at += 1;
    }
    // A comma before the closing brace leaves an empty tree.
    if *at > start {
        let name = alias.or_else(|| path.last().cloned()).filter(|_| !is_glob);
        found.push(Import {
            path,
            name,
            is_public,
            line,
        });
    }
}

/// The words of a path that starts at `at`. What follows `>::`, `.` or `pub(in` is none.
fn code_path<'a>(tokens: &[Token<'a>], at: usize) -> Vec<&'a str> {
    let mut path = Vec::new();
    let mut before = tokens[..at].iter().rev().map(|token| token.kind);
    match (before.next(), before.next()) {
        (Some(Kind::PathSeparator | Kind::Mark('.')), _)
        | (Some(Kind::Word("in")), Some(Kind::Mark('('))) => return path,
        _ => {}
    }
    let mut rest = tokens[at..].iter().map(|token| token.kind);
    while let Some(Kind::Word(word)) = rest.next() {
        path.push(word);
        if rest.next() != Some(Kind::PathSeparator) {
            break;
        }
    }
    path
}

/// Makes a path relative to the file's module if it is in `count` modules within the file.
fn leave_inner_modules(path: &mut Vec<String>, count: usize) {
    let supers = path.iter().take_while(|word| *word == "super").count();
    let left = supers.min(count);
    path.drain(..left);
    if left > 0 && left == supers {
        path.insert(0, "self".to_owned());
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::tokens::tokens;

    /// `line path as name`, with `pub` before public ones.
    fn read(text: &str) -> Vec<String> {
        let found = imports(&tokens(text));
        let texts = found.iter().map(|import| {
            let public = if import.is_public { "pub " } else { "" };
            let name = import.name.as_deref().unwrap_or("-");
            format!(
                "{public}{} {} as {name}",
                import.line,
                import.path.join("::")
            )
        });
        texts.collect()
    }

    #[test]
    fn grouped_uses_are_expanded() {
        assert_eq!(
            read("use crate::{a, b::{c, d::*},\n  e::{self, f},\n};\nuse super::g;"),
            [
                "1 crate::a as a",
                "1 crate::b::c as c",
                "1 crate::b::d as -",
                "2 crate::e as e",
                "2 crate::e::f as f",
                "4 super::g as g",
            ]
        );
    }

    #[test]
    fn aliases_name_their_path() {
        assert_eq!(
            read("use crate::a::B as C; use crate::d::{self as e};"),
            ["1 crate::a::B as C", "1 crate::d as e"]
        );
    }

    #[test]
    fn public_uses_are_public() {
        assert_eq!(
            read("pub use self::a::B; pub(in crate::c) use d::E; pub fn f(x: X) { use crate::G; }"),
            [
                "pub 1 self::a::B as B",
                "pub 1 d::E as E",
                "1 crate::G as G",
            ]
        );
    }

    #[test]
    fn words_of_imports_are_no_use_of_them() {
        let tokens = tokens("mod a; pub use a::a; use b; fn f(g: impl use<'_>) -> b { g }");
        let mut words: Vec<_> = words_outside_of_imports(&tokens).into_iter().collect();
        words.sort_unstable();
        assert_eq!(words, ["_", "b", "f", "fn", "g", "impl", "mod", "pub"]);
    }

    #[test]
    fn code_names_paths() {
        assert_eq!(
            read("fn f() -> impl A + use<'_> { $crate::a::b!(x); c::D::<E>::new(g.h, i) }"),
            ["1 crate::a::b as -", "1 c::D as -"]
        );
    }

    #[test]
    fn paths_in_inner_modules_are_relative_to_the_file() {
        assert_eq!(
            read("mod a { use super::b; use super::super::c; } use super::d;"),
            ["1 self::b as b", "1 super::c as c", "1 super::d as d"]
        );
    }
}
