//! `ca`: a private CA, certificates of it, and what to type next. What is made, and how it is
//! written, is `carwatch-authority`'s to know.

mod said;

use std::io::{self, Write};
use std::path::PathBuf;
use std::process::ExitCode;
use std::time::SystemTime;

use carwatch_authority::{Error, Order, make};
use carwatch_cli::{fail, usage_error};
use clap::ValueHint;

use crate::args::whole;
use crate::exit::Exit;
use crate::hints::Run;

/// What `ca` is told.
#[derive(Debug, clap::Args)]
#[command(after_help = EXAMPLE)]
pub(crate) struct CaArgs {
    // Its help is no doc comment, where brackets would be links.
    #[arg(value_name = "STATION", help = STATION, value_hint = ValueHint::Other)]
    pub(crate) stations: Vec<String>,

    /// The folder with the CA, which is made if it is not there; a CA that is there is used
    /// again
    #[arg(long, value_name = "DIR", default_value = "carwatch-ca", value_hint = ValueHint::DirPath)]
    pub(crate) dir: PathBuf,

    /// Make a certificate for a client of this name; may be given again [default: client,
    /// unless that has one]
    #[arg(long, value_name = "NAME", value_hint = ValueHint::Other)]
    pub(crate) client: Vec<String>,

    /// For how many days the new certificates are good [default: 825, or as long as the CA is]
    #[arg(long, value_name = "N", value_parser = some_days, allow_negative_numbers = true)]
    pub(crate) days: Option<u32>,
}

/// Makes what is asked for; what there is now, and what to do next, in words for stdout.
///
/// # Errors
///
/// The code to exit with, after it was said why.
pub(crate) fn run(args: &CaArgs, program: &str) -> Result<String, ExitCode> {
    match order(args).and_then(|order| make(&order, SystemTime::now())) {
        Ok(made) => {
            for note in &made.notes {
                // Whoever closed stderr does not want to read it.
                let _ = writeln!(io::stderr(), "note: {note}");
            }
            Ok(said::text(&made, &Run::of(program)))
        }
        Err(Error::Asked(why)) => Err(usage_error(&why)),
        Err(Error::Writing(why)) => Err(fail(&why, Exit::Output.code())),
    }
}

fn order(args: &CaArgs) -> Result<Order, Error> {
    Ok(Order {
        dir: args.dir.clone(),
        stations: args.stations.iter().map(|text| text.parse()).collect::<Result<_, _>>()?,
        clients: args.client.iter().map(|text| text.parse()).collect::<Result<_, _>>()?,
        days: args.days,
    })
}

fn some_days(text: &str) -> Result<u32, String> {
    match whole(text)? {
        0 => Err("must be at least 1".into()),
        days => Ok(days),
    }
}

const STATION: &str = "Make a certificate for this station, [NAME=]HOST[,HOST...]: all the DNS names \
     and IP addresses that clients reach it by, without a port [default NAME: the first host]";

const EXAMPLE: &str = "\
Makes NAME.pem and NAME.key for each, 0600, in a folder that is 0700. What is there is never
overwritten: to have a certificate made anew, remove both its files first.

Exit status: 0 made; 2 wrong usage, or a CA that is there and cannot be used; 4 a file could not
be written, or is there already, and then nothing was written unless it says so; or stdout could
not be, and everything was.";

#[cfg(test)]
mod tests;
