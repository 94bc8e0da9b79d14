//! Debian 13's RabbitMQ 4, in a folder that `debootstrap` makes.

use std::{
    fs::{self, Permissions},
    os::unix::fs::{PermissionsExt, symlink},
    path::{Path, PathBuf},
};

use crate::{Error, Runner, project::Project, tools};

const DEBIAN: &str = "trixie";
const SERVER: &str = "/usr/lib/rabbitmq/bin/rabbitmq-server";

/// How it is started.
#[derive(Debug)]
pub(crate) struct Broker {
    /// The script that starts it in its folder.
    pub(crate) server: PathBuf,
    /// The temporary folder that it shares with its callers.
    pub(crate) tmp: PathBuf,
}

/// Installs it, unless it is there.
///
/// # Errors
///
/// If it cannot, or nobody but root could start it.
pub(crate) fn install(project: &Project, runner: &Runner) -> Result<Broker, Error> {
    if !rustix::process::getuid().is_root() {
        return Err(Error::Missing {
            program: "root".to_owned(),
            remedy: "debootstrap and chroot need it: run this step as root".to_owned(),
        });
    }
    let root = tools::rabbitmq_of(DEBIAN, project, runner)?;
    let root = fs::canonicalize(&root).map_err(Error::file("read", &root))?;
    same_paths_inside(&root)?;
    let server = root.join("rabbitmq-server-in-chroot");
    fs::write(&server, script(&root)).map_err(Error::file("write", &server))?;
    let executable = Permissions::from_mode(0o755);
    fs::set_permissions(&server, executable).map_err(Error::file("change", &server))?;
    let tmp = root.join("tmp");
    Ok(Broker { server, tmp })
}

/// Lets the path of a file in the folder lead to the same file inside and outside.
fn same_paths_inside(root: &Path) -> Result<(), Error> {
    let inside = root.join(root.strip_prefix("/").unwrap_or(root));
    if inside.is_symlink() {
        return Ok(());
    }
    let parent = inside.parent().unwrap_or(root);
    fs::create_dir_all(parent).map_err(Error::file("create", parent))?;
    symlink("/", &inside).map_err(Error::file("create", &inside))
}

fn script(root: &Path) -> String {
    let root = root.display();
    format!(
        "#!/bin/sh\nexec unshare --mount sh -c \\\n  'mount -t proc proc \"{root}/proc\" && exec chroot \"{root}\" {SERVER}'\n"
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn script_starts_the_server_inside_of_the_folder() {
        let script = script(Path::new("/cache/a b"));
        assert!(script.starts_with("#!/bin/sh\n"), "{script}");
        assert!(
            script.contains("chroot \"/cache/a b\" /usr/lib/rabbitmq"),
            "{script}"
        );
    }

    #[test]
    fn paths_lead_to_the_same_files_inside_of_the_folder() {
        let root = tempfile::tempdir().expect("a folder");
        for _ in 0..2 {
            same_paths_inside(root.path()).expect("a link");
        }
        let inside = root
            .path()
            .join(root.path().strip_prefix("/").expect("absolute"));
        assert_eq!(fs::read_link(inside).expect("a link"), Path::new("/"));
    }
}
