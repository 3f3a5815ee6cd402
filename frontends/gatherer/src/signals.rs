//! SIGINT and SIGTERM: the first one stops the gather, the second one the program.

use std::future::Future;
use std::io;
use std::os::unix::net::UnixStream;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};

use async_io::Async;
use futures_util::io::AsyncReadExt;
use signal_hook::consts::{SIGINT, SIGTERM};
use signal_hook::{flag, low_level};

use crate::exit::Signal;

/// The handlers, for the rest of the process.
///
/// The second signal ends the process from within its handler, so it does so whatever
/// the program is blocked on: a terminal that is stopped, a pipe that nobody reads.
#[derive(Debug)]
pub(crate) struct Signals {
    /// Code of the first signal; 0 before it.
    caught: Arc<AtomicUsize>,
    wake: Option<UnixStream>,
}

impl Signals {
    /// Installs the handlers.
    ///
    /// # Errors
    ///
    /// The system's, if it lacks descriptors.
    pub(crate) fn install() -> io::Result<Self> {
        let stopping = Arc::new(AtomicBool::new(false));
        let caught = Arc::new(AtomicUsize::new(0));
        let (wake, woken) = UnixStream::pair()?;
        for (number, signal) in [(SIGINT, Signal::Interrupt), (SIGTERM, Signal::Terminate)] {
            let code = signal.code();
            // Actions run in the order of registration: a first signal finds `stopping`
            // unset, passes, and sets it.
            flag::register_conditional_shutdown(number, code.into(), Arc::clone(&stopping))?;
            flag::register(number, Arc::clone(&stopping))?;
            flag::register_usize(number, Arc::clone(&caught), code.into())?;
            low_level::pipe::register(number, woken.try_clone()?)?;
        }
        Ok(Self { caught, wake: Some(wake) })
    }

    /// The signal that came, if one did.
    pub(crate) fn caught(&self) -> Option<Signal> {
        let code = self.caught.load(Ordering::SeqCst);
        [Signal::Interrupt, Signal::Terminate].into_iter().find(|s| usize::from(s.code()) == code)
    }

    /// Resolves at the first signal, also at one that came before. Ask once.
    ///
    /// # Errors
    ///
    /// The system's, if the reactor cannot watch the pipe.
    pub(crate) fn first(&mut self) -> io::Result<impl Future<Output = ()> + use<>> {
        let pipe = self.wake.take().map(Async::new).transpose()?;
        Ok(async move {
            // The handlers hold the other end, so it neither ends nor fails; if it did,
            // that would be no signal.
            if let Some(mut pipe) = pipe
                && matches!(pipe.read(&mut [0]).await, Ok(1))
            {
                return;
            }
            std::future::pending::<()>().await;
        })
    }
}
