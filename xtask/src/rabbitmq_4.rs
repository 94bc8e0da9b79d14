//! Debian 13's RabbitMQ 4, in a folder that `debootstrap` makes.

use std::{
    fs::{self, Permissions},
    os::unix::fs::PermissionsExt,
    path::{Path, PathBuf},
};

use crate::{Error, Runner, project::Project, tools};

const DEBIAN: &str = "trixie";
/// Programs of the broker that tests start.
const PROGRAMS: [&str; 2] = ["rabbitmq-server", "rabbitmqctl"];

/// Installs it, unless it is there; gives the script that starts the server. The script of `rabbitmqctl`
/// is beside it.
///
/// # Errors
///
/// If it cannot, or nobody but root could start it.
pub(crate) fn install(project: &Project, runner: &Runner) -> Result<PathBuf, Error> {
    if !rustix::process::getuid().is_root() {
        return Err(Error::Missing {
            program: "root".to_owned(),
            remedy: "debootstrap and chroot need it: run this step as root".to_owned(),
        });
    }
    let root = tools::rabbitmq_of(DEBIAN, project, runner)?;
    let root = fs::canonicalize(&root).map_err(Error::file("read", &root))?;
    let scripts = root.join("started-from-outside");
    fs::create_dir_all(&scripts).map_err(Error::file("create", &scripts))?;
    for program in PROGRAMS {
        let path = scripts.join(program);
        fs::write(&path, script(&root, &project.root, program))
            .map_err(Error::file("write", &path))?;
        let executable = Permissions::from_mode(0o755);
        fs::set_permissions(&path, executable).map_err(Error::file("change", &path))?;
    }
    Ok(scripts.join(PROGRAMS[0]))
}

/// Starts a program inside the folder. It finds temporary files and those of the project by the same paths
/// as outside.
fn script(root: &Path, project: &Path, program: &str) -> String {
    let (root, project) = (root.display(), project.display());
    format!(
        r#"#!/bin/sh
set -e
[ -n "$INSIDE" ] || INSIDE=1 exec unshare --mount "$0" "$@"
mount -t proc proc "{root}/proc"
mount --rbind /tmp "{root}/tmp"
mkdir -p "{root}{project}"
mount --bind "{project}" "{root}{project}"
exec chroot "{root}" sh -c 'cd "$0" && exec "$@"' "$PWD" /usr/lib/rabbitmq/bin/{program} "$@"
"#
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn script_starts_the_program_inside_of_the_folder() {
        let script = script(Path::new("/cache/a b"), Path::new("/work"), PROGRAMS[1]);
        assert!(script.starts_with("#!/bin/sh\n"), "{script}");
        for part in [
            "exec chroot \"/cache/a b\"",
            "/usr/lib/rabbitmq/bin/rabbitmqctl \"$@\"",
            "mount --bind \"/work\" \"/cache/a b/work\"",
        ] {
            assert!(script.contains(part), "{part}: {script}");
        }
    }
}
