//! What a watch prints in each format: one document of each, over all rounds.

use std::path::Path;

use serde_json::json;

use super::{fins, watch};
use crate::client::Finished;
use crate::table::Row;

pub(super) fn rows() -> Vec<Row> {
    vec![
        Row::new("watch::csv has one header", |exe| {
            gather(exe, "csv").assert_stdout(concat!(
                "station,time,brand,color\r\n",
                "gate,1,a,b\r\n",
                "gate,2,c,d\r\n",
                "gate,3,e,f\r\n",
                "gate,4,\"g,\",h\r\n",
            ));
        }),
        Row::new("watch::csv of no cars is its header", |exe| {
            watch(exe, &["-f", "csv"], fins(&["", ""]))
                .assert_stdout("station,time,brand,color\r\n");
        }),
        Row::new("watch::wire is what a station would send", |exe| {
            gather(exe, "wire").assert_stdout("1:a:b.2:c:d.3:e:f.4:g,:h");
        }),
        Row::new("watch::wire of no cars is nothing", |exe| {
            watch(exe, &["-f", "wire"], fins(&["", ""])).assert_stdout("");
        }),
        Row::new("watch::json is one document", |exe| {
            let finished = gather(exe, "json");
            let document: serde_json::Value = serde_json::from_slice(&finished.stdout)
                .unwrap_or_else(|e| panic!("{e}\n{finished}"));
            let car = |[time, brand, color]: [&str; 3]| json!({"station": "gate", "time": time, "brand": brand, "color": color});
            let cars = [["1", "a", "b"], ["2", "c", "d"], ["3", "e", "f"], ["4", "g,", "h"]];
            assert_eq!(document["cars"], json!(cars.map(car)), "{finished}");
            assert_eq!(document["report"], finished.report(), "the same report in both places");
        }),
        Row::new("watch::json of no cars is one document", |exe| {
            let finished = watch(exe, &["-f", "json"], fins(&["", ""]));
            let document: serde_json::Value = serde_json::from_slice(&finished.stdout)
                .unwrap_or_else(|e| panic!("{e}\n{finished}"));
            assert_eq!(document["cars"], json!([]), "{finished}");
        }),
        Row::new("watch::table has each car once", |exe| {
            let finished = gather(exe, "table");
            let table = String::from_utf8(finished.stdout.clone()).expect("text");
            let lines: Vec<&str> = table.lines().filter(|line| line.contains("gate")).collect();
            assert_eq!(lines.len(), 4, "{table}");
            for (line, time) in lines.iter().zip(["1", "2", "3", "4"]) {
                assert!(line.contains(time), "{table}");
            }
        }),
    ]
}

fn gather(exe: &Path, format: &str) -> Finished {
    let rounds = ["1:a:b.2:c", "1:a:b.2:c:d.3:e:f", "2:c:d.3:e:f", "3:e:f.4:g,:h"];
    watch(exe, &["-f", format], fins(&rounds))
}
