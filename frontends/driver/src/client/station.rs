//! Where to gather from.

use carwatch::Target;

use crate::tls::To;

/// A station, and how it is spoken to.
#[derive(Clone, Debug)]
pub struct Station {
    /// Which station it is.
    pub target: Target,
    /// How it is spoken to; in plain text without this.
    pub tls: Option<To>,
}

impl From<Target> for Station {
    /// One that is spoken to in plain text.
    fn from(target: Target) -> Self {
        Self { target, tls: None }
    }
}
