use super::*;

#[test]
fn rotation_gives_these_names() {
    let rotated = |name: &str| is_rotated(OsStr::new("cars.log"), OsStr::new(name));
    for name in [
        "cars.log.1",
        "cars.log.10",
        "cars.log-20261122",
        "cars.log-20261122.1",
        "cars.log.2026-11-22T06:31",
        "cars.log-2026-11-22T06:31:00Z",
        "cars.log.2026_11_22",
    ] {
        assert!(rotated(name), "{name}");
    }
    for name in [
        "cars.log",
        "cars.log.",
        "cars.log1",
        "cars.log.1.gz",
        "cars.log.bak",
        "cars.log-new",
        "cars.txt.1",
        "old-cars.log.1",
        "cars.lo",
        "",
    ] {
        assert!(!rotated(name), "{name}");
    }
}
