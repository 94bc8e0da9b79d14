//! The browser's bundle: where it is, what its files are called, how long they may be kept.

use std::path::{Path, PathBuf};
use std::{env, fs, io};

use app::ssr::Bundle;
use axum::Router;
use axum::extract::Request;
use axum::middleware::{self, Next};
use axum::response::Response;
use http::header::CACHE_CONTROL;
use http::{HeaderValue, StatusCode};
use tower_http::services::ServeDir;

/// The folder that Trunk writes.
const FOLDER: &str = "dist";

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

/// The files of a folder, the newest where an older build left its own.
fn read(folder: &Path) -> io::Result<Option<Bundle>> {
    let mut files = Vec::new();
    for entry in fs::read_dir(folder)? {
        let entry = entry?;
        if let Ok(name) = entry.file_name().into_string() {
            files.push((entry.metadata()?.modified()?, name));
        }
    }
    files.sort_unstable();
    let newest = |matches: &dyn Fn(&str) -> bool| {
        files
            .iter()
            .rev()
            .map(|(_, name)| name)
            .find(|name| matches(name))
            .cloned()
    };
    let hashed = |name: &str, start: &str, end: &str| {
        let hash = name
            .strip_prefix(start)
            .and_then(|rest| rest.strip_suffix(end));
        hash.is_some_and(is_hash)
    };
    let script = newest(&|name| {
        hashed(name, "frontend-", ".js") && files.iter().any(|(_, other)| *other == wasm_of(name))
    });
    let style = newest(&|name| hashed(name, "main-", ".css"));
    Ok(script.zip(style).map(|(script, style)| Bundle {
        wasm: wasm_of(&script),
        script,
        style,
    }))
}

/// Trunk names the two alike.
fn wasm_of(script: &str) -> String {
    format!("{}_bg.wasm", script.trim_end_matches(".js"))
}

fn is_hash(text: &str) -> bool {
    text.len() >= 8 && text.bytes().all(|byte| byte.is_ascii_hexdigit())
}

/// Whether a part of the path holds a hash of the content, so that it never changes.
fn is_immutable(path: &str) -> bool {
    path.split('/').any(|part| {
        let stem = part.split('.').next().unwrap_or_default();
        let stem = stem.strip_suffix("_bg").unwrap_or(stem);
        stem.rsplit_once('-').is_some_and(|(_, hash)| is_hash(hash))
    })
}

/// The files, as they were compressed when they were built.
pub(crate) fn routes(folder: &Path) -> Router {
    let files = ServeDir::new(folder)
        .append_index_html_on_directories(false)
        .precompressed_br()
        .precompressed_gzip();
    Router::new()
        .fallback_service(files)
        .layer(middleware::from_fn(keep))
}

async fn keep(request: Request, next: Next) -> Response {
    let immutable = is_immutable(request.uri().path());
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
