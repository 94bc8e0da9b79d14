//! What comes as Debian packages.

use std::path::Path;

use crate::{Error, Runner, say};

/// A package that some command needs.
#[derive(Clone, Copy, Debug)]
#[expect(missing_docs, reason = "the names say it all")]
pub enum Package {
    Rabbitmq,
    Keystone,
    Horizon,
    Chromium,
    /// Chromium only recommends fonts, and shows boxes without any.
    Fonts,
    Firefox,
    /// `WebKitGTK`'s driver; the browser that it drives, `MiniBrowser`, comes with the library that it
    /// needs.
    Webkit,
    /// A display for a browser that cannot do without one.
    Xvfb,
    Pip,
    /// Makes folders with another version of Debian.
    Debootstrap,
    /// Load over HTTP.
    Wrk,
}

impl Package {
    /// Its name, and a file by which one sees that it, or something as good, is installed.
    fn name_and_file(self) -> (&'static str, &'static str) {
        match self {
            Self::Rabbitmq => ("rabbitmq-server", "/usr/lib/rabbitmq/bin/rabbitmq-server"),
            Self::Keystone => ("keystone", "/usr/bin/keystone-wsgi-public"),
            Self::Horizon => (
                "openstack-dashboard",
                "/usr/share/openstack-dashboard/manage.py",
            ),
            Self::Chromium => ("chromium", "/usr/bin/chromium"),
            Self::Fonts => (
                "fonts-dejavu-core",
                "/usr/share/fonts/truetype/dejavu/DejaVuSans.ttf",
            ),
            Self::Firefox => ("firefox-esr", "/usr/bin/firefox-esr"),
            Self::Webkit => ("webkit2gtk-driver", "/usr/bin/WebKitWebDriver"),
            Self::Xvfb => ("xvfb", "/usr/bin/Xvfb"),
            Self::Pip => (
                "python3-pip",
                "/usr/lib/python3/dist-packages/pip/__main__.py",
            ),
            Self::Debootstrap => ("debootstrap", "/usr/sbin/debootstrap"),
            Self::Wrk => ("wrk", "/usr/bin/wrk"),
        }
    }
}

/// Installs the packages that are missing.
///
/// # Errors
///
/// If it cannot: the error says how to, followed by `otherwise`.
pub fn require(runner: &Runner, packages: &[Package], otherwise: &str) -> Result<(), Error> {
    let missing: Vec<_> = packages
        .iter()
        .map(|package| package.name_and_file())
        .filter(|(_, file)| !Path::new(file).exists())
        .map(|(name, _)| name)
        .collect();
    if missing.is_empty() {
        return Ok(());
    }
    let names = missing.join(" ");
    let install = format!("apt-get install -y --no-install-recommends {names}");
    if !Path::new("/etc/debian_version").exists() {
        return Err(Error::Missing {
            program: names,
            remedy: format!("this is no Debian, so install what it has of it{otherwise}"),
        });
    }
    if !rustix::process::getuid().is_root() {
        return Err(Error::Missing {
            program: names,
            remedy: format!("run: sudo {install}{otherwise}"),
        });
    }
    say::doing(&format!("installing Debian packages: {names}"));
    let apt = |args: &[&str]| {
        let mut command = runner.command("apt-get", args);
        command.env("DEBIAN_FRONTEND", "noninteractive");
        runner.run(&mut command)
    };
    apt(&["update", "-q"])?;
    let mut args = vec!["install", "-q", "-y", "--no-install-recommends"];
    args.extend(missing);
    apt(&args)
}
