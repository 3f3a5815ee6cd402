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
