//! Whether files are the same as last time, by their content.

use std::{
    fs,
    hash::{DefaultHasher, Hash, Hasher},
    path::{Path, PathBuf},
};

use crate::Error;

/// A hash of the names and contents of all files in `paths` (files or folders, relative to `root`),
/// and of `also`.
pub(crate) fn compute(root: &Path, paths: &[&str], also: &[&str]) -> Result<u64, Error> {
    let mut files = Vec::new();
    for path in paths {
        collect(&root.join(path), &mut files)?;
    }
    files.sort();
    let mut hasher = DefaultHasher::new();
    also.hash(&mut hasher);
    for file in files {
        file.strip_prefix(root).unwrap_or(&file).hash(&mut hasher);
        fs::read(&file)
            .map_err(Error::file("read", &file))?
            .hash(&mut hasher);
    }
    Ok(hasher.finish())
}

fn collect(path: &Path, files: &mut Vec<PathBuf>) -> Result<(), Error> {
    if !path.is_dir() {
        files.push(path.to_owned());
        return Ok(());
    }
    for entry in fs::read_dir(path).map_err(Error::file("read", path))? {
        collect(&entry.map_err(Error::file("read", path))?.path(), files)?;
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    struct Folder(PathBuf);

    impl Folder {
        fn new(name: &str) -> Self {
            let path = std::env::temp_dir().join(format!("{name}-{}", std::process::id()));
            fs::create_dir_all(path.join("src")).expect("created");
            Self(path)
        }

        fn write(&self, name: &str, text: &str) {
            fs::write(self.0.join("src").join(name), text).expect("written");
        }

        fn fingerprint(&self) -> u64 {
            compute(&self.0, &["src"], &["1.95"]).expect("readable")
        }
    }

    impl Drop for Folder {
        fn drop(&mut self) {
            fs::remove_dir_all(&self.0).expect("removed");
        }
    }

    #[test]
    fn a_file_written_again_with_the_same_text_changes_nothing() {
        let folder = Folder::new("fingerprint-same");
        folder.write("a", "one");
        let before = folder.fingerprint();
        folder.write("a", "one");
        assert_eq!(folder.fingerprint(), before);
    }

    #[test]
    fn a_changed_file_counts() {
        let folder = Folder::new("fingerprint-changed");
        folder.write("a", "one");
        let before = folder.fingerprint();
        folder.write("a", "two");
        assert_ne!(folder.fingerprint(), before);
    }

    #[test]
    fn a_renamed_file_counts() {
        let folder = Folder::new("fingerprint-renamed");
        folder.write("a", "one");
        let before = folder.fingerprint();
        fs::rename(folder.0.join("src/a"), folder.0.join("src/b")).expect("renamed");
        assert_ne!(folder.fingerprint(), before);
    }
}
