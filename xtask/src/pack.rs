//! Joins the style sheets of a bundle, makes the bundle small and compresses it, after Trunk has put
//! it together. Trunk calls this as its hook.

use std::{
    env,
    ffi::OsStr,
    fs,
    path::{Path, PathBuf},
};

use crate::{Error, Runner, fingerprint, project::Project};

/// Set by Trunk for its hooks: the folder that it is going to put in the place of `dist`.
const STAGING: &str = "TRUNK_STAGING_DIR";

/// Set for the bundle of `cargo xtask run`: the module is not optimised and compressed with less
/// effort, which is a minute's work.
pub(crate) const QUICK: &str = "WARREN_QUICK_BUNDLE";

/// The folder of the style sheets.
const STYLES: &str = "style";

/// The wire is what counts: without inlining the bundle is a little larger and packs a tenth
/// smaller, and with its functions by name, so that those of one kind are neighbours, another
/// fiftieth.
const WASM_OPT: [&str; 12] = [
    "-Oz",
    "--converge",
    "--reorder-functions-by-name",
    "--always-inline-max-function-size=1",
    "--flexible-inline-max-function-size=1",
    "--one-caller-inline-max-function-size=20",
    "--enable-bulk-memory",
    "--enable-nontrapping-float-to-int",
    "--enable-sign-ext",
    "--enable-mutable-globals",
    "--enable-reference-types",
    "--enable-multivalue",
];

/// Packs the bundle in the folder that Trunk names.
pub(crate) fn pack(project: &Project, runner: &Runner) -> Result<(), Error> {
    let folder = env::var_os(STAGING).map(PathBuf::from);
    let folder = folder.ok_or_else(|| {
        Error::Wrong(format!(
            "{STAGING} is not set: this is a hook of Trunk, see Trunk.toml"
        ))
    })?;
    let glue = the_script(&folder)?;
    let stem = glue.trim_end_matches(".js");
    if env::var_os(QUICK).is_none() {
        optimize(runner, &folder.join(format!("{stem}_bg.wasm")))?;
    }
    minify(runner, &folder)?;
    join_styles(project, runner, &folder)?;
    name_by_content(&folder, stem)?;
    runner.run(&mut runner.command(
        "node",
        &["xtask/precompress.mjs", &folder.to_string_lossy()],
    ))
}

/// The names of a folder's files.
fn names(folder: &Path) -> Result<Vec<String>, Error> {
    let mut names = Vec::new();
    for entry in fs::read_dir(folder).map_err(Error::file("read", folder))? {
        let name = entry.map_err(Error::file("read", folder))?.file_name();
        names.push(name.to_string_lossy().into_owned());
    }
    Ok(names)
}

/// Whether a file's name has this ending.
fn is(name: &str, ending: &str) -> bool {
    Path::new(name).extension() == Some(OsStr::new(ending))
}

/// The one script beside the module.
fn the_script(folder: &Path) -> Result<String, Error> {
    let is_script = |name: &String| name.starts_with("frontend-") && is(name, "js");
    let script = names(folder)?.into_iter().find(is_script);
    script.ok_or_else(|| Error::Wrong(format!("Trunk has left no script in {}", folder.display())))
}

fn optimize(runner: &Runner, module: &Path) -> Result<(), Error> {
    let module = module.to_string_lossy();
    let mut command = runner.command("wasm-opt", &WASM_OPT);
    runner.run(command.args([&*module, "-o", &module]))
}

/// Takes out of the scripts what is only for readers.
fn minify(runner: &Runner, folder: &Path) -> Result<(), Error> {
    let mut command = runner.command("esbuild", &["--minify", "--log-level=warning"]);
    for name in names(folder)? {
        if is(&name, "js") {
            command.arg(folder.join(name));
        }
    }
    command.arg("--allow-overwrite");
    command.arg(format!("--outdir={}", folder.display()));
    runner.run(&mut command)
}

/// Replaces each style sheet that Trunk copied by one file with all that it imports. Trunk's hash
/// covers the copied file alone, so the new name has a hash of the joined content.
fn join_styles(project: &Project, runner: &Runner, folder: &Path) -> Result<(), Error> {
    for name in names(folder)?.into_iter().filter(|name| is(name, "css")) {
        let copied = folder.join(&name);
        let (stem, _) = name.rsplit_once('-').ok_or_else(|| {
            Error::Wrong(format!("the style sheet {name} has no hash in its name"))
        })?;
        let joined = format!("{stem}.css");
        let mut command = runner.command("esbuild", &["--bundle", "--minify"]);
        command.arg("--log-level=warning");
        command.arg(project.root.join(STYLES).join(&joined));
        command.arg(format!("--outfile={}", folder.join(&joined).display()));
        runner.run(&mut command)?;
        fs::remove_file(&copied).map_err(Error::file("remove", &copied))?;
        let hash = fingerprint::compute(folder, &[&joined], &[])?;
        let file = folder.join(&joined);
        let target = folder.join(format!("{stem}-{hash:016x}.css"));
        fs::rename(&file, target).map_err(Error::file("rename", &file))?;
    }
    Ok(())
}

/// Trunk's hash is that of the module as it was. The files are kept for ever by who has them, so
/// that they are named after what they have become.
fn name_by_content(folder: &Path, stem: &str) -> Result<(), Error> {
    let files = [".js", "_bg.wasm"].map(|ending| format!("{stem}{ending}"));
    let names = files.each_ref().map(String::as_str);
    let hash = fingerprint::compute(folder, &names, &[])?;
    for name in names {
        let ending = name.trim_start_matches(stem);
        let file = folder.join(name);
        let target = folder.join(format!("frontend-{hash:016x}{ending}"));
        fs::rename(&file, target).map_err(Error::file("rename", &file))?;
    }
    Ok(())
}
