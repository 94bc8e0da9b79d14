//! The modules of a crate, and which file imports which.

use std::collections::{BTreeMap, BTreeSet, HashMap, VecDeque};
use std::fs;
use std::path::{Path, PathBuf};

use crate::paths::{Import, imports, words_outside_of_imports};
use crate::tokens::tokens;

/// A module's path from the crate's root, which is empty.
pub(crate) type Module = Vec<String>;

/// Imports through imports, at most. A name that imports itself, such as a macro, ends here.
const HOPS: usize = 8;

#[derive(Debug)]
struct File {
    /// From the repository's root.
    path: String,
    /// The folder of a module: its own one if it has submodules, else the one that it stands in. `a.rs` and
    /// `a/mod.rs` are both in `a/`.
    folder: PathBuf,
    imports: Vec<Import>,
    /// Path of each name that the file imports.
    names: HashMap<String, Vec<String>>,
}

/// A place that imports another file.
#[derive(Clone, Debug)]
pub(crate) struct Place {
    pub(crate) line: usize,
    /// As written, with groups expanded.
    pub(crate) path: String,
}

/// All modules of a crate with files of their own.
#[derive(Debug)]
pub(crate) struct Crate {
    files: BTreeMap<Module, File>,
    /// The first place of each pair of importer and imported.
    pub(crate) edges: BTreeMap<Module, BTreeMap<Module, Place>>,
}

impl Crate {
    /// Reads the sources of the crate in the folder `name` of the repository.
    pub(crate) fn read(root: &Path, name: &str) -> Self {
        let source = root.join(name).join("src");
        let files = rust_files(&source).into_iter().filter_map(|path| {
            let text = fs::read_to_string(&path).expect("a source file");
            let path = path.strip_prefix(&source).expect("a path below");
            let path = path.to_str().expect("a path in UTF-8");
            // A program is a crate of its own, and tests may import all.
            let is_module = path != "main.rs" && !path.ends_with("tests.rs");
            is_module.then(|| (path.to_owned(), text))
        });
        let read = Self::new(&format!("{name}/src"), files);
        assert!(!read.edges.is_empty(), "no import was found in {name}");
        read
    }

    /// `files` are paths from `source` with their texts.
    pub(crate) fn new(source: &str, files: impl IntoIterator<Item = (String, String)>) -> Self {
        let texts: Vec<_> = files.into_iter().collect();
        let folders: BTreeSet<_> = texts
            .iter()
            .filter_map(|(path, _)| Path::new(path).parent())
            .collect();
        let files = texts.iter().map(|(path, text)| {
            let own = Path::new(path).with_extension("");
            let folder = if folders.contains(&*own) {
                own
            } else {
                own.parent().unwrap_or(Path::new("")).to_owned()
            };
            (
                module_of(path),
                file(format!("{source}/{path}"), folder, text),
            )
        });
        let mut made = Self {
            files: files.collect(),
            edges: BTreeMap::new(),
        };
        made.edges = made.edges();
        made
    }

    fn edges(&self) -> BTreeMap<Module, BTreeMap<Module, Place>> {
        let mut edges = BTreeMap::<_, BTreeMap<_, _>>::new();
        for (module, file) in &self.files {
            for import in &file.imports {
                let Some(target) = self.resolve(module, &import.path, 0) else {
                    continue;
                };
                if target != *module {
                    let place = Place {
                        line: import.line,
                        path: import.path.join("::"),
                    };
                    let targets = edges.entry(module.clone()).or_default();
                    targets.entry(target).or_insert(place);
                }
            }
        }
        edges
    }

    /// The module with the item that `path` in `module` names. None for other crates.
    fn resolve(&self, module: &Module, path: &[String], hops: usize) -> Option<Module> {
        let path = self.absolute(module, path, hops)?;
        let length = (0..=path.len())
            .rev()
            .find(|length| self.files.contains_key(&path[..*length]))?;
        let (found, rest) = path.split_at(length);
        let imported = rest.split_first().and_then(|(name, rest)| {
            let path = self.files[found].names.get(name)?;
            self.resolve(&found.to_vec(), &[path, rest].concat(), hops + 1)
        });
        Some(imported.unwrap_or_else(|| found.to_vec()))
    }

    /// `path` from the crate's root.
    fn absolute(&self, module: &Module, path: &[String], hops: usize) -> Option<Module> {
        let (first, rest) = path.split_first().filter(|_| hops < HOPS)?;
        match first.as_str() {
            "crate" => Some(rest.to_vec()),
            "self" => Some([module, rest].concat()),
            "super" => {
                let supers = path.iter().take_while(|word| *word == "super").count();
                let left = module.len().checked_sub(supers)?;
                Some([&module[..left], &path[supers..]].concat())
            }
            _ => {
                let child = [&module[..], path].concat();
                if self.files.contains_key(&child[..=module.len()]) {
                    return Some(child);
                }
                let imported = self.files[module].names.get(first)?;
                self.absolute(module, &[imported, rest].concat(), hops + 1)
            }
        }
    }

    pub(crate) fn path(&self, module: &Module) -> &str {
        &self.files[module].path
    }

    /// Names of the modules in the root.
    pub(crate) fn top_modules(&self) -> BTreeSet<&str> {
        let modules = self.files.keys();
        modules
            .filter_map(|module| module.first().map(String::as_str))
            .collect()
    }

    /// Takes the imports by the file `from` of files whose paths start with `to` out. Returns whether there were any.
    pub(crate) fn except(&mut self, from: &str, to: &str) -> bool {
        let files = &self.files;
        let mut count = 0;
        for (module, targets) in &mut self.edges {
            if files[module].path == from {
                count += targets.len();
                targets.retain(|target, _| !files[target].path.starts_with(to));
                count -= targets.len();
            }
        }
        count > 0
    }

    /// The shortest circle through each import between folders, one line for each import of it.
    pub(crate) fn circles_between_folders(&self) -> Vec<Vec<String>> {
        let mut seen = BTreeSet::new();
        let mut circles = Vec::new();
        for (from, targets) in &self.edges {
            for to in targets.keys() {
                if self.files[from].folder == self.files[to].folder {
                    continue;
                }
                let Some(way) = self.way(to, from) else {
                    continue;
                };
                if seen.insert(way.iter().cloned().collect::<BTreeSet<_>>()) {
                    let next = way.iter().cycle().skip(1);
                    let lines = way.iter().zip(next).map(|(from, to)| self.line(from, to));
                    circles.push(lines.collect());
                }
            }
        }
        circles
    }

    /// `from`, `to` and what is between, along the imports.
    fn way(&self, from: &Module, to: &Module) -> Option<Vec<Module>> {
        let mut before = BTreeMap::from([(from, None)]);
        let mut queue = VecDeque::from([from]);
        while let Some(module) = queue.pop_front() {
            if module == to {
                let steps = std::iter::successors(Some(module), |module| before[*module]);
                let mut way: Vec<_> = steps.cloned().collect();
                way.reverse();
                return Some(way);
            }
            for next in self.edges.get(module).into_iter().flat_map(BTreeMap::keys) {
                if !before.contains_key(next) {
                    before.insert(next, Some(module));
                    queue.push_back(next);
                }
            }
        }
        None
    }

    /// An import as `file:line imports file (path)`.
    pub(crate) fn line(&self, from: &Module, to: &Module) -> String {
        let Place { line, path } = &self.edges[from][to];
        let (from, to) = (self.path(from), self.path(to));
        format!("{from}:{line} imports {to} (`{path}`)")
    }
}

fn file(path: String, folder: PathBuf, text: &str) -> File {
    let tokens = tokens(text);
    let mut imports = imports(&tokens);
    let names = imports.iter().filter_map(|import| {
        let name = import.name.clone()?;
        Some((name, import.path.clone()))
    });
    let names = names.collect();
    // A name that a file only passes on is no import of it. Who uses the name imports the item itself.
    let used = words_outside_of_imports(&tokens);
    imports.retain(|import| {
        let name = import.name.as_deref();
        !import.is_public || name.is_none_or(|name| used.contains(name))
    });
    File {
        path,
        folder,
        imports,
        names,
    }
}

/// The module of a file, by its path from the source folder.
fn module_of(path: &str) -> Module {
    let path = path.trim_end_matches(".rs");
    let path = path.strip_suffix("/mod").unwrap_or(path);
    let words = path.split('/').filter(|word| *word != "lib");
    words.map(str::to_owned).collect()
}

fn rust_files(folder: &Path) -> Vec<PathBuf> {
    let entries = fs::read_dir(folder).expect("a source folder");
    let mut found = Vec::new();
    for entry in entries {
        let path = entry.expect("an entry").path();
        if path.is_dir() {
            found.extend(rust_files(&path));
        } else if path.extension().is_some_and(|end| end == "rs") {
            found.push(path);
        }
    }
    found
}

#[cfg(test)]
mod tests {
    use super::*;

    fn circles(files: &[(&str, &str)]) -> Vec<Vec<String>> {
        let files = files
            .iter()
            .map(|(path, text)| ((*path).to_owned(), (*text).to_owned()));
        Crate::new("x", files).circles_between_folders()
    }

    #[test]
    fn circle_names_files_and_lines() {
        let files = [
            ("a/b.rs", "use super::c::C;"),
            ("a/c.rs", "use crate::{\n  d::e as f,\n};"),
            ("d/e.rs", "fn g() { crate::a::b::h() }"),
        ];
        assert_eq!(
            circles(&files),
            [[
                "x/d/e.rs:1 imports x/a/b.rs (`crate::a::b::h`)",
                "x/a/b.rs:1 imports x/a/c.rs (`super::c::C`)",
                "x/a/c.rs:2 imports x/d/e.rs (`crate::d::e`)",
            ]]
        );
    }

    #[test]
    fn files_of_one_folder_may_be_a_circle() {
        let files = [
            ("a.rs", "use self::b::B;"),
            ("a/b.rs", "use super::c::C; use super::D;"),
            ("a/c.rs", "use super::b::B;"),
        ];
        assert!(circles(&files).is_empty());
    }

    #[test]
    fn imports_lead_through_passed_on_names() {
        let files = [
            ("lib.rs", "pub use a::b::B as C;"),
            ("a/mod.rs", "pub mod b;"),
            ("a/b.rs", "use crate::d::D;"),
            ("d/mod.rs", "use crate::C;"),
        ];
        assert_eq!(
            circles(&files),
            [[
                "x/d/mod.rs:1 imports x/a/b.rs (`crate::C`)",
                "x/a/b.rs:1 imports x/d/mod.rs (`crate::d::D`)",
            ]]
        );
    }

    #[test]
    fn folder_and_its_subfolder_may_not_be_a_circle() {
        let files = [
            ("a/mod.rs", "mod b; fn f() { b::c::g() }"),
            ("a/b/mod.rs", "pub mod c;"),
            ("a/b/c.rs", "use super::super::f;"),
        ];
        assert_eq!(circles(&files).len(), 1);
    }
}
