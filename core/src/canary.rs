//! Bugs that are planted, so that whoever looks for bugs can be seen to find them.
//!
//! They are in no build but one with `--cfg carwatch_canaries`, and there at most one of them
//! shows: the one that the environment's `CARWATCH_CANARY` names. `.ci/run canaries` lets each
//! loose and says who found it; core/docs/testing.md has the table.

/// `planted!("what goes wrong" => wrong)` does what is wrong, if that bug is let loose;
/// `planted!("what goes wrong" => wrong, else right)` is the one or the other.
#[cfg(carwatch_canaries)]
macro_rules! planted {
    ($name:literal => $wrong:expr, else $right:expr) => {
        if $crate::canary::is_loose($name) { $wrong } else { $right }
    };
    ($name:literal => $wrong:expr) => {
        if $crate::canary::is_loose($name) {
            $wrong;
        }
    };
}
#[cfg(not(carwatch_canaries))]
macro_rules! planted {
    ($name:literal => $wrong:expr, else $right:expr) => {
        $right
    };
    ($name:literal => $wrong:expr) => {};
}

#[cfg(carwatch_canaries)]
pub(crate) fn is_loose(name: &str) -> bool {
    extern crate std;
    static LOOSE: std::sync::OnceLock<Option<std::string::String>> = std::sync::OnceLock::new();
    LOOSE.get_or_init(|| std::env::var("CARWATCH_CANARY").ok()).as_deref() == Some(name)
}
