//! A table of cases, and how it is run: as `cargo test` runs tests.

use std::borrow::Cow;
use std::path::Path;
use std::process::ExitCode;
use std::sync::{Arc, Mutex, PoisonError};

use libtest_mimic::{Arguments, Trial};

/// One case: a name, and what to do with the program. It fails by panicking.
pub struct Row {
    name: Cow<'static, str>,
    heavy: bool,
    run: Box<dyn FnOnce(&Path) + Send>,
}

impl Row {
    /// A case that may run beside others.
    pub fn new(
        name: impl Into<Cow<'static, str>>,
        run: impl FnOnce(&Path) + Send + 'static,
    ) -> Self {
        Self { name: name.into(), heavy: false, run: Box::new(run) }
    }

    /// A case that fills the machine: of these only one runs at a time.
    pub fn heavy(
        name: impl Into<Cow<'static, str>>,
        run: impl FnOnce(&Path) + Send + 'static,
    ) -> Self {
        Self { heavy: true, ..Self::new(name, run) }
    }
}

/// Runs `rows` against the program `exe`, heeding the arguments of `cargo test -- …`.
#[must_use]
pub fn run(exe: &Path, rows: Vec<Row>) -> ExitCode {
    crate::kernel::raise_descriptor_limit();
    let exe: Arc<Path> = exe.into();
    let heavy = Arc::new(Mutex::new(()));
    let trials = rows
        .into_iter()
        .map(|row| {
            let (exe, heavy) = (Arc::clone(&exe), Arc::clone(&heavy));
            Trial::test(row.name, move || {
                // A case that failed poisons the lock and harms nobody else.
                let _alone =
                    row.heavy.then(|| heavy.lock().unwrap_or_else(PoisonError::into_inner));
                (row.run)(&exe);
                Ok(())
            })
        })
        .collect();
    let mut arguments = Arguments::from_args();
    // Most cases wait for a time-out of the program and leave the processor alone.
    arguments.test_threads.get_or_insert(4);
    libtest_mimic::run(&arguments, trials).exit_code()
}
