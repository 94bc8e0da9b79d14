//! The browser's bundle: where it is, what its files are called, how long they may be kept.

use std::future::ready;
use std::path::{Path, PathBuf};
use std::{env, fs, io};

use app::server::{Bundle, texts};
use axum::Router;
use axum::extract::Request;
use axum::middleware::{self, Next};
use axum::response::Response;
use axum::routing::get;
use http::header::{CACHE_CONTROL, CONTENT_TYPE};
use http::{HeaderValue, StatusCode};
use tower_http::services::ServeDir;

use super::embed::{self, EmbedBundle};

/// The folder that Trunk writes.
const FOLDER: &str = "dist";
/// In it, what panels in other people's pages load.
pub(crate) const EMBED: &str = "embed";
/// What a module's name ends in.
const MODULE: &str = "_bg.wasm";
/// What of the bundle's own path is for them: that folder, and the languages.
const FOR_OTHERS: [&str; 2] = ["/embed/", "/texts-"];

/// Why there is no bundle.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum BundleError {
    /// There is none in any place where one was looked for.
    #[error(
        "no browser's bundle in {}: build it with `cargo xtask build`, or name its folder with --site",
        list(.0)
    )]
    NotFound(Vec<PathBuf>),
    /// A folder cannot be read.
    #[error("the browser's bundle in {}: {source}", .folder.display())]
    Unreadable {
        /// The folder.
        folder: PathBuf,
        /// What the operating system said.
        source: io::Error,
    },
}

fn list(folders: &[PathBuf]) -> String {
    let folders: Vec<_> = folders
        .iter()
        .map(|folder| folder.display().to_string())
        .collect();
    folders.join(" or ")
}

/// The bundle's folder and files: in the named folder, else beside the program, else in the
/// working directory.
pub(crate) fn find(named: Option<&Path>) -> Result<(PathBuf, Bundle), BundleError> {
    let folders: Vec<_> = if let Some(folder) = named {
        vec![folder.to_owned()]
    } else {
        let program = env::current_exe().ok();
        let beside = program
            .as_deref()
            .and_then(Path::parent)
            .map(|dir| dir.join(FOLDER));
        beside.into_iter().chain([PathBuf::from(FOLDER)]).collect()
    };
    for folder in &folders {
        match read(folder) {
            Ok(Some(bundle)) => return Ok((folder.clone(), bundle)),
            Ok(None) => (),
            Err(error) if error.kind() == io::ErrorKind::NotFound => (),
            Err(source) => {
                return Err(BundleError::Unreadable {
                    folder: folder.clone(),
                    source,
                });
            }
        }
    }
    Err(BundleError::NotFound(folders))
}

/// The files for other people's pages; `None` where they were not built.
pub(crate) fn find_embed(folder: &Path) -> Option<EmbedBundle> {
    let files = list_files(&folder.join(EMBED)).ok()?;
    let (script, style) = files_of(&files)?;
    let above = newest(&files, |name| is_hashed(name, "embed-", ".css"))?;
    Some(EmbedBundle {
        wasm: beside(&script, MODULE),
        script,
        styles: [style, above],
    })
}

/// The files of a folder.
fn read(folder: &Path) -> io::Result<Option<Bundle>> {
    let files = list_files(folder)?;
    Ok(files_of(&files).map(|(script, style)| Bundle {
        module: beside(&script, MODULE),
        script,
        style,
    }))
}

/// The names of a folder's files, the newest last.
fn list_files(folder: &Path) -> io::Result<Vec<String>> {
    let mut files = Vec::new();
    for entry in fs::read_dir(folder)? {
        let entry = entry?;
        if let Ok(name) = entry.file_name().into_string() {
            files.push((entry.metadata()?.modified()?, name));
        }
    }
    files.sort_unstable();
    Ok(files.into_iter().map(|(_, name)| name).collect())
}

/// Script and style, the newest where an older build left its own.
fn files_of(files: &[String]) -> Option<(String, String)> {
    let has_module = |script: &str| files.contains(&beside(script, MODULE));
    let script = newest(files, |name| {
        is_hashed(name, "frontend-", ".js") && has_module(name)
    });
    script.zip(newest(files, |name| is_hashed(name, "main-", ".css")))
}

fn newest(files: &[String], matches: impl Fn(&str) -> bool) -> Option<String> {
    files.iter().rev().find(|name| matches(name)).cloned()
}

/// Whether a name is `start`, a hash, `end`.
fn is_hashed(name: &str, start: &str, end: &str) -> bool {
    let hash = name
        .strip_prefix(start)
        .and_then(|rest| rest.strip_suffix(end));
    hash.is_some_and(is_hash)
}

/// A module of the bundle has the script's name but for the ending.
fn beside(script: &str, ending: &str) -> String {
    format!("{}{ending}", script.trim_end_matches(".js"))
}

fn is_hash(text: &str) -> bool {
    text.len() >= 8 && text.bytes().all(|byte| byte.is_ascii_hexdigit())
}

/// Whether a part of the path holds a hash of the content, so that it never changes.
fn is_immutable(path: &str) -> bool {
    path.split('/').any(|part| {
        let stem = part.split('.').next().unwrap_or_default();
        let stem = stem.trim_end_matches("_bg");
        stem.rsplit_once('-').is_some_and(|(_, hash)| is_hash(hash))
    })
}

/// The files, as they were compressed when they were built, and those with texts.
pub(crate) fn routes(folder: &Path) -> Router {
    let files = ServeDir::new(folder)
        .append_index_html_on_directories(false)
        .precompressed_br()
        .precompressed_gzip();
    let mut routes = Router::new();
    for file in texts::files() {
        let answer = ([(CONTENT_TYPE, "text/plain; charset=utf-8")], &*file.body);
        routes = routes.route(&format!("/{}", file.name), get(move || ready(answer)));
    }
    routes
        .fallback_service(files)
        .layer(middleware::from_fn(keep))
}

async fn keep(request: Request, next: Next) -> Response {
    let immutable = is_immutable(request.uri().path());
    let path = request.uri().path();
    let for_others = FOR_OTHERS.iter().any(|start| path.starts_with(start));
    let mut answer = next.run(request).await;
    let found = answer.status().is_success() || answer.status() == StatusCode::NOT_MODIFIED;
    let value = match (found, immutable) {
        (true, true) => "public, max-age=31536000, immutable",
        (true, false) => "public, no-cache",
        (false, _) => "no-store",
    };
    answer
        .headers_mut()
        .insert(CACHE_CONTROL, HeaderValue::from_static(value));
    if for_others && found {
        embed::for_everybody(answer.headers_mut());
    }
    answer
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_with_a_hash_never_change() {
        for path in [
            "/frontend-85e2f63071dac85d.js",
            "/frontend-85e2f63071dac85d_bg.wasm",
            "/main-0123456789abcdef.css",
            "/snippets/frontend-85e2f63071dac85d/inline0.js",
        ] {
            assert!(is_immutable(path), "{path}");
        }
        for path in ["/frontend.js", "/main-blue.css", "/a-b/c.js", "/"] {
            assert!(!is_immutable(path), "{path}");
        }
    }
}
