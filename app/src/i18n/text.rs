//! What a catalog is made of, and how it travels to the browser: as lines, in the order of its
//! fields.

use std::fmt::Display;

/// A text without values.
pub type Text = &'static str;

/// A text with `N` values in it, which stand in it as `{0}`, `{1}` and so on.
#[derive(Clone, Copy, Debug)]
pub struct Template<const N: usize>(Text);

/// A text about a number of things, which stands in it as `{0}`.
#[derive(Clone, Copy, Debug)]
pub struct Plural {
    /// For one thing.
    one: Text,
    /// For none and for several.
    other: Text,
}

/// A text with values. What it names and what it is given are held against each other by the
/// compiler.
///
/// # Panics
/// Where it does not name each of the values, or another.
pub const fn template<const N: usize>(text: Text) -> Template<N> {
    let bytes = text.as_bytes();
    let mut named = [false; N];
    let mut at = 0;
    while at < bytes.len() {
        if bytes[at] == b'{' {
            assert!(
                at + 2 < bytes.len() && bytes[at + 2] == b'}',
                "a place for a value is `{{0}}`"
            );
            let index = bytes[at + 1].wrapping_sub(b'0') as usize;
            assert!(index < N, "a place without a value");
            named[index] = true;
        }
        at += 1;
    }
    let mut index = 0;
    while index < N {
        assert!(named[index], "a value without a place");
        index += 1;
    }
    Template(text)
}

/// A text about a number of things: of one, and of none or several.
///
/// # Panics
/// Where the number stands in neither, or something else does.
pub const fn plural(one: Text, other: Text) -> Plural {
    Plural {
        one: template::<1>(one).0,
        other: template::<1>(other).0,
    }
}

impl<const N: usize> Template<N> {
    /// The text with its values.
    pub fn fill(&self, values: [&dyn Display; N]) -> String {
        fill(self.0, &values)
    }
}

impl Plural {
    /// The text for a number.
    pub fn fill(&self, count: usize) -> String {
        let text = if count == 1 { self.one } else { self.other };
        fill(text, &[&crate::format::count(count as f64)])
    }
}

fn fill(text: &str, values: &[&dyn Display]) -> String {
    let mut parts = text.split('{');
    let mut filled = parts.next().unwrap_or_default().to_owned();
    for part in parts {
        let index = part.bytes().next().unwrap_or_default().wrapping_sub(b'0');
        if let Some(value) = values.get(usize::from(index)) {
            filled.push_str(&value.to_string());
        }
        filled.push_str(part.get(2..).unwrap_or_default());
    }
    filled
}

/// The lines of a catalog that came to the browser.
pub type Lines = std::str::Split<'static, char>;

/// Something that a catalog holds: one or several lines of its file.
pub trait CatalogField: Sized {
    /// Hands on its lines.
    fn write(&self, to: &mut Vec<Text>);
    /// Takes as many lines.
    fn read(from: &mut Lines) -> Self;
}

impl CatalogField for Text {
    fn write(&self, to: &mut Vec<Text>) {
        to.push(self);
    }

    // Hundreds of fields call this: written out at each it would be kilobytes.
    #[inline(never)]
    fn read(from: &mut Lines) -> Self {
        from.next().unwrap_or_default()
    }
}

impl<const N: usize> CatalogField for Template<N> {
    fn write(&self, to: &mut Vec<Text>) {
        self.0.write(to);
    }

    fn read(from: &mut Lines) -> Self {
        Self(Text::read(from))
    }
}

impl CatalogField for Plural {
    fn write(&self, to: &mut Vec<Text>) {
        self.one.write(to);
        self.other.write(to);
    }

    fn read(from: &mut Lines) -> Self {
        Self {
            one: Text::read(from),
            other: Text::read(from),
        }
    }
}

impl<T: CatalogField, const N: usize> CatalogField for [T; N] {
    fn write(&self, to: &mut Vec<Text>) {
        for field in self {
            field.write(to);
        }
    }

    fn read(from: &mut Lines) -> Self {
        std::array::from_fn(|_| T::read(from))
    }
}

/// A struct of texts, every field of it public. Its fields must be the same on the server and in
/// the browser: none of them behind a feature.
macro_rules! texts {
    (
        $(#[$meta:meta])*
        pub struct $name:ident {
            $( $(#[$about:meta])* $field:ident: $kind:ty, )*
        }
    ) => {
        $(#[$meta])*
        #[allow(missing_docs, reason = "a field's English text says what it is")]
        pub struct $name {
            $( $(#[$about])* pub $field: $kind, )*
        }

        impl $crate::i18n::text::CatalogField for $name {
            fn write(&self, to: &mut Vec<$crate::i18n::Text>) {
                $( self.$field.write(to); )*
            }

            fn read(from: &mut $crate::i18n::text::Lines) -> Self {
                Self { $( $field: $crate::i18n::text::CatalogField::read(from), )* }
            }
        }
    };
}
pub(super) use texts;

#[cfg(test)]
mod tests {
    use super::*;
    #[cfg(target_arch = "wasm32")]
    use wasm_bindgen_test::wasm_bindgen_test as test;

    #[test]
    fn values_are_placed_by_the_language() {
        let text: Template<2> = template("{1} of {0}, {1}!");
        assert_eq!(text.fill([&"a", &2]), "2 of a, 2!");
        let hostile: Template<1> = template("“{0}”");
        assert_eq!(hostile.fill([&"{0}{"]), "“{0}{”");
    }

    #[test]
    fn one_has_a_form_of_its_own() {
        let nodes = plural("{0} node", "{0} nodes");
        assert_eq!(
            [0, 1, 2, 1000].map(|count| nodes.fill(count)),
            ["0 nodes", "1 node", "2 nodes", "1,000 nodes"]
        );
    }

    #[test]
    fn catalog_survives_the_transfer_to_the_browser() {
        let mut lines = Vec::new();
        crate::i18n::EN.write(&mut lines);
        assert!(lines.iter().all(|line| !line.contains('\n')));
        let file: &'static str = String::leak(lines.join("\n"));
        let mut read = file.split('\n');
        let there = crate::i18n::Catalog::read(&mut read);
        assert_eq!(read.next(), None, "nothing is left over");
        let mut back = Vec::new();
        there.write(&mut back);
        assert_eq!(back, lines);
    }
}
