//! The script for zsh.

/// The generator lets the stations stand before the subcommand, and looks for the subcommand
/// in the second place: after one, nothing right would be completed. Here the first word is
/// the subcommand, or else a station, after which there are flags and further stations.
pub(super) fn mended(program: &str, script: &str) -> String {
    let subcommands = format!("\":: :_{program}_commands\" \\\n");
    let parts = script.split_once(BEGIN).and_then(|(before, rest)| {
        let (of_program, after) = rest.split_once(&subcommands)?;
        // The stations are one line, the last: a quote ends within it that begins there.
        let (flags, stations) = of_program.rsplit_once("'::stations")?;
        let (cases, end) = after.rsplit_once(END)?;
        Some((before, flags, stations, cases.replace("$line[2]", "$line[1]"), end))
    });
    let Some((before, flags, stations, cases, end)) = parts else { return script.to_owned() };
    let further = format!("(*)\n{BEGIN}{flags}'*::stations{stations}&& ret=0\n;;\n");
    format!("{before}{BEGIN}{flags}{subcommands}{cases}{further}{END}{end}")
}

const BEGIN: &str = "_arguments \"${_arguments_options[@]}\" : \\\n";
/// Of the choice among the subcommands of the program.
const END: &str = "        esac\n    ;;\nesac\n}\n";
