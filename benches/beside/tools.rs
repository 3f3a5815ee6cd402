//! The programs that a bench starts: ours, built by Cargo, and the peers in C, built by `cc`.

use std::env;
use std::ffi::OsStr;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

/// The names of the runtimes, as the packages' names end.
pub const RUNTIMES: [&str; 2] = ["smol", "async-std"];

/// Where the programs are.
#[derive(Debug)]
pub struct Tools {
    quick: bool,
    ours: PathBuf,
    /// Why there is none of the peers in C, if there is none.
    c: Result<PathBuf, String>,
}

impl Tools {
    /// Builds whatever is not fresh: ours as they are shipped, or with `quick` as tests have them.
    ///
    /// # Panics
    ///
    /// If ours do not build, or a peer of this folder does not where there is a compiler.
    #[must_use]
    pub fn build(quick: bool) -> Self {
        let tools = Self { quick, ours: folder(quick), c: compile(&target().join("peers")) };
        let packages = RUNTIMES.map(|runtime| {
            [
                "-p".to_owned(),
                format!("server-{runtime}"),
                "-p".to_owned(),
                format!("client-{runtime}"),
            ]
        });
        tools.cargo(packages.as_flattened());
        tools
    }

    /// One of our programs.
    #[must_use]
    pub fn ours(&self, name: &str) -> PathBuf {
        self.ours.join(name)
    }

    /// An example of one of our packages, built.
    ///
    /// # Panics
    ///
    /// If it does not build.
    #[must_use]
    pub fn example(&self, package: &str, name: &str) -> PathBuf {
        self.cargo(&["-p", package, "--example", name]);
        self.ours.join("examples").join(name)
    }

    fn cargo(&self, what: &[impl AsRef<OsStr>]) {
        let mut cargo = Command::new(env!("CARGO"));
        // What Cargo told the bench of its package is not so for the others.
        for (name, _) in env::vars_os() {
            let told = name.to_str().is_some_and(|name| name.starts_with("CARGO_PKG_"));
            if told || name == "CARGO_MANIFEST_DIR" || name == "CARGO_MANIFEST_PATH" {
                cargo.env_remove(name);
            }
        }
        let profile = if self.quick { "dev" } else { "release" };
        cargo.args(["build", "--quiet", "--locked", "--profile", profile, "--manifest-path"]);
        cargo.arg(here().join("Cargo.toml")).arg("--target-dir").arg(target()).args(what);
        let status = cargo.status().expect("the Cargo that built this");
        assert!(status.success(), "{cargo:?}: {status}");
    }

    /// A peer in C.
    ///
    /// # Errors
    ///
    /// Why there is none.
    pub fn c(&self, name: &str) -> Result<PathBuf, String> {
        self.c.clone().map(|folder| folder.join(name))
    }

    /// A command for a program that is not to outlive this one, however this one ends.
    #[must_use]
    pub fn command(&self, program: impl AsRef<OsStr>) -> Command {
        match self.c("mortal") {
            Ok(mortal) => {
                let mut command = Command::new(mortal);
                command.arg(program);
                command
            }
            // What drops its process ends it, and that is nearly always.
            Err(_) => Command::new(program),
        }
    }
}

/// Where Cargo builds: benches are in `TARGET/PROFILE/deps`.
///
/// # Panics
///
/// If the program is anywhere else.
#[must_use]
pub fn target() -> PathBuf {
    let exe = env::current_exe().expect("the system knows its programs");
    exe.ancestors().nth(3).expect("in TARGET/PROFILE/deps").to_owned()
}

fn folder(quick: bool) -> PathBuf {
    target().join(if quick { "debug" } else { "release" })
}

/// The folder of the benches.
#[must_use]
pub fn here() -> &'static Path {
    Path::new(env!("CARGO_MANIFEST_DIR"))
}

/// A program of this name on the PATH.
#[must_use]
pub fn on_path(name: &str) -> Option<PathBuf> {
    let folders = env::var_os("PATH")?;
    env::split_paths(&folders).map(|folder| folder.join(name)).find(|file| file.is_file())
}

fn compile(folder: &Path) -> Result<PathBuf, String> {
    let cc = on_path("cc").ok_or("no cc on the PATH")?;
    fs::create_dir_all(folder).expect("a folder in target");
    for name in ["station", "client", "mortal", "account"] {
        let source = here().join("c").join(name).with_extension("c");
        let mut command = Command::new(&cc);
        command.args(["-O2", "-Wall", "-Wextra", "-Werror", "-o"]);
        let status = command.arg(folder.join(name)).arg(&source).status().expect("cc is there");
        assert!(status.success(), "{command:?}: {status}");
    }
    Ok(folder.to_owned())
}
