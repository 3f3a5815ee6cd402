//! A value of the file as arguments on a command line, as far as its type fits the flag.

use std::ffi::OsString;

use clap::{Arg, ArgAction};

use super::document::{Is, Place, Value};

/// One argument of a command line, and what place in the file it comes from.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Given {
    pub(super) at: Place,
    pub(super) argument: OsString,
}

/// What `key = value` comes to for `arg`, whose long name `key` is.
///
/// # Errors
///
/// The value has a type that the flag cannot take; with the place.
pub(super) fn given(arg: &Arg, key: &str, value: Value) -> Result<Vec<Given>, (Place, String)> {
    let at = value.at;
    let wrong = |at: Place, takes: &str, is: &Is| {
        (at, format!("wrong type of value for '{key}': it takes {takes}, not {}", is.name()))
    };
    let alone = || Given { at, argument: format!("--{key}").into() };
    match (arg.get_action(), value.is) {
        (ArgAction::SetTrue | ArgAction::SetFalse, Is::Bool(is)) => {
            Ok(is.then(alone).into_iter().collect())
        }
        (ArgAction::SetTrue | ArgAction::SetFalse, is) => Err(wrong(at, "true or false", &is)),
        (ArgAction::Count, Is::Bool(is)) => Ok(is.then(alone).into_iter().collect()),
        (ArgAction::Count, Is::Integer(times)) => match times.parse::<u8>() {
            Ok(times) => Ok((0..times).map(|_| alone()).collect()),
            Err(_) => Err((at, format!("invalid value {times} for '{key}': {COUNT}"))),
        },
        (ArgAction::Count, is) => Err(wrong(at, COUNT, &is)),
        (ArgAction::Append, Is::List(items)) => {
            if items.is_empty() {
                return Err((at, format!("an empty list for '{key}' says nothing: leave it out")));
            }
            let item = |Value { at, is }| match word(arg, is) {
                Ok(word) => Ok(Given { at, argument: format!("--{key}={word}").into() }),
                Err(is) => Err(wrong(at, "a list of strings or numbers", &is)),
            };
            items.into_iter().map(item).collect()
        }
        (action, is) => match word(arg, is) {
            Ok(word) => Ok(vec![Given { at, argument: format!("--{key}={word}").into() }]),
            Err(is) if matches!(action, ArgAction::Append) => {
                Err(wrong(at, "a string, a number or a list of them", &is))
            }
            Err(is) => Err(wrong(at, "a string or a number", &is)),
        },
    }
}

/// The text of a value, for a flag that takes one.
fn word(arg: &Arg, is: Is) -> Result<String, Is> {
    match is {
        Is::Text(text) | Is::Integer(text) | Is::Float(text) => Ok(text),
        // Nobody means a file called `true`.
        Is::Bool(bool) => {
            let word = bool.to_string();
            let named = arg.get_possible_values().iter().any(|value| value.matches(&word, false));
            if named { Ok(word) } else { Err(is) }
        }
        is => Err(is),
    }
}

const COUNT: &str = "true, false, or how many times, from 0 to 255";
