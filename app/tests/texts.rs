//! No text outside the catalog: what a viewer reads is written in `i18n` alone.
//!
//! The sources are read as tokens. In a `view!` no letter may stand in a child, nor in an attribute
//! that is read to somebody; elsewhere no string may read like words.

use std::fs;
use std::path::{Path, PathBuf};
use std::str::FromStr;

use proc_macro2::{Delimiter, Literal, TokenStream, TokenTree};

/// Attributes that are shown or read aloud.
const READ_OUT: [&str; 7] = [
    "alt",
    "aria-description",
    "aria-label",
    "aria-roledescription",
    "label",
    "placeholder",
    "title",
];

/// Macros whose words are for developers and operators.
const NOT_FOR_VIEWERS: [&str; 10] = [
    "assert",
    "assert_eq",
    "debug",
    "debug_assert",
    "error",
    "info",
    "panic",
    "trace",
    "unreachable",
    "warn",
];

/// Names of keys, as the browser's events have them.
const KEYS: [&str; 4] = ["End", "Enter", "Escape", "Home"];

/// Languages in themselves: the same in every catalog.
const LANGUAGES: [&str; 2] = ["English", "简体中文"];

/// What is written for machines alone: JSON, and headers of HTTP.
const FOR_MACHINES: [&str; 2] = ["json", "server_fns/fetch.rs"];

/// Words that stand in no name, path or list of classes.
const OF_SENTENCES: [&str; 16] = [
    "a", "an", "and", "are", "at", "by", "for", "in", "is", "no", "not", "of", "or", "the", "to",
    "with",
];

/// Whether a string reads like words rather than a name, a path, a class or a pattern: Chinese, a
/// capitalised word, or several of which one has a capital or makes sentences.
fn reads_like_words(text: &str) -> bool {
    let is_word = |word: &&str| word.chars().all(|c| c.is_alphabetic() || "’-".contains(c));
    let is_capitalised = |word: &str| {
        let mut letters = word.chars();
        letters.next().is_some_and(char::is_uppercase)
            && word.chars().count() > 2
            && letters.all(char::is_lowercase)
    };
    if LANGUAGES.contains(&text) || text.starts_with("import ") {
        // The latter is a snippet of a program, to be copied.
        return false;
    }
    let words: Vec<_> = text
        .split(' ')
        .map(|word| word.trim_matches([',', '.', ':', ';', '!', '?']))
        .filter(|word| !word.is_empty())
        .filter(is_word)
        .collect();
    let is_chinese = text.chars().any(|c| ('\u{3400}'..'\u{a000}').contains(&c));
    let is_sentence = words.len() > 1
        && words
            .iter()
            .any(|word| is_capitalised(word) || OF_SENTENCES.contains(word));
    is_chinese || is_sentence || (is_capitalised(text) && !KEYS.contains(&text))
}

/// The text of a string literal, nearly: escapes stay as they are written.
fn text_of(literal: &Literal) -> Option<String> {
    let written = literal.to_string();
    let begin = written.find('"')?;
    if !matches!(written[..begin].trim_end_matches('#'), "" | "r") {
        // Bytes are read by nobody.
        return None;
    }
    let end = written.rfind('"')?;
    Some(written[begin + 1..end].to_owned())
}

/// What stands in a file and should not, with its line.
#[derive(Default)]
struct Findings(Vec<String>);

impl Findings {
    fn note(&mut self, token: &TokenTree, text: &str) {
        let line = token.span().start().line;
        self.0.push(format!("{line}: {text}"));
    }

    /// Code outside of views.
    fn code(&mut self, tokens: TokenStream) {
        let tokens: Vec<_> = tokens.into_iter().collect();
        let mut at = 0;
        while at < tokens.len() {
            at += match &tokens[at..] {
                // An attribute, and what is only there for tests.
                [
                    TokenTree::Punct(hash),
                    TokenTree::Group(attribute),
                    rest @ ..,
                ] if hash.as_char() == '#' && attribute.delimiter() == Delimiter::Bracket => {
                    let attribute = attribute.stream().to_string().replace(' ', "");
                    2 + if attribute == "cfg(test)" {
                        item(rest)
                    } else {
                        0
                    }
                }
                // A module's own docs and attributes.
                [
                    TokenTree::Punct(hash),
                    TokenTree::Punct(bang),
                    TokenTree::Group(_),
                    ..,
                ] if hash.as_char() == '#' && bang.as_char() == '!' => 3,
                [
                    TokenTree::Ident(name),
                    TokenTree::Punct(bang),
                    TokenTree::Group(group),
                    ..,
                ] if bang.as_char() == '!' => {
                    let name = name.to_string();
                    if name == "view" {
                        self.view(group.stream());
                    } else if !NOT_FOR_VIEWERS.contains(&&*name) {
                        self.code(group.stream());
                    }
                    3
                }
                [TokenTree::Ident(name), TokenTree::Group(_), ..] if name == "expect" => 2,
                [TokenTree::Group(group), ..] => {
                    self.code(group.stream());
                    1
                }
                [token @ TokenTree::Literal(literal), ..] => {
                    if let Some(text) = text_of(literal).filter(|text| reads_like_words(text)) {
                        self.note(token, &text);
                    }
                    1
                }
                _ => 1,
            };
        }
    }

    /// Elements and what is in them.
    fn view(&mut self, tokens: TokenStream) {
        let tokens: Vec<_> = tokens.into_iter().collect();
        for (at, token) in tokens.iter().enumerate() {
            match token {
                TokenTree::Group(group) => self.code(group.stream()),
                TokenTree::Literal(literal) => {
                    let text = text_of(literal).unwrap_or_default();
                    let attribute = attribute_of(&tokens[..at]);
                    let is_read = attribute.is_none_or(|name| READ_OUT.contains(&&*name));
                    if is_read && text.contains(char::is_alphabetic) {
                        self.note(token, &text);
                    }
                }
                // `<b>Words</b>`: a word right behind a tag.
                TokenTree::Ident(word) => {
                    if let [.., before, TokenTree::Punct(end)] = &tokens[..at]
                        && end.as_char() == '>'
                        && !matches!(before, TokenTree::Punct(p) if "-=".contains(p.as_char()))
                    {
                        self.note(token, &word.to_string());
                    }
                }
                TokenTree::Punct(_) => (),
            }
        }
    }
}

/// The name in front of `= "…"`: `class`, `aria-label`, `on:click`.
fn attribute_of(before: &[TokenTree]) -> Option<String> {
    let [rest @ .., TokenTree::Punct(equals)] = before else {
        return None;
    };
    if equals.as_char() != '=' {
        return None;
    }
    let mut name = Vec::new();
    let mut wants_word = true;
    for token in rest.iter().rev() {
        match token {
            TokenTree::Ident(word) if wants_word => name.push(word.to_string()),
            TokenTree::Punct(p) if !wants_word && "-:".contains(p.as_char()) => {
                name.push(p.as_char().to_string());
            }
            _ => break,
        }
        wants_word = !wants_word;
    }
    name.reverse();
    Some(name.concat())
}

/// The length of the item at the front: up to its body or its semicolon.
fn item(tokens: &[TokenTree]) -> usize {
    let is_end = |token: &TokenTree| match token {
        TokenTree::Group(group) => group.delimiter() == Delimiter::Brace,
        TokenTree::Punct(p) => p.as_char() == ';',
        _ => false,
    };
    tokens.iter().position(is_end).map_or(0, |end| end + 1)
}

fn found(source: &str) -> Vec<String> {
    let mut findings = Findings::default();
    findings.code(TokenStream::from_str(source).expect("sources are Rust"));
    findings.0
}

fn sources(folder: &Path, to: &mut Vec<PathBuf>) {
    for entry in fs::read_dir(folder).expect("the folder is there") {
        let path = entry.expect("the folder can be read").path();
        if path.is_dir() {
            sources(&path, to);
        } else if path.extension().is_some_and(|end| end == "rs") {
            to.push(path);
        }
    }
}

#[test]
fn every_text_is_in_the_catalog() {
    let root = test_fixtures::checkout().join("app/src");
    let mut files = Vec::new();
    sources(&root, &mut files);
    files.retain(|file| !file.starts_with(root.join("i18n")));
    files.retain(|file| {
        !FOR_MACHINES
            .iter()
            .any(|path| file.starts_with(root.join(path)))
    });
    assert!(files.len() > 50, "{} files are too few", files.len());
    let mut all = Vec::new();
    for file in files {
        let source = fs::read_to_string(&file).expect("sources can be read");
        let name = file.strip_prefix(&root).unwrap_or(&file).display();
        let found = found(&source).into_iter();
        all.extend(found.map(|found| format!("{name}:{found}")));
    }
    assert!(
        all.is_empty(),
        "texts outside the catalog:\n{}",
        all.join("\n")
    );
}

#[test]
fn texts_in_components_are_found() {
    for source in [
        r#"fn a() { view! { <b>"Queues"</b> } }"#,
        r"fn a() { view! { <b>Queues</b> } }",
        r#"fn a() { view! { <i title="Queues" /> } }"#,
        r#"fn a() { view! { <i aria-label="queues" class="x" /> } }"#,
        r#"fn a() { view! { <i>{some.then(|| view! { "of" })}</i> } }"#,
        r#"fn a() { let text = format!("{n} of {all} queues shown"); }"#,
        r#"fn a() { let text = "Queues"; }"#,
        r#"fn a() { let text = "队列"; }"#,
    ] {
        assert_eq!(found(source).len(), 1, "{source}");
    }
}

#[test]
fn names_and_marks_are_no_texts() {
    for source in [
        r#"fn a() { view! { <b class="pill good">" · "{texts.queues}</b> } }"#,
        r#"fn a() { view! { <button type="button" on:click=move |_| a() /> } }"#,
        "//! The search, in words.\nfn a() {}",
        r#"#[server(prefix = "/fn", endpoint = "Queues")] fn a() {}"#,
        r#"#[cfg(test)] mod tests { fn a() { let text = "Some words here."; } }"#,
        r#"fn a() { tracing::debug!(%error, "no events for the charts"); }"#,
        r#"fn a() { let path = "M9.5 15C7 9 7.2 3.5 9.5 2.5"; }"#,
    ] {
        assert_eq!(found(source), [""; 0], "{source}");
    }
}
