//! A gather from a thousand stations, most of them hostile, as tshark sees the capture of it.

use std::collections::{BTreeMap, BTreeSet};

use conformance::programs;

use crate::tshark::{Mode, Tshark};

#[test]
fn of_a_thousand_stations_each_that_ends_by_fin_has_the_records_of_the_report() {
    let folder = programs::build();
    // Captures are written by what both runtimes share.
    for runtime in &programs::RUNTIMES[..1] {
        let tshark = Tshark::new();
        let file = tshark.keep(b"");
        let report = conformance::capture_of_a_thousand(&programs::client(&folder, runtime), &file);
        let fields = |filter: &str, names: &[&str]| -> Vec<Vec<String>> {
            let fields = names.iter().flat_map(|name| ["-e", name]);
            let args = ["-o", "carwatch.ports:1-65535", "-Y", filter, "-T", "fields"];
            let args: Vec<&str> = args.into_iter().chain(fields).collect();
            let shown = tshark.dissect(&file, Mode::Whole, &args);
            shown.lines().map(|line| line.split('\t').map(Into::into).collect()).collect()
        };
        // Whose the streams are, by the comments; and which of them a FIN ended.
        let mut stations = BTreeMap::new();
        for line in
            fields("frame.comment contains \"carwatch station\"", &["tcp.stream", "frame.comment"])
        {
            let (_, comment) = line[1].split_once("\"index\":").expect("an index");
            let index: usize = comment.split(',').next().unwrap().parse().expect("a number");
            stations.insert(line[0].clone(), index);
        }
        let ended: BTreeSet<String> = fields("tcp.flags.fin == 1", &["tcp.stream"])
            .into_iter()
            .map(|mut line| line.remove(0))
            .collect();
        let mut found: BTreeMap<&String, [u64; 2]> = ended.iter().map(|s| (s, [0; 2])).collect();
        let names = ["tcp.stream", "carwatch.cars", "carwatch.rejections"];
        for line in fields("carwatch", &names) {
            let Some(counts) = found.get_mut(&line[0]) else { continue };
            for (count, cell) in counts.iter_mut().zip(&line[1..]) {
                *count += cell.parse::<u64>().unwrap_or(0);
            }
        }
        assert!(found.len() > 300, "only {} streams end by FIN", found.len());
        for (stream, counts) in found {
            let line = &report["stations"][stations[stream]];
            let expected = ["cars", "rejected"].map(|key| line[key].as_u64().expect("a count"));
            assert_eq!(counts, expected, "stream {stream}: {line}");
            assert_eq!(line["outcome"], "complete", "{line}");
        }
    }
}
