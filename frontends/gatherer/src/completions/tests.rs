use clap::ValueEnum;

use super::{Shell, print};

fn script(shell: Shell, program: &'static str) -> String {
    let mut script = Vec::new();
    print(shell, program, &mut script).expect("a Vec takes everything");
    String::from_utf8(script).expect("UTF-8")
}

#[test]
fn every_shell_knows_the_flags_the_subcommands_and_the_programs_name() {
    for shell in Shell::value_variants() {
        let script = script(*shell, "client-async-std");
        for word in
            ["client-async-std", "connect-timeout", "inspect", "completions", "keep-partial"]
        {
            assert!(script.contains(word), "{shell}: {word}");
        }
        assert!(!script.contains("client-smol"), "{shell}");
    }
}

#[test]
fn an_output_that_fails_is_an_error_and_no_panic() {
    let mut full: &mut [u8] = &mut [0; 100];
    assert!(print(Shell::Bash, "client-smol", &mut full).is_err());
}

#[test]
fn every_state_of_the_bash_script_is_one_that_it_knows() {
    let script = script(Shell::Bash, "client-async-std");
    let lines = || script.lines().map(str::trim);
    let states: Vec<_> =
        lines().filter_map(|line| line.strip_prefix("cmd=\"")?.strip_suffix('"')).collect();
    assert!(states.iter().any(|state| state.ends_with("completions")), "{states:?}");
    for state in states.into_iter().filter(|state| !state.is_empty()) {
        let case = format!("{state})");
        assert!(lines().any(|line| line == case), "{state}");
    }
}

#[test]
fn the_first_word_is_what_zsh_takes_for_a_subcommand() {
    let script = script(Shell::Zsh, "client-smol");
    assert!(!script.contains("$line[2]"));
    let (own, choice) = script.split_once("case $line[1] in\n").expect("a choice");
    // Nothing may come before the subcommand, or that would be the second word.
    let words: Vec<_> = own
        .lines()
        .filter(|line| line.starts_with("':") || line.starts_with("'*:") || line.starts_with("\":"))
        .collect();
    assert_eq!(words, ["\":: :_client-smol_commands\" \\"]);
    let (choice, _) = choice.split_once("\n}\n").expect("the end of the function");
    let flags = |part: &str| part.lines().filter(|line| line.starts_with("'-")).count();
    let (subcommands, further) = choice.split_once("(*)\n").expect("what is no subcommand");
    for subcommand in ["inspect", "ca", "completions", "man", "help"] {
        assert!(subcommands.contains(&format!("({subcommand})\n")), "{subcommand}");
    }
    assert!(subcommands.contains("':shell -- For which:(bash elvish fish powershell zsh)'"));
    // After a station there are all flags, and further stations.
    assert!(flags(own) > 20 && flags(further) == flags(own), "{further}");
    assert!(further.contains("\n'*::stations -- Where to gather from"), "{further}");
    assert!(further.ends_with("&& ret=0\n;;\n        esac\n    ;;\nesac"), "{further}");
}

#[test]
fn fish_completes_the_value_that_is_yet_to_come() {
    let script = script(Shell::Fish, "client-smol");
    let (_, function) =
        script.split_once("function __fish_client_smol_needs_command\n").expect("a function");
    let (function, _) = function.split_once("\nend\n").expect("its end");
    let parse = "argparse -s (__fish_client_smol_global_optspecs) -- $cmd";
    let lines: Vec<_> =
        function.lines().map(str::trim).filter(|line| !line.starts_with('#')).collect();
    let at = lines.iter().position(|line| line.starts_with("argparse")).expect("a parser");
    assert_eq!(
        lines[at..at + 4],
        [
            &format!("{parse} 2>/dev/null"),
            &format!("or {parse} value 2>/dev/null"),
            "or return",
            "if set -q argv[1]; and contains -- $argv[1] inspect ca completions man help",
        ]
    );
}

#[test]
fn fish_completes_a_subcommand_in_the_first_place_and_what_it_takes() {
    let script = script(Shell::Fish, "client-smol");
    let lines: Vec<_> = script.lines().collect();
    for subcommand in ["inspect", "ca", "completions", "man", "help"] {
        let first = "complete -c client-smol -n \"test (count (commandline -opc)) -eq 1\"";
        let offered: Vec<_> = lines
            .iter()
            .filter(|line| !line.contains("using_subcommand"))
            .filter(|line| line.contains(&format!(" -a \"{subcommand}\"")))
            .collect();
        assert!(
            matches!(offered.as_slice(), [line] if line.starts_with(first)),
            "{subcommand}: {offered:?}"
        );
    }
    let after = "complete -c client-smol -n \"__fish_client_smol_using_subcommand";
    let shells = "bash elvish fish powershell zsh";
    let not_yet = format!("; and not __fish_seen_subcommand_from {shells}");
    for expected in [
        format!("{after} completions\" -f"),
        format!("{after} completions{not_yet}\" -f -a \"{shells}\""),
        format!("{after} man\" -f"),
        // Hosts, which nobody else knows.
        format!("{after} ca\" -f"),
        format!(
            "{after} help; and not __fish_seen_subcommand_from inspect ca completions man\" -f \
             -a \"inspect ca completions man\""
        ),
    ] {
        assert!(lines.contains(&expected.as_str()), "{expected}");
    }
    // It takes files.
    assert!(!lines.contains(&format!("{after} inspect\" -f").as_str()));
}
