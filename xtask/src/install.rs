//! What the tests need and cargo does not bring: PostgreSQL's programs, a browser, Node's packages, cargo-deny.

use crate::step::run;
use anyhow::{Context, Result, bail};
use std::fs;
use std::os::unix::fs::MetadataExt;
use std::path::Path;
use std::process::{Command, Stdio};

/// Makes sure that a PostgreSQL server can be started, from Debian's packages if there is none.
pub fn postgresql() -> Result<()> {
    if tests_find_initdb() {
        return Ok(());
    }
    apt_get_install(&["postgresql"])
}

// The same places as tests/support/cluster.rs looks in.
fn tests_find_initdb() -> bool {
    let packaged = fs::read_dir("/usr/lib/postgresql")
        .map(|versions| versions.flatten().any(|version| version.path().join("bin/initdb").exists()))
        .unwrap_or(false);
    packaged || answers("initdb", &["--version"])
}

/// Makes sure that there is a browser for the pages, from Debian's packages if there is none.
pub fn chromium() -> Result<()> {
    // Where the tests of pages look for it.
    if Path::new("/usr/bin/chromium").exists() {
        return Ok(());
    }
    apt_get_install(&["chromium"])
}

/// Installs the packages of every committed lock file under `folder`, unless they stand as it says.
pub fn npm_packages(folder: &Path) -> Result<()> {
    for entry in fs::read_dir(folder)?.flatten() {
        let name = entry.file_name();
        let hidden = name.to_string_lossy().starts_with('.');
        if entry.file_type()?.is_dir() && !hidden && name != "node_modules" && name != "target" {
            npm_packages(&entry.path())?;
        }
    }
    let lock = folder.join("package-lock.json");
    if !lock.exists() {
        return Ok(());
    }
    // A copy of the lock, left when the packages were installed by it.
    let installed = folder.join("node_modules/.installed-lock.json");
    if fs::read(&installed).ok() == Some(fs::read(&lock)?) {
        return Ok(());
    }
    if !(answers("node", &["--version"]) && answers("npm", &["--version"])) {
        apt_get_install(&["nodejs", "npm"])?;
    }
    run(Command::new("npm").args(["ci", "--ignore-scripts"]).current_dir(folder))?;
    fs::copy(&lock, &installed).context("cannot note what was installed")?;
    Ok(())
}

/// Makes sure that `cargo deny` answers.
pub fn cargo_deny() -> Result<()> {
    if answers("cargo", &["deny", "--version"]) {
        return Ok(());
    }
    // Unoptimised: it runs for a second and takes a minute less to build.
    run(Command::new("cargo").args(["install", "--locked", "--debug", "cargo-deny"]))
}

fn apt_get_install(packages: &[&str]) -> Result<()> {
    let root = fs::metadata("/proc/self").is_ok_and(|process| process.uid() == 0);
    if !(root && answers("apt-get", &["--version"])) {
        bail!("please install: {} (Debian's names)", packages.join(", "));
    }
    run(Command::new("apt-get").args(["--quiet", "update"]))?;
    run(Command::new("apt-get")
        .args(["--quiet", "--yes", "--no-install-recommends", "install"])
        .args(packages)
        .env("DEBIAN_FRONTEND", "noninteractive"))
}

fn answers(program: &str, arguments: &[&str]) -> bool {
    Command::new(program)
        .args(arguments)
        .stdout(Stdio::null())
        .stderr(Stdio::null())
        .status()
        .is_ok_and(|status| status.success())
}
