//! One case, and what it is given.

use std::ffi::OsStr;
use std::path::{Path, PathBuf};
use std::process::{Command, Output};

/// The programs of one runtime, and the Python that the others run on.
pub(crate) struct Peers {
    pub(crate) client: PathBuf,
    pub(crate) server: PathBuf,
    pub(crate) python: PathBuf,
}

/// A name, and what is done. It fails by panicking.
pub(crate) type Case = (String, Box<dyn FnOnce(&Peers) + Send>);

pub(crate) fn case(name: impl Into<String>, run: impl FnOnce(&Peers) + Send + 'static) -> Case {
    (name.into(), Box::new(run))
}

impl Peers {
    /// Python with a script of ours.
    pub(crate) fn python(&self, script: &str) -> Command {
        let mut command = Command::new(&self.python);
        command.arg(Path::new(FOLDER).join(script)).env("PYTHONIOENCODING", "utf-8");
        // A file of keys is for the cases that say so.
        command.env_remove("SSLKEYLOGFILE");
        command
    }
}

/// Runs a command to its end, which must be a good one.
#[track_caller]
pub(crate) fn output(mut command: Command) -> Output {
    let output = command.output().unwrap_or_else(|e| panic!("{command:?}: {e}"));
    assert!(output.status.success(), "{command:?}: {}: {}", output.status, said(&output));
    output
}

/// What it said on its standard error.
pub(crate) fn said(output: &Output) -> String {
    String::from_utf8_lossy(&output.stderr).into_owned()
}

/// An argument that is a path.
pub(crate) fn text(path: &(impl AsRef<OsStr> + ?Sized)) -> &str {
    path.as_ref().to_str().expect("text")
}

/// Where the scripts are.
pub(crate) const FOLDER: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/interop");
