//! Who may connect: from which networks, and how often at once (cli.md, `--allow` and
//! `--max-per-source`). It is judged before a byte is sent; who may not is reset.

use alloc::collections::BTreeMap;
use alloc::collections::btree_map::Entry;
use alloc::vec::Vec;
use core::fmt;
use core::net::{IpAddr, Ipv6Addr};
use core::str::FromStr;

/// What a station asks of those who connect.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Rules {
    /// From where; `None` is everywhere.
    pub allow: Option<Vec<Network>>,
    /// How many connections of one [`Source`] at once; `None` is as many as come.
    pub per_source: Option<usize>,
}

/// Why somebody is not let in.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Unwelcome {
    /// No network that may connect holds their address.
    NotAllowed,
    /// Their source has as many connections as one may have.
    PerSource,
}

impl Unwelcome {
    /// Its name in logs and counters.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::NotAllowed => "not_allowed",
            Self::PerSource => "per_source",
        }
    }
}

/// The judge at the door. The loop:
///
/// ```
/// use carwatch::admit::{Admit, Rules, Unwelcome};
///
/// let allow = Some(vec!["10.0.0.0/8".parse()?, "::1".parse()?]);
/// let mut admit = Admit::new(Rules { allow, per_source: Some(1) });
/// // 1. Ask for each connection; what is returned stands for its place.
/// let place = admit.enter("10.1.2.3".parse()?).expect("it is allowed");
/// assert_eq!(admit.enter("10.1.2.3".parse()?), Err(Unwelcome::PerSource));
/// assert_eq!(admit.enter("192.0.2.1".parse()?), Err(Unwelcome::NotAllowed));
/// // 2. Give the place back when the connection has ended.
/// admit.leave(place);
/// assert!(admit.enter("10.1.2.3".parse()?).is_ok());
/// # Ok::<(), Box<dyn core::error::Error>>(())
/// ```
#[derive(Debug, Default)]
pub struct Admit {
    rules: Rules,
    /// How many are in, of each source.
    inside: BTreeMap<Source, usize>,
}

impl Admit {
    /// A judge who has let in nobody yet.
    #[must_use]
    pub const fn new(rules: Rules) -> Self {
        Self { rules, inside: BTreeMap::new() }
    }

    /// Whether a connection from `address` may be served.
    ///
    /// # Errors
    ///
    /// Why not; then it is to be reset, and [`leave`](Self::leave) is not to be called.
    pub fn enter(&mut self, address: IpAddr) -> Result<Source, Unwelcome> {
        let allowed = |networks: &Vec<Network>| networks.iter().any(|n| n.contains(address));
        if !self.rules.allow.as_ref().is_none_or(allowed) {
            return Err(Unwelcome::NotAllowed);
        }
        let source = Source::of(address);
        let inside = self.inside.get(&source).copied().unwrap_or(0);
        if self.rules.per_source.is_some_and(|most| inside >= most) {
            return Err(Unwelcome::PerSource);
        }
        self.inside.insert(source, inside + 1);
        Ok(source)
    }

    /// A connection of `source` has ended.
    pub fn leave(&mut self, source: Source) {
        if let Entry::Occupied(mut inside) = self.inside.entry(source) {
            *inside.get_mut() -= 1;
            if *inside.get() == 0 {
                inside.remove();
            }
        }
    }

    /// From now on `rules` hold. Who is in stays in, and still counts.
    pub fn set_rules(&mut self, rules: Rules) {
        self.rules = rules;
    }
}

/// Whom connections are counted for: an IPv4 address, or a /64 of IPv6, which is what one
/// customer has (limits.md). An IPv4 address that is mapped into IPv6 is an IPv4 address.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Source(IpAddr);

impl Source {
    /// The source that `address` belongs to.
    #[must_use]
    pub fn of(address: IpAddr) -> Self {
        Self(match address.to_canonical() {
            IpAddr::V6(address) => {
                IpAddr::V6(Ipv6Addr::from_bits(address.to_bits() & mask(64, 128)))
            }
            address @ IpAddr::V4(_) => address,
        })
    }
}

/// A network in CIDR notation (RFC 4632): `10.0.0.0/8`, `2001:db8::/32`, or one address. Bits
/// after the prefix do not matter. Both it and the addresses that it is asked for may be IPv4
/// mapped into IPv6.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Network {
    address: IpAddr,
    prefix: u32,
}

impl Network {
    /// Whether `address` lies in it.
    #[must_use]
    pub fn contains(&self, address: IpAddr) -> bool {
        match (self.address, address.to_canonical()) {
            (IpAddr::V4(own), IpAddr::V4(other)) => {
                u128::from(own.to_bits() ^ other.to_bits()) & mask(self.prefix, 32) == 0
            }
            (IpAddr::V6(own), IpAddr::V6(other)) => {
                (own.to_bits() ^ other.to_bits()) & mask(self.prefix, 128) == 0
            }
            _ => false,
        }
    }
}

impl FromStr for Network {
    type Err = NetworkError;

    fn from_str(text: &str) -> Result<Self, NetworkError> {
        let (address, prefix) = match text.split_once('/') {
            Some((address, prefix)) => (address, Some(prefix)),
            None => (text, None),
        };
        let given: IpAddr = address.parse().map_err(|_| NetworkError::Address)?;
        let longest = if given.is_ipv4() { 32 } else { 128 };
        let prefix = match prefix {
            None => longest,
            // `parse` alone would also take a sign.
            Some(digits) if !digits.bytes().all(|byte| byte.is_ascii_digit()) => {
                return Err(NetworkError::Prefix { longest });
            }
            Some(digits) => digits
                .parse()
                .ok()
                .filter(|prefix| *prefix <= longest)
                .ok_or(NetworkError::Prefix { longest })?,
        };
        let address = given.to_canonical();
        if address.is_ipv4() == given.is_ipv4() {
            return Ok(Self { address, prefix });
        }
        // Mapped: the first 96 bits are the same for all of them. A shorter prefix would span
        // IPv4 and more.
        let prefix = prefix.checked_sub(96).ok_or(NetworkError::Mapped)?;
        Ok(Self { address, prefix })
    }
}

/// What is not a network.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum NetworkError {
    /// What stands before the `/` is not an address.
    Address,
    /// What stands after it is not a whole number from 0 to `longest`.
    Prefix {
        /// The number of bits in an address.
        longest: u32,
    },
    /// IPv4 mapped into IPv6 with a prefix of less than 96 bits.
    Mapped,
}

impl fmt::Display for NetworkError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Address => f.write_str("write a network like 10.0.0.0/8, 2001:db8::/32 or ::1"),
            Self::Prefix { longest } => {
                write!(f, "after the / stands a number of bits, from 0 to {longest}")
            }
            Self::Mapped => f.write_str("write an IPv4 network as such, like 10.0.0.0/8"),
        }
    }
}

impl core::error::Error for NetworkError {}

/// The first `prefix` of `bits` bits.
const fn mask(prefix: u32, bits: u32) -> u128 {
    let all = if bits == 128 { u128::MAX } else { (1 << bits) - 1 };
    // A shift by all bits of a number is none in Rust, and an overflow.
    if prefix == 0 { 0 } else { all & (all << (bits - prefix)) }
}

#[cfg(test)]
mod tests;
