//! Rust source as tokens with lines: without comments, strings and test code.

/// One token and the line it starts in, from 1.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) struct Token<'a> {
    pub(crate) kind: Kind<'a>,
    pub(crate) line: usize,
}

/// What imports are made of. Numbers are words; nothing here reads them.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) enum Kind<'a> {
    Word(&'a str),
    /// `::`
    PathSeparator,
    Mark(char),
}

/// The tokens of a file without the items under `#[cfg(test)]`.
pub(crate) fn tokens(text: &str) -> Vec<Token<'_>> {
    without_tests(&all_tokens(text))
}

fn all_tokens(text: &str) -> Vec<Token<'_>> {
    let mut found = Vec::new();
    let mut rest = text;
    let mut line = 1;
    while let Some(first) = rest.chars().next() {
        let (length, kind) = first_token(rest, first);
        found.extend(kind.map(|kind| Token { kind, line }));
        line += rest[..length].matches('\n').count();
        rest = &rest[length..];
    }
    found
}

/// Length in bytes, and the token unless it is space, a comment or a literal in quotes.
fn first_token(rest: &str, first: char) -> (usize, Option<Kind<'_>>) {
    if rest.starts_with("//") {
        (rest.find('\n').unwrap_or(rest.len()), None)
    } else if rest.starts_with("/*") {
        (comment_length(rest), None)
    } else if let Some(length) = raw_string_length(rest) {
        (length, None)
    } else if first == '"' {
        (quoted_length(rest, '"'), None)
    } else if first == '\'' {
        (char_length(rest), None)
    } else if rest.starts_with("::") {
        (2, Some(Kind::PathSeparator))
    } else if is_word(first) {
        let word = rest.split(|char| !is_word(char)).next().unwrap_or(rest);
        (word.len(), Some(Kind::Word(word)))
    } else if first.is_whitespace() {
        (first.len_utf8(), None)
    } else {
        (first.len_utf8(), Some(Kind::Mark(first)))
    }
}

fn is_word(char: char) -> bool {
    char.is_alphanumeric() || char == '_'
}

/// Block comments nest.
fn comment_length(rest: &str) -> usize {
    let mut depth = 0;
    let mut at = 0;
    while at < rest.len() {
        let here = &rest.as_bytes()[at..];
        if here.starts_with(b"/*") {
            depth += 1;
            at += 2;
        } else if here.starts_with(b"*/") {
            depth -= 1;
            at += 2;
            if depth == 0 {
                return at;
            }
        } else {
            at += 1;
        }
    }
    rest.len()
}

/// `r"…"`, `br#"…"#` and so on.
fn raw_string_length(rest: &str) -> Option<usize> {
    let prefix = ["r", "br", "cr"].into_iter().find(|prefix| {
        rest.strip_prefix(prefix)
            .is_some_and(|rest| rest.trim_start_matches('#').starts_with('"'))
    })?;
    let opened = &rest[prefix.len()..];
    let hashes = opened.len() - opened.trim_start_matches('#').len();
    let start = prefix.len() + hashes + 1;
    let end = format!("\"{}", "#".repeat(hashes));
    let length = rest[start..].find(&end).map(|at| start + at + end.len());
    Some(length.unwrap_or(rest.len()))
}

fn quoted_length(rest: &str, quote: char) -> usize {
    let mut escaped = false;
    for (at, char) in rest.char_indices().skip(1) {
        if char == quote && !escaped {
            return at + 1;
        }
        escaped = char == '\\' && !escaped;
    }
    rest.len()
}

/// The length of a character's literal; of a lifetime only the quote.
fn char_length(rest: &str) -> usize {
    let mut chars = rest.chars().skip(1);
    let (content, after) = (chars.next(), chars.next());
    if content == Some('\\') || after == Some('\'') {
        quoted_length(rest, '\'')
    } else {
        1
    }
}

fn without_tests<'a>(tokens: &[Token<'a>]) -> Vec<Token<'a>> {
    const ATTRIBUTE: [Kind; 7] = [
        Kind::Mark('#'),
        Kind::Mark('['),
        Kind::Word("cfg"),
        Kind::Mark('('),
        Kind::Word("test"),
        Kind::Mark(')'),
        Kind::Mark(']'),
    ];
    let mut kept = Vec::new();
    let mut at = 0;
    while at < tokens.len() {
        let mut kinds = tokens[at..].iter().map(|token| token.kind);
        if ATTRIBUTE.iter().all(|kind| kinds.next() == Some(*kind)) {
            at += ATTRIBUTE.len();
            at += item_length(&tokens[at..]);
        } else {
            kept.push(tokens[at]);
            at += 1;
        }
    }
    kept
}

/// The tokens of the first item: to its semicolon, to the end of its block, or to the end of the block around it.
fn item_length(tokens: &[Token<'_>]) -> usize {
    let mut depth = 0;
    for (at, token) in tokens.iter().enumerate() {
        match token.kind {
            Kind::Mark('(' | '[' | '{') => depth += 1,
            Kind::Mark(')' | ']' | '}') if depth == 0 => return at,
            Kind::Mark(close @ (')' | ']' | '}')) => {
                depth -= 1;
                if depth == 0 && close == '}' {
                    return at + 1;
                }
            }
            Kind::Mark(';') if depth == 0 => return at + 1,
            _ => {}
        }
    }
    tokens.len()
}

#[test]
fn comments_strings_and_literals_are_no_tokens() {
    let text = r##"
        // use crate::a;
        /* use /* crate::b; */ */
        let a = "use \" crate::c;"; let b = r#"use " crate::d;"#;
        let c = ('"', b'"', '\'', "é"); fn f<'a>(x: &'a str) {}
    "##;
    let words: Vec<_> = tokens(text)
        .iter()
        .filter_map(|token| match token.kind {
            Kind::Word(word) => Some((word, token.line)),
            _ => None,
        })
        .collect();
    let expected = "let a let b let c b fn f a x a str".split(' ');
    let lines = [4, 4, 4, 4, 5, 5, 5, 5, 5, 5, 5, 5, 5];
    assert_eq!(words, expected.zip(lines).collect::<Vec<_>>());
}

#[test]
fn test_code_is_skipped() {
    let text = "
        #[cfg(test)]
        mod tests;
        #[cfg(test)]
        #[rustfmt::skip]
        mod more { use super::*; fn f() { g() } }
        struct S;
        impl S { #[cfg(test)] fn f(a: [u8; 2]) -> u8 { a[0] } }
    ";
    let words: Vec<_> = tokens(text)
        .iter()
        .filter_map(|token| match token.kind {
            Kind::Word(word) => Some(word),
            _ => None,
        })
        .collect();
    assert_eq!(words, ["struct", "S", "impl", "S"]);
}
