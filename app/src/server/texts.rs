//! The texts of the languages that the bundle does not hold, as files for the browser.

use std::hash::{DefaultHasher, Hash, Hasher};
use std::sync::LazyLock;

use crate::i18n::{CatalogField, Language, ZH};

/// The texts of a language.
#[derive(Debug)]
pub struct File {
    /// Beside the bundle: `texts-zh-CN-<hash>.txt`. The hash is of the content, so that it may be
    /// kept for ever.
    pub name: String,
    /// A text a line, in the catalog's order, and a line's end behind the last.
    pub body: String,
}

static CHINESE: LazyLock<File> = LazyLock::new(|| {
    let mut lines = Vec::new();
    ZH.write(&mut lines);
    let body = lines.join("\n") + "\n";
    let mut hasher = DefaultHasher::new();
    body.hash(&mut hasher);
    let name = format!(
        "texts-{}-{:016x}.txt",
        Language::Chinese.tag(),
        hasher.finish()
    );
    File { name, body }
});

/// The file with a language's texts; none for those in the bundle itself.
pub fn file(language: Language) -> Option<&'static File> {
    match language {
        Language::English => None,
        Language::Chinese => Some(&*CHINESE),
    }
}

/// Every file.
pub fn files() -> impl Iterator<Item = &'static File> {
    Language::ALL.into_iter().filter_map(file)
}
