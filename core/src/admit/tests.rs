//! Who is let in, by the words of cli.md and limits.md.

use alloc::format;
use alloc::string::ToString;
use alloc::vec;
use core::net::{Ipv4Addr, Ipv6Addr};

use proptest::prelude::*;

use super::*;

fn network(text: &str) -> Network {
    text.parse().unwrap_or_else(|error| panic!("{text}: {error}"))
}

fn ip(text: &str) -> IpAddr {
    text.parse().unwrap()
}

#[test]
fn networks_hold_what_their_prefix_says() {
    for (text, inside, outside) in [
        ("10.0.0.0/8", "10.255.255.255", "11.0.0.0"),
        ("10.1.2.3/8", "10.0.0.0", "9.255.255.255"),
        ("192.0.2.7", "192.0.2.7", "192.0.2.6"),
        ("192.0.2.7/32", "::ffff:192.0.2.7", "::ffff:192.0.2.8"),
        ("::ffff:10.0.0.0/104", "10.9.9.9", "::a00:1"),
        ("0.0.0.0/0", "255.255.255.255", "::1"),
        ("::/0", "ffff::", "1.2.3.4"),
        ("2001:db8::/33", "2001:db8:7fff::1", "2001:db8:8000::"),
        ("::1", "::1", "::"),
    ] {
        assert!(network(text).contains(ip(inside)), "{inside} in {text}");
        assert!(!network(text).contains(ip(outside)), "{outside} in {text}");
    }
}

#[test]
fn what_is_not_a_network_is_told_apart() {
    for text in ["", "/8", "10.0.0/8", "10.0.0.0.0/8", "example.org", "[::1]/64", " 10.0.0.0/8"] {
        assert_eq!(text.parse::<Network>(), Err(NetworkError::Address), "{text:?}");
    }
    for (text, longest) in [
        ("10.0.0.0/33", 32),
        ("10.0.0.0/", 32),
        ("10.0.0.0/+8", 32),
        ("10.0.0.0/-1", 32),
        ("10.0.0.0/8/8", 32),
        ("10.0.0.0/255.0.0.0", 32),
        ("::/129", 128),
        ("::/99999999999", 128),
    ] {
        assert_eq!(text.parse::<Network>(), Err(NetworkError::Prefix { longest }), "{text:?}");
    }
    assert_eq!("::ffff:0:0/95".parse::<Network>(), Err(NetworkError::Mapped));
    assert!(NetworkError::Prefix { longest: 32 }.to_string().contains("0 to 32"));
}

proptest! {
    /// Against the bits, one by one.
    #[test]
    fn a_prefix_is_so_many_bits(own: u128, other: u128, near in 0u32..=128, prefix in 0u32..=128) {
        // Two random addresses share no prefix worth the name; these share `near` bits.
        let other = if near == 0 { other } else { own ^ (other.checked_shr(near).unwrap_or(0)) };
        let (own6, other6) = (Ipv6Addr::from_bits(own), Ipv6Addr::from_bits(other));
        prop_assume!(own6.to_ipv4_mapped().is_none() && other6.to_ipv4_mapped().is_none());
        let same = (0..prefix).all(|bit| own << bit >> 127 == other << bit >> 127);
        let text = format!("{own6}/{prefix}");
        prop_assert_eq!(network(&text).contains(other6.into()), same);

        let (own4, other4) = ((own >> 96) as u32, (other >> 96) as u32);
        let prefix = prefix.min(32);
        let same = (0..prefix).all(|bit| own4 << bit >> 31 == other4 << bit >> 31);
        let text = format!("{}/{prefix}", Ipv4Addr::from_bits(own4));
        prop_assert_eq!(network(&text).contains(Ipv4Addr::from_bits(other4).into()), same);
    }

    /// Never more of one source than the limit, and never one turned away below it.
    #[test]
    fn places_are_counted(steps in proptest::collection::vec((0u8..3, any::<bool>()), 0..60)) {
        let mut admit = Admit::new(Rules { allow: None, per_source: Some(2) });
        let mut inside = vec![vec![]; 3];
        for (who, enters) in steps {
            let address = IpAddr::from([192, 0, 2, who]);
            let places = &mut inside[usize::from(who)];
            if enters {
                match admit.enter(address) {
                    Ok(place) => places.push(place),
                    Err(why) => {
                        prop_assert_eq!(why, Unwelcome::PerSource);
                        prop_assert_eq!(places.len(), 2);
                    }
                }
                prop_assert!(places.len() <= 2);
            } else if let Some(place) = places.pop() {
                admit.leave(place);
            }
        }
        inside.into_iter().flatten().for_each(|place| admit.leave(place));
        prop_assert!(admit.inside.is_empty(), "who is gone costs nothing");
    }
}

#[test]
fn a_source_is_an_ipv4_address_or_a_64_of_ipv6() {
    for (one, other, same) in [
        ("2001:db8::1", "2001:db8::ffff:ffff:ffff:ffff", true),
        ("2001:db8::1", "2001:db8:0:1::1", false),
        ("192.0.2.1", "::ffff:192.0.2.1", true),
        ("192.0.2.1", "192.0.2.2", false),
        ("::ffff:192.0.2.1", "::ffff:192.0.2.2", false),
    ] {
        assert_eq!(Source::of(ip(one)) == Source::of(ip(other)), same, "{one} and {other}");
    }
}

#[test]
fn new_rules_hold_for_whoever_comes_next() {
    let mut admit = Admit::default();
    let places = [(); 3].map(|()| admit.enter(ip("192.0.2.1")).unwrap());
    admit.set_rules(Rules { allow: Some(vec![network("192.0.2.0/24")]), per_source: Some(3) });
    assert_eq!(admit.enter(ip("192.0.2.1")), Err(Unwelcome::PerSource));
    assert_eq!(admit.enter(ip("198.51.100.1")), Err(Unwelcome::NotAllowed));
    admit.leave(places[0]);
    assert!(admit.enter(ip("192.0.2.1")).is_ok());
    admit.set_rules(Rules { allow: Some(vec![]), per_source: None });
    assert_eq!(admit.enter(ip("192.0.2.1")), Err(Unwelcome::NotAllowed), "none is none");
}
