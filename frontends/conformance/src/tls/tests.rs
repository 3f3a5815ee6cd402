//! The peers among themselves: a caller that took one ending for another would prove nothing.

use std::net::SocketAddr;

use rustls::AlertDescription;

use super::{
    BOTH, Certificates, Cut, End, Ended, Heard, Middle, ONLY_12, ONLY_13, Opening, Script, Station,
    Who, call, client_config, server_config,
};

fn address(text: &str) -> SocketAddr {
    text.parse().expect("an address")
}

fn heard(of: &Certificates, script: Script) -> Heard {
    let station = Station::new(server_config(of, Who::Good, false, BOTH), script);
    call(address(&station.address()), &client_config(of, None, BOTH))
}

#[test]
fn each_ending_is_told_apart() {
    let of = Certificates::new();
    for (end, expected) in [
        (End::CloseNotify, Ended::CloseNotify),
        (End::Fin, Ended::Fin),
        (End::Dies, Ended::Fin),
        (End::Reset, Ended::Reset),
        (End::Alert, Ended::Alert(AlertDescription::BadRecordMac)),
    ] {
        let Heard { bytes, end: actual } = heard(&of, Script::new("1:a:b", end));
        assert_eq!((bytes, actual), (b"1:a:b".to_vec(), expected), "{end:?}");
    }
    let notified = heard(&of, Script::new("1:a:b", End::NotifyReset)).end;
    assert!(matches!(notified, Ended::NotifiedThen(_)), "{notified:?}");
    for forged in [End::ForgedAlert, End::ForgedNotify, End::ForgedRecord] {
        let heard = heard(&of, Script::new("1:a:b", forged));
        assert!(matches!(heard.end, Ended::Other(_)), "{forged:?}: {heard:?}");
    }
    for opening in [Opening::Plain(b"1:a:b.2:c:d"), Opening::Plain(b""), Opening::Reset] {
        let heard = heard(&of, Script::opening(opening));
        assert!(heard.bytes.is_empty() && heard.end != Ended::CloseNotify, "{heard:?}");
    }
}

#[test]
fn who_is_not_believed_hears_so() {
    let of = Certificates::new();
    for versions in [ONLY_12, ONLY_13] {
        let config = server_config(&of, Who::Good, true, versions);
        let station = Station::new(config, Script::new("1:a:b", End::CloseNotify));
        let call = |who| call(address(&station.address()), &client_config(&of, who, versions));
        assert_eq!(call(Some(Who::Client)).complete(), b"1:a:b");
        for who in [None, Some(Who::StrangeClient), Some(Who::ExpiredClient), Some(Who::Good)] {
            let heard = call(who);
            assert!(matches!(heard.end, Ended::Alert(_)), "{who:?}: {heard:?}");
        }
    }
    for who in [Who::Expired, Who::Early, Who::Elsewhere, Who::Stranger, Who::SelfSigned] {
        let config = server_config(&of, who, false, BOTH);
        let station = Station::new(config, Script::new("1:a:b", End::CloseNotify));
        let heard = call(address(&station.address()), &client_config(&of, None, BOTH));
        assert!(matches!(heard.end, Ended::Other(_)), "{who:?}: {heard:?}");
    }
}

#[test]
fn who_stands_in_between_cuts_where_it_should() {
    let of = Certificates::new();
    let config = server_config(&of, Who::Good, false, BOTH);
    let station = Station::new(config, Script::new("1:a:b".repeat(10_000), End::CloseNotify));
    let through = |cut| {
        let middle = Middle::new(address(&station.address()), cut);
        let heard = call(address(&middle.address()), &client_config(&of, None, BOTH));
        (heard, middle.passed())
    };
    let (whole, passed) = through(Cut::Never);
    assert_eq!(whole.complete().len(), 50_000);
    let [passed] = passed[..] else { panic!("one connection") };
    assert!(passed.client_finished && !passed.cut && passed.bytes > 50_000, "{passed:?}");
    for (cut, bytes, records) in [
        (Cut::FinAfter(0), 0, None),
        (Cut::FinAfter(40_000), 40_000, None),
        (Cut::FinAfterRecords(3), 0, Some(3)),
        (Cut::FinAfterRecords(passed.records - 1), 0, Some(passed.records - 1)),
    ] {
        let (heard, passed) = through(cut);
        assert_eq!(heard.end, Ended::Fin, "{cut:?}");
        let [passed] = passed[..] else { panic!("one connection") };
        assert!(passed.cut, "{cut:?}");
        match records {
            None => assert_eq!(passed.bytes, bytes, "{cut:?}"),
            Some(records) => assert_eq!(passed.records, records, "{cut:?}"),
        }
    }
    assert_eq!(through(Cut::ResetAfter(40_000)).0.end, Ended::Reset);
    let (turned, _) = through(Cut::Flip(40_000));
    assert!(matches!(turned.end, Ended::Other(_)), "{:?}", turned.end);
}
