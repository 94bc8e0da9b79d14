//! The tokens of JSON: words, numbers, strings.

use std::borrow::Cow;

use super::Malformed;
use super::number::{self, Number};

/// A text and the position in it.
pub(super) struct Reader<'de> {
    pub(super) text: &'de str,
    pub(super) at: usize,
    /// How many further levels of nesting are allowed.
    pub(super) depth: u32,
}

impl<'de> Reader<'de> {
    /// The next byte that is no space; 0 at the end, which is nowhere else in JSON.
    pub(super) fn next(&mut self) -> u8 {
        let bytes = self.text.as_bytes();
        while matches!(bytes.get(self.at), Some(b' ' | b'\n' | b'\r' | b'\t')) {
            self.at += 1;
        }
        bytes.get(self.at).copied().unwrap_or(0)
    }

    pub(super) fn expect(&mut self, byte: u8) -> Result<(), Malformed> {
        if self.next() != byte {
            return Err(Malformed);
        }
        self.at += 1;
        Ok(())
    }

    pub(super) fn word(&mut self, word: &str) -> Result<(), Malformed> {
        if !self.text[self.at..].starts_with(word) {
            return Err(Malformed);
        }
        self.at += word.len();
        Ok(())
    }

    pub(super) fn number(&mut self) -> Result<Number, Malformed> {
        let (number, length) = number::leading(&self.text[self.at..])?;
        self.at += length;
        Ok(number)
    }

    pub(super) fn string(&mut self) -> Result<Cow<'de, str>, Malformed> {
        self.expect(b'"')?;
        let mut start = self.at;
        let mut unescaped = String::new();
        loop {
            match self.text.as_bytes().get(self.at) {
                Some(b'"') => {
                    let rest = &self.text[start..self.at];
                    self.at += 1;
                    if unescaped.is_empty() {
                        return Ok(Cow::Borrowed(rest));
                    }
                    unescaped.push_str(rest);
                    return Ok(Cow::Owned(unescaped));
                }
                Some(b'\\') => {
                    unescaped.push_str(&self.text[start..self.at]);
                    self.at += 1;
                    unescaped.push(self.escaped()?);
                    start = self.at;
                }
                None | Some(..b' ') => return Err(Malformed),
                Some(_) => self.at += 1,
            }
        }
    }

    /// The character that stands behind a backslash.
    fn escaped(&mut self) -> Result<char, Malformed> {
        let letter = self.text.as_bytes().get(self.at).ok_or(Malformed)?;
        self.at += 1;
        Ok(match letter {
            b'"' => '"',
            b'\\' => '\\',
            b'/' => '/',
            b'b' => '\u{8}',
            b'f' => '\u{c}',
            b'n' => '\n',
            b'r' => '\r',
            b't' => '\t',
            b'u' => {
                let unit = self.unit()?;
                // Beyond the first 65,536 characters it takes two.
                if (0xd800..0xdc00).contains(&unit) {
                    self.word("\\u")?;
                    let low = self.unit()?.checked_sub(0xdc00).filter(|&low| low < 0x400);
                    let code = 0x1_0000 + ((unit - 0xd800) << 10) + low.ok_or(Malformed)?;
                    char::from_u32(code).ok_or(Malformed)?
                } else {
                    char::from_u32(unit).ok_or(Malformed)?
                }
            }
            _ => return Err(Malformed),
        })
    }

    /// Four hexadecimal digits.
    fn unit(&mut self) -> Result<u32, Malformed> {
        let digits = self
            .text
            .as_bytes()
            .get(self.at..self.at + 4)
            .ok_or(Malformed)?;
        self.at += 4;
        digits.iter().try_fold(0, |unit, &digit| {
            Ok(unit << 4 | char::from(digit).to_digit(16).ok_or(Malformed)?)
        })
    }

    /// Reads a nested value.
    pub(super) fn within<T>(
        &mut self,
        read: impl FnOnce(&mut Self) -> Result<T, Malformed>,
    ) -> Result<T, Malformed> {
        self.depth = self.depth.checked_sub(1).ok_or(Malformed)?;
        let value = read(self)?;
        self.depth += 1;
        Ok(value)
    }
}
