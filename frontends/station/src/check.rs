//! `--check`: whether a station would start with these flags, without starting it.

use std::io::{self, Write};
use std::process::ExitCode;

use carwatch_admin::Token;
use carwatch_cli::{LogError, fail, usage_error};
use carwatch_store::Store;

use crate::args::Args;
use crate::source::Opened;

/// Looks at everything that the flags name and says whether it is in order. Nothing is bound,
/// locked or written, so a station may be running on the same files.
pub(crate) fn check(args: &Args) -> ExitCode {
    if let Err(LogError::Usage(message)) = args.log.check() {
        return usage_error(&message);
    }
    let found = || -> Result<(), String> {
        args.admin_token_file.as_deref().map(Token::from_file).transpose()?;
        if let Some(path) = &args.store {
            Store::check(path).map_err(|error| error.to_string())?;
        }
        for listen in args.listens(true).iter().chain(&args.admin) {
            listen.resolve()?;
        }
        Opened::open(&args.source, args.follow)?;
        Ok(())
    };
    match found() {
        Ok(()) => {
            // Whoever closed stderr looks at the code.
            let _ = writeln!(io::stderr(), "everything is in order");
            ExitCode::SUCCESS
        }
        Err(message) => fail(&message, 1),
    }
}
