//! `man`: the manual page, one for the program and its subcommands.

use std::io::{self, Write};

use clap::Command;
use clap_mangen::Man;
use clap_mangen::roff::{Roff, bold, italic, roman};

use crate::args::{Args, ENV_PREFIX};

/// Prints the manual page of `program`, as roff.
///
/// # Errors
///
/// Those of `out`.
pub(crate) fn print(program: &'static str, out: &mut dyn Write) -> io::Result<()> {
    out.write_all(&page(program)?)?;
    out.flush()
}

fn page(program: &'static str) -> io::Result<Vec<u8>> {
    let command = carwatch_cli::command::<Args>(program, ENV_PREFIX);
    let version = command.get_version().unwrap_or_default().to_owned();
    let mut command = command.disable_help_subcommand(true).after_help(None::<&str>);
    command.build();
    let forms: Vec<_> = every(&command).into_iter().map(usage).collect();
    let command = command.override_usage(forms.join("\n"));
    let subcommands: Vec<_> = every(&command).into_iter().skip(1).cloned().collect();
    // The generator's own title has no way to leave out the date, which it does not know.
    let mut page =
        format!(".TH \"{program}\" \"1\" \"\" \"{program} {version}\" \"carwatch\"\n").into_bytes();
    let man = Man::new(command);
    man.render_name_section(&mut page)?;
    man.render_synopsis_section(&mut page)?;
    man.render_description_section(&mut page)?;
    man.render_options_section(&mut page)?;
    for subcommand in subcommands {
        of_subcommand(subcommand, program, &mut page)?;
    }
    exit_status(&mut page)?;
    environment(&mut page)?;
    files(&mut page)?;
    examples(program, &mut page)?;
    Ok(page)
}

/// A command, then those below it.
fn every(command: &Command) -> Vec<&Command> {
    let below = command.get_subcommands().filter(|command| !command.is_hide_set());
    [command].into_iter().chain(below.flat_map(every)).collect()
}

/// One form of the command line.
fn usage(command: &Command) -> String {
    let usage = command.clone().render_usage().to_string();
    let forms = usage.trim().trim_start_matches("Usage:").lines();
    // With a subcommand: that has a form of its own.
    let form = forms.map(str::trim).find(|form| !form.is_empty()).unwrap_or_default();
    form.trim_end_matches("[COMMAND]").trim_end().to_owned()
}

fn of_subcommand(command: Command, program: &str, page: &mut Vec<u8>) -> io::Result<()> {
    let name = command.get_bin_name().unwrap_or_default().to_owned();
    let name = name.strip_prefix(program).unwrap_or(&name).trim().to_uppercase();
    let man = Man::new(command);
    let mut parts = Vec::new();
    man.render_description_section(&mut parts)?;
    man.render_options_section(&mut parts)?;
    // What are sections of a page of its own are parts of a section here.
    let parts = String::from_utf8_lossy(&parts).replace("\n.SH ", "\n.SS ");
    let parts = parts.replace("\n.SS DESCRIPTION\n", "\n");
    let mut roff = Roff::new();
    roff.control("SH", [name.as_str()]);
    roff.to_writer(page)?;
    page.write_all(parts.as_bytes())
}

fn exit_status(page: &mut Vec<u8>) -> io::Result<()> {
    let mut roff = Roff::new();
    roff.control("SH", ["EXIT STATUS"]);
    roff.text([roman("The first that holds, from the top:")]);
    for (code, when) in EXITS {
        item(&mut roff, code, when);
    }
    roff.to_writer(page)
}

fn environment(page: &mut Vec<u8>) -> io::Result<()> {
    let mut roff = Roff::new();
    roff.control("SH", ["ENVIRONMENT"]);
    roff.text([
        roman("Every long flag has a variable: "),
        bold(format!("{ENV_PREFIX}_")),
        roman(
            " and its name in capitals, with _ for -. A flag on the command line wins over its \
               variable, the variable over the file of ",
        ),
        bold("--config"),
        roman(
            ", and that over the default. A variable that is empty is not set. A switch is on \
               for true, 1, yes and on, and off for false, 0, no and off.",
        ),
    ]);
    for (name, meaning) in VARIABLES {
        item(&mut roff, name, meaning);
    }
    roff.to_writer(page)
}

fn files(page: &mut Vec<u8>) -> io::Result<()> {
    let mut roff = Roff::new();
    roff.control("SH", ["FILES"]);
    roff.text([
        roman("The file of "),
        bold("--config"),
        roman(" is TOML. Its keys are the long flags without their --; "),
        italic("[[stations]]"),
        roman(" begins a station, whose address alone is needed:"),
    ]);
    literal(&mut roff, CONFIG);
    roff.control("PP", []);
    roff.text([roman(
        "Stations on the command line replace those of the file; one that is given by the name \
         of a station in the file is that station.",
    )]);
    roff.to_writer(page)
}

fn examples(program: &str, page: &mut Vec<u8>) -> io::Result<()> {
    let mut roff = Roff::new();
    roff.control("SH", ["EXAMPLES"]);
    literal(&mut roff, &EXAMPLES.replace("PROGRAM", program));
    roff.to_writer(page)
}

fn item(roff: &mut Roff, name: &str, meaning: &str) {
    roff.control("TP", []);
    roff.text([bold(name)]);
    roff.text([roman(meaning)]);
}

/// Lines as they are.
fn literal(roff: &mut Roff, lines: &str) {
    roff.control("RS", ["4"]);
    roff.control("nf", []);
    for line in lines.lines() {
        // An empty line would be a paragraph.
        roff.text([roman(if line.is_empty() { " " } else { line })]);
    }
    roff.control("fi", []);
    roff.control("RE", []);
}

/// As `--help` has them.
const EXITS: [(&str, &str); 7] = [
    ("2", "wrong usage or configuration"),
    (
        "130, 143",
        "stopped by SIGINT or SIGTERM, after printing what had arrived; a second one stops at once",
    ),
    ("4", "the cars or the report could not be written, or the log not be opened"),
    ("0", "every station is complete, or as many as --min-ok asks for"),
    ("5", "instead of 0 if --strict is given and a record was rejected"),
    ("3", "no station is complete"),
    ("1", "some station is not complete"),
];

const VARIABLES: [(&str, &str); 4] = [
    ("RUST_LOG", "What is logged, as tracing's filters are written; not with -v or -q."),
    ("NO_COLOR", "Not empty: no colours."),
    ("TERM", "dumb: neither colours nor a bar."),
    (
        "COLUMNS",
        "How wide the table and the report are, in place of the terminal's width; also where they \
         go into a pipe.",
    ),
];

const CONFIG: &str = "\
deadline = \"30s\"
retries = 2

[[stations]]
name = \"gate\"
address = \"10.0.0.5:8000\"
tags = [\"north\", \"paid\"]
connect-timeout = \"1s\"
idle-timeout = \"5s\"
max-response = \"64MiB\"";

const EXAMPLES: &str = "\
PROGRAM --demo
PROGRAM gate=10.0.0.5:8000 bridge=10.0.0.6:8000
PROGRAM --config stations.toml --tag north -f csv -o cars.csv
PROGRAM --capture gate.pcapng gate=10.0.0.5:8000
PROGRAM inspect gate.pcapng
PROGRAM ca gate=192.0.2.7";

#[cfg(test)]
mod tests;
