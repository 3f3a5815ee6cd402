//! `--check`: whether a station would start with these flags, without starting it. What it
//! cannot see is a port that is taken, a lock that is held, and damage in the rows of a store.

use std::io::{self, Write};
use std::process::ExitCode;

use carwatch_cli::{LogError, fail, usage_error};
use carwatch_store::Store;

use crate::args::Args;
use crate::replay::Recorded;
use crate::source::Opened;
use crate::start::Failure;

/// Looks at everything that the flags name and says whether it is in order. Nothing is bound,
/// locked or written, so a station may be running on the same files.
pub(crate) fn check(args: &Args) -> ExitCode {
    match args.log.check() {
        Ok(()) => {}
        Err(LogError::Usage(message)) => return usage_error(&message),
        Err(LogError::Output(message)) => return fail(&message, 1),
    }
    let found = || -> Result<(), Failure> {
        args.token()?;
        args.tls.acceptor()?;
        if let Some(path) = &args.store {
            Store::check(path).map_err(|error| error.to_string())?;
        }
        for listen in args.listens(true).iter().chain(&args.admin) {
            listen.is_possible()?;
        }
        if args.replay {
            // Sockets that are handed over to a service are not there while it is checked.
            let recorded = Recorded::open(&args.source)?;
            return recorded.fits(0, args.listens(true).len()).map_err(Failure::Usage);
        }
        Opened::open(&args.source, args.follow)?;
        Ok(())
    };
    match found() {
        Ok(()) => {
            // A socket for it may be handed over.
            if let Some(unused) = args.unused(true) {
                let _ = writeln!(io::stderr(), "warning: {unused}");
            }
            // Whoever closed stderr looks at the code.
            let _ = writeln!(io::stderr(), "everything is in order");
            ExitCode::SUCCESS
        }
        Err(failure) => failure.end(),
    }
}
