//! What is done to a bundle once Trunk has put it together: its module is cut in two, all is made
//! small, and compressed. Trunk calls this as its hook.

use std::{
    env,
    ffi::OsStr,
    fs,
    path::{Path, PathBuf},
    thread,
};

use crate::{Error, Runner, fingerprint, project::Project, split};

/// Set by Trunk for its hooks: the folder that it is going to put in the place of `dist`.
const STAGING: &str = "TRUNK_STAGING_DIR";

/// What the rest of the dashboard's module is made of.
const RULES: &str = "frontend/rest.txt";

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
    let file = |ending: &str| folder.join(format!("{stem}{ending}"));
    let module = file("_bg.wasm");
    let bytes = fs::read(&module).map_err(Error::file("read", &module))?;
    let mut modules = vec![module];
    let rules = project.root.join(RULES);
    let rules = fs::read_to_string(&rules).map_err(Error::file("read", &rules))?;
    let halves = split::split(&bytes, &split::Rules::read(&rules))
        .map_err(|e| Error::Wrong(format!("the module cannot be cut in two: {e}")))?;
    // The panels' has no rest.
    if let Some(halves) = halves {
        modules.push(file("_rest.wasm"));
        for (file, bytes) in modules.iter().zip([halves.first, halves.rest]) {
            fs::write(file, bytes).map_err(Error::file("write", file))?;
        }
        let glue = file(".js");
        let text = fs::read_to_string(&glue).map_err(Error::file("read", &glue))?;
        fs::write(&glue, rename(text, &halves.imports)?).map_err(Error::file("write", &glue))?;
        let list = project.scratch().join("slots.txt");
        let slots = halves
            .slots
            .iter()
            .map(|(slot, name)| format!("{slot} {name}\n"));
        fs::create_dir_all(project.scratch()).map_err(Error::file("create", &list))?;
        fs::write(&list, slots.collect::<String>()).map_err(Error::file("write", &list))?;
    }
    thread::scope(|scope| {
        let mut tasks = Vec::new();
        for module in &modules {
            tasks.push(scope.spawn(move || optimize(runner, module)));
        }
        let end = |task: thread::ScopedJoinHandle<'_, _>| task.join().expect("it does not panic");
        tasks.into_iter().try_for_each(end)
    })?;
    minify(runner, &folder)?;
    name_by_content(&folder, stem)?;
    runner.run(&mut runner.command(
        "node",
        &["xtask/precompress.mjs", &folder.to_string_lossy()],
    ))
}

/// The script with other names for what the module imports from it.
fn rename(mut script: String, names: &[(String, String)]) -> Result<String, Error> {
    for (long, short) in names {
        if script.matches(long.as_str()).count() != 1 {
            return Err(Error::Wrong(format!(
                "{long} does not stand in the script once"
            )));
        }
        script = script.replace(long.as_str(), short);
    }
    Ok(script)
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

/// Takes out of the script and the style sheets what is only for readers.
fn minify(runner: &Runner, folder: &Path) -> Result<(), Error> {
    let mut command = runner.command("esbuild", &["--minify", "--log-level=warning"]);
    for name in names(folder)? {
        if is(&name, "js") || is(&name, "css") {
            command.arg(folder.join(name));
        }
    }
    command.arg("--allow-overwrite");
    command.arg(format!("--outdir={}", folder.display()));
    runner.run(&mut command)
}

/// Trunk's hash is that of the module as it was. The files are kept for ever by who has them, so
/// that they are named after what they have become.
fn name_by_content(folder: &Path, stem: &str) -> Result<(), Error> {
    let files: Vec<_> = [".js", "_bg.wasm", "_rest.wasm"]
        .iter()
        .map(|ending| format!("{stem}{ending}"))
        .filter(|file| folder.join(file).exists())
        .collect();
    let names: Vec<_> = files.iter().map(String::as_str).collect();
    let hash = fingerprint::of(folder, &names, &[])?;
    for name in names {
        let ending = name.trim_start_matches(stem);
        let file = folder.join(name);
        let target = folder.join(format!("frontend-{hash:016x}{ending}"));
        fs::rename(&file, target).map_err(Error::file("rename", &file))?;
    }
    Ok(())
}
