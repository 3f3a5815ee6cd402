//! SIGHUP: the log file is opened anew; `--config`, the token and the certificate are read again.

use std::path::Path;
use std::time::Duration;

use carwatch_admin::Token;
use carwatch_cli::{LogHandle, try_parse};
use carwatch_driver::server::Settings;
use carwatch_driver::tls::Acceptor;

use crate::args::{Args, PREFIX};
use crate::desk::Desk;
use crate::files::lasting;
use crate::limits::limits;
use crate::office::Office;

/// What it takes to look again.
#[derive(Debug)]
pub(crate) struct Reload {
    pub(crate) program: &'static str,
    pub(crate) log: LogHandle,
}

impl Reload {
    /// Looks again. What can change while the station runs, changes at once; of the rest it is
    /// said that it waits for a restart. If anything is wrong, everything stays as it was.
    ///
    /// `args` are those that the station was started with, and `secured` is whether it has
    /// listeners that speak TLS. Returns how long it drains now.
    pub(crate) async fn run(
        &self,
        args: &Args,
        secured: bool,
        desk: &Desk,
        office: &Office,
    ) -> Option<Duration> {
        if let Err(error) = self.log.reopen() {
            tracing::error!(error, "the log stays where it was");
        }
        tracing::info!("reloading");
        match self.read(args.config.as_deref(), secured) {
            Ok((new, token, tls)) => {
                office.control.apply(Settings { limits: limits(&new), rules: new.rules(), tls });
                office.set_token(token);
                desk.retain(new.retention()).await;
                let waits = new.fixed_since(args);
                if !waits.is_empty() {
                    let flags = waits.join(", ");
                    tracing::warn!(flags, "changed, but in force only after a restart");
                }
                tracing::info!("reloaded");
                Some(new.drain)
            }
            Err(error) => {
                tracing::error!(error, "nothing is changed: the configuration is wrong");
                None
            }
        }
    }

    fn read(
        &self,
        config: Option<&Path>,
        secured: bool,
    ) -> Result<(Args, Option<Token>, Option<Acceptor>), String> {
        // At the start it may be a pipe that somebody writes into.
        config.map(lasting).transpose()?;
        let args: Args = try_parse(self.program, PREFIX).map_err(|refusal| refusal.line())?;
        if let Some(message) = args.contradiction() {
            return Err(message);
        }
        args.reading()?;
        let token = args.token()?;
        let tls = args.tls.renewed(secured)?;
        Ok((args, token, tls))
    }
}
