//! A private CA, and certificates for a handful of stations and their clients.
//!
//! ```text
//! Order ─ Station ─ Name, Host     what is asked for
//!   │
//! make ─ Authority ─ Leaf          keys and certificates, in memory
//!   │  ─ Folder                    files: never overwritten, never readable by others
//! Made                             what there is now
//! ```
//!
//! A folder holds one CA (`ca.pem`, `ca.key`) and for each name a certificate with its key
//! (`gate.pem`, `gate.key`), all PEM, the keys PKCS#8. Keys are ECDSA P-256. What is signed
//! is RFC 5280's profile: the CA can sign certificates and nothing below another CA
//! (pathLenConstraint 0); a station's certificate has its hosts as subjectAltName and is good
//! for serverAuth alone, a client's for clientAuth alone. So a station's stolen key does not
//! open another station, nor a client's pose as one.
//!
//! The CA is its own root, and whoever verifies has it as `ca.pem`; so `gate.pem` holds the
//! station's certificate and not the CA's. RFC 8446 (4.4.2) lets a sender leave the root out,
//! and nobody may trust one for having been sent.
//!
//! There is no revocation: a key that is stolen is good until its certificate ends, or until
//! the CA is replaced.
//!
//! ```
//! use std::time::SystemTime;
//! use carwatch_authority::{Authority, Host, Name};
//!
//! let now = SystemTime::now();
//! let authority = Authority::new(now)?;
//! let gate: Name = "gate".parse()?;
//! let hosts: Vec<Host> = vec!["gate.example".parse()?, "192.0.2.7".parse()?];
//! let leaf = authority.station(&gate, &hosts, &authority.lasting(Some(90), now)?)?;
//! assert!(leaf.pem.starts_with("-----BEGIN CERTIFICATE-----"));
//! # Ok::<(), carwatch_authority::Error>(())
//! ```

mod authority;
mod error;
mod existing;
mod folder;
mod host;
mod make;
mod name;
mod order;
mod validity;

pub use authority::{Authority, Leaf};
pub use error::Error;
pub use host::Host;
pub use make::{Certificate, Made, make};
pub use name::Name;
pub use order::{DEFAULT_CLIENT, Order, Station};
pub use validity::{DEFAULT_DAYS, Validity};
