//! Which functions are moved, by their names.

/// Which functions belong to the rest, by their names.
///
/// A line that begins with `+` or `-` is a rule: a text that a name may hold, in which `*` stands for
/// anything. The last that it does hold decides: `+` moves the function, `-` lets it stay, as do names
/// without a rule. Other lines are for the reader.
#[derive(Debug)]
pub(crate) struct Rules(Vec<(bool, String)>);

impl Rules {
    pub(crate) fn read(text: &str) -> Self {
        let rule = |line: &str| match line.split_at_checked(2)? {
            ("+ ", text) => Some((true, text.to_owned())),
            ("- ", text) => Some((false, text.to_owned())),
            _ => None,
        };
        Self(text.lines().filter_map(rule).collect())
    }

    /// Whether a function is moved, by its name as wasm-bindgen leaves it: demangled, but with the
    /// hash of each crate.
    pub(super) fn moves(&self, name: &str) -> bool {
        let name = without_hashes(name);
        let rule = self.0.iter().rev().find(|(_, text)| holds(&name, text));
        rule.is_some_and(|(moves, _)| *moves)
    }
}

/// Whether a name holds a text; `*` in it stands for anything.
fn holds(name: &str, text: &str) -> bool {
    let mut left = Some(name);
    text.split('*').all(|part| {
        left = left
            .and_then(|left| left.split_once(part))
            .map(|(_, left)| left);
        left.is_some()
    })
}

/// `app[535f993244e14621]::pages` is `app::pages`.
fn without_hashes(name: &str) -> String {
    let mut plain = String::with_capacity(name.len());
    let mut left = name;
    while let Some((before, after)) = left.split_once('[') {
        plain.push_str(before);
        left = match after.split_once(']') {
            Some((hash, after))
                if hash.len() > 8 && hash.bytes().all(|byte| byte.is_ascii_hexdigit()) =>
            {
                after
            }
            _ => {
                plain.push('[');
                after
            }
        };
    }
    plain.push_str(left);
    plain
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_last_rule_that_fits_decides() {
        let rules = "+ app::pages\n- pages::overview\n+ overview::dialog\n- <*list*>::drop\n";
        let rules = Rules::read(rules);
        for (name, moves) in [
            ("app[0123456789abcdef]::pages::list", true),
            ("app[0123456789abcdef]::pages::overview", false),
            ("app[0123456789abcdef]::pages::overview::dialog", true),
            ("<app[0123456789abcdef]::pages::list::Row>::drop", false),
            ("<app[0123456789abcdef]::pages::drop>::list", true),
            ("core::fmt", false),
        ] {
            assert_eq!(rules.moves(name), moves, "{name}");
        }
    }

    #[test]
    fn only_the_hashes_of_crates_are_left_out_of_a_name() {
        assert_eq!(
            without_hashes("<[u8; 4] as core[8a1f2b3c4d5e6f70]::fmt>::fmt[1]"),
            "<[u8; 4] as core::fmt>::fmt[1]"
        );
    }
}
