//! What comes as Debian packages.

use std::path::Path;

use crate::{Error, Runner, say};

/// A package and a file by which one sees that it, or something as good, is installed.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Package {
    pub(crate) name: &'static str,
    pub(crate) file: &'static str,
}

pub(crate) const RABBITMQ: Package = Package {
    name: "rabbitmq-server",
    file: "/usr/lib/rabbitmq/bin/rabbitmq-server",
};
pub(crate) const KEYSTONE: Package = Package {
    name: "keystone",
    file: "/usr/bin/keystone-wsgi-public",
};
pub(crate) const HORIZON: Package = Package {
    name: "openstack-dashboard",
    file: "/usr/share/openstack-dashboard/manage.py",
};
pub(crate) const CHROMIUM: Package = Package {
    name: "chromium",
    file: "/usr/bin/chromium",
};
/// Chromium only recommends fonts, and shows boxes without any.
pub(crate) const FONTS: Package = Package {
    name: "fonts-dejavu-core",
    file: "/usr/share/fonts/truetype/dejavu/DejaVuSans.ttf",
};
pub(crate) const FIREFOX: Package = Package {
    name: "firefox-esr",
    file: "/usr/bin/firefox-esr",
};
/// `WebKitGTK`'s driver; the browser that it drives, `MiniBrowser`, comes with the library that it needs.
pub(crate) const WEBKIT: Package = Package {
    name: "webkit2gtk-driver",
    file: "/usr/bin/WebKitWebDriver",
};
/// A display for a browser that cannot do without one.
pub(crate) const XVFB: Package = Package {
    name: "xvfb",
    file: "/usr/bin/Xvfb",
};
pub(crate) const PIP: Package = Package {
    name: "python3-pip",
    file: "/usr/lib/python3/dist-packages/pip/__main__.py",
};

/// Installs the packages that are missing, or says how to.
pub(crate) fn require(runner: &Runner, packages: &[Package], otherwise: &str) -> Result<(), Error> {
    let missing: Vec<_> = packages
        .iter()
        .filter(|package| !Path::new(package.file).exists())
        .map(|package| package.name)
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
