use clap::{Arg, ArgAction, Command};

use super::{count, switch, with_env};

#[test]
fn every_long_flag_has_its_variable_and_nothing_else_has() {
    let command = with_env(
        Command::new("p")
            .version("1")
            .arg(Arg::new("station"))
            .arg(Arg::new("short").short('s'))
            .arg(Arg::new("max").long("max-connections"))
            .arg(Arg::new("quiet").long("quiet").action(ArgAction::SetTrue)),
        "CARWATCH_TEST",
    );
    let variables: Vec<_> = command
        .get_arguments()
        .map(|arg| (arg.get_id().as_str(), arg.get_env().and_then(|name| name.to_str())))
        .collect();
    assert_eq!(
        variables,
        [
            ("station", None),
            ("short", None),
            ("max", Some("CARWATCH_TEST_MAX_CONNECTIONS")),
            ("quiet", Some("CARWATCH_TEST_QUIET")),
        ]
    );
    let help = command.clone().render_help().to_string();
    assert!(help.contains("[env: CARWATCH_TEST_MAX_CONNECTIONS]"), "{help}");
}

#[test]
fn a_flag_without_a_value_is_a_yes_or_a_no() {
    for yes in ["true", "1", "yes", "on", "TRUE", "On"] {
        assert_eq!((switch(yes), count(yes)), (Ok(true), Ok(1)), "{yes}");
    }
    for no in ["false", "0", "no", "off", "", "False"] {
        assert_eq!((switch(no), count(no)), (Ok(false), Ok(0)), "{no}");
    }
    assert_eq!(count("2"), Ok(2));
    for neither in ["maybe", " ", "-1", "256", "2.0"] {
        assert!(switch(neither).is_err() && count(neither).is_err(), "{neither:?}");
    }
}

/// Cargo sets variables for tests, which is the only way to set one without unsafe code.
#[test]
fn the_command_line_wins_over_the_variable() {
    let command = || {
        with_env(
            Command::new("p")
                .arg(Arg::new("version").long("pkg-name"))
                .arg(Arg::new("count").long("pkg-version-minor").action(ArgAction::Count)),
            "CARGO",
        )
    };
    let from_variable = command().try_get_matches_from(["p"]).unwrap();
    assert_eq!(from_variable.get_one::<String>("version").unwrap(), "carwatch-cli");
    assert_eq!(from_variable.get_count("count"), 1);
    let from_flag = command().try_get_matches_from(["p", "--pkg-name", "x"]).unwrap();
    assert_eq!(from_flag.get_one::<String>("version").unwrap(), "x");
}
