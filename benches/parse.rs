//! `cargo bench`: the splitter beside `str::split`, csv-core and a count of separators,
//! on a response that fits into a cache and on one that does not.

use std::hint::black_box;
use std::time::Duration;

use benches::{core_in_segments, core_whole, count_separators, csv_core, snapshot, str_split};
use criterion::{Criterion, Throughput, criterion_group, criterion_main};

fn parse(c: &mut Criterion) {
    for (name, len) in [("64 KiB", 64 * 1024), ("16 MiB", 16 * 1024 * 1024)] {
        let response = snapshot(len);
        let expected = core_whole(&response);
        assert_eq!(core_in_segments(&response, SEGMENT), expected, "core, in segments");
        assert_eq!(str_split(&response), expected, "str::split");
        assert_eq!(csv_core(&response), expected, "csv-core");
        assert_eq!(count_separators(&response), expected.cars, "count of separators");

        let mut group = c.benchmark_group(format!("parse {name}"));
        group.throughput(Throughput::Bytes(response.len() as u64));
        group.bench_function("core, whole", |b| b.iter(|| core_whole(black_box(&response))));
        group.bench_function("core, in segments", |b| {
            b.iter(|| core_in_segments(black_box(&response), SEGMENT));
        });
        group.bench_function("str::split", |b| b.iter(|| str_split(black_box(&response))));
        group.bench_function("csv-core", |b| b.iter(|| csv_core(black_box(&response))));
        group.bench_function("count of separators", |b| {
            b.iter(|| count_separators(black_box(&response)));
        });
        group.finish();
    }
}

/// What one read of a socket usually yields: 64 KiB.
const SEGMENT: usize = 64 * 1024;

criterion_group! {
    name = benches;
    config = Criterion::default()
        .sample_size(20)
        .warm_up_time(Duration::from_secs(1))
        .measurement_time(Duration::from_secs(3));
    targets = parse
}
criterion_main!(benches);
