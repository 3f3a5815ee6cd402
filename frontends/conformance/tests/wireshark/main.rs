//! Captures of ours in tshark: opened without a warning, followed to the byte, and dissected by
//! `wireshark/carwatch.lua` into the records that the core finds.
//!
//! `cargo test -p conformance --features tools --test wireshark` needs tshark, and as root
//! setpriv (util-linux); it fails where one of them is missing.

mod altered;
mod responses;
mod sample;
mod thousand;
mod tshark;

use carwatch_capture::write::End;
use conformance::rng::Rng;

use sample::{Counts, Sample};
use tshark::{Mode, Tshark};

#[test]
fn a_capture_opens_without_a_warning() {
    let tshark = Tshark::new();
    let file = tshark.keep(&everything(1).finish());
    assert_eq!(tshark.run(&file, &["-Y", "tcp.analysis.flags"]), "");
    let experts = tshark.run(&file, &["-q", "-z", "expert"]);
    assert!(!experts.contains("Errors ("), "{experts}");
    let warnings = experts.lines().skip_while(|line| !line.starts_with("Warns (")).skip(3);
    for warning in warnings.take_while(|line| !line.is_empty()) {
        assert!(warning.contains("Connection reset (RST)"), "{warning}");
    }
}

#[test]
fn every_checksum_is_right() {
    let tshark = Tshark::new();
    let sample = everything(2);
    let packets = sample.packets();
    let file = tshark.keep(&sample.finish());
    let checked = ["-o", "tcp.check_checksum:TRUE", "-o", "ip.check_checksum:TRUE"];
    let of = |filter: &str| {
        let args = [&checked[..], &["-Y", filter, "-T", "fields", "-e", "frame.number"]].concat();
        tshark.run(&file, &args).lines().count()
    };
    assert_eq!(of("tcp.checksum.status == 1"), packets);
    assert_eq!(of("ip.version == 6 or ip.checksum.status == 1 or ipv6"), packets);
    assert_eq!(of("ip.checksum.status == 0"), 0);
}

#[test]
fn numbers_that_wrap_and_much_under_way_are_no_trouble() {
    let tshark = Tshark::new();
    let mut sample = Sample::new();
    // The numbers of the 233rd stream's station begin within 20 MiB of their end.
    for _ in 1..233 {
        sample.refused();
    }
    let much = vec![b'x'; 1 << 20];
    sample.stream(&vec![&much[..]; 40], Some(End::Fin));
    let file = tshark.keep(&sample.finish());
    assert_eq!(tshark.run(&file, &["-Y", "tcp.analysis.flags"]), "");
    let numbers = tshark.run(
        &file,
        &["-Y", "tcp.stream == 232 and tcp.srcport == 8000", "-T", "fields", "-e", "tcp.seq_raw"],
    );
    let numbers: Vec<u32> = numbers.lines().map(|line| line.parse().unwrap()).collect();
    assert!(numbers[numbers.len() - 1] < numbers[0], "they wrap: {numbers:?}");
}

#[test]
fn following_a_stream_shows_the_bytes() {
    let tshark = Tshark::new();
    let sample = everything(3);
    let file = tshark.keep(&sample.clone().finish());
    let followed: Vec<usize> = (0..sample.streams().len()).step_by(3).collect();
    let bytes = tshark.follow(&file, &followed);
    for (stream, bytes) in followed.into_iter().zip(bytes) {
        assert!(bytes == sample.streams()[stream].bytes, "stream {stream}");
    }
}

#[test]
fn the_dissector_counts_what_the_core_counts() {
    let tshark = Tshark::new();
    for seed in 10..14 {
        let sample = everything(seed);
        count_and_compare(&tshark, &sample, &sample.clone().finish(), &format!("seed {seed}"));
    }
}

#[test]
fn a_fin_that_comes_with_bytes_and_segments_sent_twice_change_no_count() {
    let tshark = Tshark::new();
    for seed in 20..22 {
        let sample = everything(seed);
        let capture = sample.clone().finish();
        let together = altered::fin_with_the_last_bytes(&capture);
        assert_ne!(together.len(), capture.len());
        count_and_compare(&tshark, &sample, &together, &format!("FIN with bytes, seed {seed}"));
        let twice = altered::every_third_twice(&capture);
        assert_ne!(twice.len(), capture.len());
        count_and_compare(&tshark, &sample, &twice, &format!("twice, seed {seed}"));
    }
}

#[test]
fn every_split_gives_the_same_counts() {
    let tshark = Tshark::new();
    let response = b"1:a:b.2:%2E%3a:\xc3\xa9.x..\xc3:y:z.3::.";
    let mut sample = Sample::new();
    let bytes: Vec<&[u8]> = response.chunks(1).collect();
    sample.stream(&bytes, Some(End::Fin));
    for at in 0..=response.len() {
        let (head, tail) = response.split_at(at);
        sample.stream(&[head, tail], Some(End::Fin));
    }
    let file = tshark.keep(&sample.clone().finish());
    for mode in [Mode::Whole, Mode::Streaming] {
        let counted = tshark.count(&file, mode, 1);
        assert_eq!(counted.len(), sample.streams().len());
        for (number, counts) in counted {
            assert_eq!(counts, sample.streams()[number].counts(), "{mode:?}, split {number}");
        }
    }
}

#[test]
fn streaming_shows_what_a_broken_stream_had_sent() {
    let tshark = Tshark::new();
    let mut sample = Sample::new();
    for end in [End::Reset, End::GivenUp] {
        sample.stream(&[b"a:b:c.d:e", b":f.g:h"], Some(end));
        sample.stream(&[b"a:b:c.", b"d:e:f."], Some(end));
        sample.stream(&[], Some(end));
    }
    let file = tshark.keep(&sample.finish());
    let counted = tshark.count(&file, Mode::Streaming, 1);
    let cars = |stream| counted.get(&stream).cloned().unwrap_or_default();
    for first in [0, 3] {
        assert_eq!(cars(first), Counts { cars: 2, rejected: vec!["cut".into()] });
        assert_eq!(cars(first + 1), Counts { cars: 2, rejected: vec![] });
        assert_eq!(cars(first + 2), Counts::default());
    }
}

#[test]
fn fields_are_unescaped_exactly() {
    let tshark = Tshark::new();
    let mut sample = Sample::new();
    let records = "12%2E5:Lynk%3aCo:100% red.1%252E:%2e%3A%25:%zz%2.today:x:%41%";
    sample.stream(&[records.as_bytes()], Some(End::Fin));
    let file = tshark.keep(&sample.finish());
    for mode in [Mode::Whole, Mode::Streaming] {
        for (field, values) in [
            ("carwatch.time", ["12.5", "1%2E", "today"]),
            ("carwatch.brand", ["Lynk:Co", ".:%", "x"]),
            ("carwatch.color", ["100% red", "%zz%2", "%41%"]),
        ] {
            let args = ["-Y", "carwatch", "-T", "fields", "-e", field, "-E", "aggregator=|"];
            let shown = tshark.dissect(&file, mode, &args);
            let shown: Vec<&str> = shown.trim_end_matches('\n').split(['|', '\n']).collect();
            assert_eq!(shown, values, "{mode:?}");
        }
    }
}

#[test]
fn stations_are_found_by_their_ports() {
    let tshark = Tshark::new();
    let mut sample = Sample::new();
    sample.stream(&[b"a:b:c"], Some(End::Fin));
    let file = tshark.keep(&sample.finish());
    for (ports, cars) in [("8000", 1), ("9000", 0), ("9000,7990-8010", 1), ("8001-9000", 0)] {
        let preference = format!("carwatch.ports:{ports}");
        let args = ["-o", &preference, "-T", "fields", "-e", "carwatch.cars", "-Y", "carwatch"];
        let shown = tshark.dissect(&file, Mode::Whole, &args);
        assert_eq!(shown.lines().filter(|line| *line == "1").count(), cars, "{ports}");
    }
}

/// Compares what both modes count, in one pass and in two, with the core, stream by stream.
fn count_and_compare(tshark: &Tshark, sample: &Sample, capture: &[u8], what: &str) {
    let file = tshark.keep(capture);
    for (mode, passes) in
        [(Mode::Whole, 1), (Mode::Streaming, 1), (Mode::Whole, 2), (Mode::Streaming, 2)]
    {
        let counted = tshark.count(&file, mode, passes);
        for (number, stream) in sample.streams().iter().enumerate() {
            if stream.end == Some(End::Fin) {
                let said = counted.get(&number).cloned().unwrap_or_default();
                assert_eq!(said, stream.counts(), "{mode:?}, {what}, stream {number}");
            }
        }
    }
}

/// Streams of all kinds and endings.
fn everything(seed: u64) -> Sample {
    let mut rng = Rng::new(seed);
    let mut sample = Sample::new();
    for _ in 0..40 {
        match rng.below(8) {
            0 => sample.refused(),
            1 => sample.silent(),
            2 => sample.gathered(),
            _ => {
                let response = responses::hostile(&mut rng);
                let reads = responses::split(&response, &mut rng);
                let end = [End::Fin, End::Fin, End::Fin, End::Reset, End::GivenUp];
                sample.stream(&reads, Some(end[rng.below(end.len())]));
            }
        }
    }
    sample
}
