//! Captures as something to serve again.

use std::time::Duration;

use carwatch_capture::recording::{Ending, Recorder, Recording};

use crate::build::*;

fn ms(ms: u64) -> Duration {
    Duration::from_millis(ms)
}

#[test]
fn chunks_times_and_ends() {
    let mut all = stream(7, &[b"1:a:b.", b"2:c:d"]);
    let recording = Recording::read(&pcap(&all), 1 << 20).unwrap();
    let [station] = &recording.stations[..] else { panic!("{recording:?}") };
    assert_eq!((station.name.as_str(), station.address.as_str()), ("capture", STATION));
    let [attempt] = &station.attempts[..] else { panic!("{recording:?}") };
    assert!(attempt.connected);
    assert_eq!(attempt.chunks, [(ms(2), b"1:a:b.".to_vec()), (ms(3), b"2:c:d".to_vec())]);
    assert_eq!((attempt.end, attempt.at), (Ending::Fin, ms(4)));

    all[5] = Seg::station(19, RST, b"");
    let ends =
        |all: &[Seg]| Recording::read(&pcap(all), 1 << 20).unwrap().stations[0].attempts[0].end;
    assert_eq!(ends(&all[..6]), Ending::Reset);
    assert_eq!(ends(&all[..5]), Ending::Silent);
    all[5] = Seg::client(101, RST, b"");
    assert_eq!(ends(&all[..6]), Ending::Silent);
}

#[test]
fn a_gap_is_served_up_to_it() {
    let mut all = stream(7, &[b"1:a:b.", b"2:c:d", b"3:e:f"]);
    all.remove(4);
    let recording = Recording::read(&pcap(&all), 1 << 20).unwrap();
    let attempt = &recording.stations[0].attempts[0];
    assert_eq!(attempt.chunks, [(ms(2), b"1:a:b.".to_vec())]);
    assert_eq!(attempt.end, Ending::Silent);
}

#[test]
fn what_came_late_is_served_when_it_came() {
    let mut all = stream(7, &[b"1:a:b.", b"2:c:d"]);
    all.swap(3, 4);
    let recording = Recording::read(&pcap(&all), 1 << 20).unwrap();
    assert_eq!(recording.stations[0].attempts[0].chunks, [(ms(3), b"1:a:b.2:c:d".to_vec())]);
}

#[test]
fn a_refusal_is_an_attempt() {
    let all = [Seg::client(100, SYN, b""), Seg::station(0, RST | ACK, b"")];
    let recording = Recording::read(&pcap(&all), 1 << 20).unwrap();
    let attempt = &recording.stations[0].attempts[0];
    assert_eq!((attempt.connected, attempt.end, attempt.at), (false, Ending::Reset, ms(1)));
    assert!(attempt.chunks.is_empty());
}

#[test]
fn what_cannot_be_served_is_an_error() {
    let error = |file: &[u8], memory| Recording::read(file, memory).unwrap_err();
    assert_eq!(error(b"1:a:b", 1 << 20), "it is no capture: neither pcap nor pcapng");
    assert_eq!(error(&pcap(&[]), 1 << 20), "no TCP stream was captured");
    let all = stream(7, &[&[b'x'; 5000]]);
    assert_eq!(error(&pcap(&all), 3000), "its answers take more than 3000 bytes");
    let mut recorder = Recorder::new("gate.pcap", 1 << 20);
    pcap(&all).chunks(3).for_each(|chunk| recorder.feed(chunk));
    assert_eq!(recorder.finish().unwrap().stations[0].name, "gate.pcap");
}

#[test]
fn also_what_a_gather_gave_up_is_served() {
    let mut ng = Ng::new(false);
    ng.section(&[]);
    ng.interface(101, &[]);
    let said = "carwatch outcome {\"outcome\":\"failed\",\"reason\":\"too_large\",\"verified\":false,\
                \"bytes\":5,\"first_byte_ns\":1,\"detail\":null}";
    for segment in stream(7, &[b"1:a:b"]) {
        let comments: &[&str] = if segment.flags & FIN != 0 { &[said] } else { &[] };
        ng.packet(0, 0, &segment.ip(), comments);
    }
    let recording = Recording::read(&ng.out, 1 << 20).unwrap();
    assert_eq!(recording.stations[0].attempts[0].chunks, [(ms(0), b"1:a:b".to_vec())]);
    assert_eq!(verdict(&one(&ng.out)), "failed too_large: ");
}
