//! `--map` and `--time`: what real detectors write.

use std::fs;
use std::path::{Path, PathBuf};

use crate::caller::call;
use crate::fixtures::{Folder, file};
use crate::station::{Station, command, end_of};
use crate::table::Row;

pub(super) fn rows() -> Vec<Row> {
    let mut rows = vec![
        Row::new("maps::a TOML file of one's own", own),
        Row::new("maps::--time unix without a map", |exe| {
            let text = "2023-11-14T22:13:20.5Z,a,b\n1700000000.9,c,d\n1700000000123,e,f\n\
                2023-11-14T23:13:20+01:00,g,h\n";
            let source = file(format!("time,brand,color\n{text}"));
            let mut command = command(exe);
            command.args(["--time", "unix", "--source"]).arg(source.path());
            let station = Station::launch(command, 1);
            station.wait_until_it_serves(
                "1700000000:a:b.1700000000:c:d.1700000000:e:f.1700000000:g:h",
            );
        }),
        Row::new("maps::--time text is left as it is", |exe| {
            let source =
                file("2023-11-14T22:13:20.5Z:a:b\n".replace("22:13:20.5", "22%3A13%3A20%2E5"));
            let mut command = command(exe);
            command.args(["--time", "text", "--source"]).arg(source.path());
            Station::launch(command, 1).wait_until_it_serves("2023-11-14T22%3A13%3A20%2E5Z:a:b");
        }),
        Row::new("maps::a TOML file that is broken is exit 2, named with its line", |exe| {
            let folder = Folder::new();
            for text in ["# a map\n\n[fields\n", "# a map\n\nno-such-key = 1\n"] {
                let map = folder.write("map.toml", text);
                let (code, said, _) = with_map(exe, map.to_str().expect("text"));
                assert_eq!(code, 2, "{said}");
                assert!(said.contains("map.toml"), "it names the file: {said}");
                let said = said.replace(map.to_str().expect("text"), "");
                assert!(said.split(|c: char| !c.is_ascii_digit()).any(|n| n == "3"), "{said}");
            }
        }),
        Row::new("maps::one that is neither built in nor a file is exit 2", |exe| {
            let (code, said, _) = with_map(exe, "no-such-map");
            assert_eq!(code, 2, "{said}");
            assert!(said.contains("no-such-map"), "{said}");
        }),
    ];
    for detector in DETECTORS {
        rows.push(Row::new(format!("maps::{}", detector.map), |exe| detected(exe, detector)));
        rows.push(Row::new(format!("maps::{}, every sample", detector.map), |exe| {
            sampled(exe, detector.map);
        }));
    }
    for bad in ["rfc3339", ""] {
        rows.push(Row::new(format!("maps::usage: --time={bad}"), move |exe| {
            let mut command = command(exe);
            command.arg(format!("--time={bad}"));
            let (code, said, _) = end_of(command);
            assert_eq!(code, 2, "{said}");
        }));
    }
    rows
}

fn with_map(exe: &Path, map: &str) -> (i32, String, Vec<u8>) {
    let mut command = command(exe);
    command.args(["--source", "/dev/null", "--map", map]);
    end_of(command)
}

/// What a detector writes, from its own documentation.
struct Detector {
    map: &'static str,
    text: &'static str,
    /// What its cars are with Unix times, and with times as they were written.
    unix: &'static str,
    as_written: &'static str,
}

const DETECTORS: &[Detector] = &[
    Detector {
        map: "frigate",
        text: r#"{"type":"new","before":{"id":"1-a"},"after":{"id":"1-a","label":"car","start_time":1700000000.75,"false_positive":false}}
{"type":"new","before":{"id":"2-b"},"after":{"id":"2-b","label":"car","start_time":1700000001.25,"false_positive":false}}
{"type":"update","before":{"id":"1-a"},"after":{"id":"1-a","label":"car","start_time":1700000000.75,"false_positive":false}}
{"type":"end","before":{"id":"1-a"},"after":{"id":"1-a","label":"car","start_time":1700000000.75,"false_positive":false}}
{"type":"end","before":{"id":"3-c"},"after":{"id":"3-c","label":"person","start_time":1700000001.5,"false_positive":false}}
{"type":"end","before":{"id":"2-b"},"after":{"id":"2-b","label":"car","start_time":1700000001.25,"false_positive":false}}
{"type":"end","before":{"id":"2-b"},"after":{"id":"2-b","label":"car","start_time":1700000001.25,"false_positive":false}}
"#,
        unix: "1700000000::.1700000001::",
        as_written: "1700000000%2E75::.1700000001%2E25::",
    },
    Detector {
        map: "platerecognizer",
        text: r#"{"camera_id":"gate","filename":"a.jpg","timestamp":"2023-11-14T22:13:20.5Z","results":[{"plate":"x","score":0.9,"model_make":[{"make":"Riley","model":"RMF","score":0.31},{"make":"Ford","model":"T","score":0.2}],"color":[{"color":"black","score":0.94},{"color":"blue","score":0.01}]}]}
{"camera_id":"gate","filename":"b.jpg","timestamp":"2023-11-14T22:13:21Z","results":[]}
"#,
        unix: "1700000000:Riley:black",
        as_written: "2023-11-14T22%3A13%3A20%2E5Z:Riley:black",
    },
    Detector {
        map: "openalpr",
        text: r#"{"data_type":"heartbeat","agent_uid":"A","timestamp":1700000000000}
{"data_type":"alpr_group","version":3,"epoch_start":1700000000750,"epoch_end":1700000001000,"best_uuid":"u-1","best_plate_number":"X","vehicle":{"color":[{"name":"silver-gray","confidence":99.9},{"name":"white","confidence":0.1}],"make":[{"name":"toyota","confidence":80.1}]}}
"#,
        unix: "1700000000:toyota:silver-gray",
        as_written: "1700000000750:toyota:silver-gray",
    },
    Detector {
        map: "opendatacam",
        text: r#"{"counterHistory":[{"frameId":1,"timestamp":"2023-11-14T22:13:20.500Z","area":"a","name":"car","id":7,"bearing":1,"countingDirection":"x"},{"frameId":2,"timestamp":"2023-11-14T22:13:21.500Z","area":"a","name":"person","id":8}]}
"#,
        unix: "1700000000::",
        as_written: "2023-11-14T22%3A13%3A20%2E500Z::",
    },
];

fn detected(exe: &Path, detector: &Detector) {
    let source = file(detector.text);
    for (time, expected) in [
        (&[][..], detector.unix),
        (&["--time", "unix"], detector.unix),
        (&["--time", "text"], detector.as_written),
    ] {
        let mut command = command(exe);
        command.args(["--map", detector.map]).args(time).arg("--source").arg(source.path());
        Station::launch(command, 1).wait_until_it_serves(expected);
    }
}

/// The samples that the project has of that detector.
fn sampled(exe: &Path, map: &str) {
    let folder = concat!(env!("CARGO_MANIFEST_DIR"), "/../../core/ingest/samples");
    let samples = fs::read_dir(folder).expect("the samples").map(|file| file.expect("a folder"));
    let of_it = samples.filter(|file| file.file_name().to_string_lossy().starts_with(map));
    let paths: Vec<PathBuf> = of_it.map(|file| file.path()).collect();
    assert!(!paths.is_empty(), "there are samples of {map}");
    for path in paths {
        let mut command = command(exe);
        command.args(["--map", map, "--source"]).arg(&path);
        let station = Station::launch(command, 1);
        let snapshot = call(station.address()).complete();
        let text = String::from_utf8(snapshot).expect("UTF-8");
        assert!(!text.is_empty(), "{} has cars: {:#?}", path.display(), station.said());
        for record in text.split('.') {
            let (time, _) = record.split_once(':').expect("a record");
            assert!(time.parse::<i64>().is_ok(), "{}: {record}", path.display());
        }
    }
}

fn own(exe: &Path) {
    let folder = Folder::new();
    let map = "time = \"at\"\ntime_format = \"seconds\"\nid = \"nr\"\n\
        [brand]\npath = \"what.make\"\n[color]\npath = \"what.paint\"\n";
    let map = folder.write("map.toml", map);
    let text = "{\"at\":1700000000.9,\"nr\":1,\"what\":{\"make\":\"a\",\"paint\":\"b\"}}\n\
        {\"at\":1700000000.9,\"nr\":1,\"what\":{\"make\":\"a\",\"paint\":\"b\"}}\n\
        {\"at\":1700000001,\"nr\":2,\"what\":{\"make\":\"c\"}}\n";
    let source = folder.write("cars", text);
    let mut command = command(exe);
    command.arg("--map").arg(map).arg("--source").arg(source);
    Station::launch(command, 1).wait_until_it_serves("1700000000:a:b.1700000001:c:");
}
