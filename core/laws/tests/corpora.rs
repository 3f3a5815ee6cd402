//! The laws hold for every seed, for whatever the fuzzer has found on this machine, and for what
//! random tests think of.

use std::ffi::OsStr;
use std::fs;
use std::panic::catch_unwind;
use std::path::{Path, PathBuf};

use carwatch_laws::LAWS;
use proptest::prelude::*;

#[test]
fn no_corpus_breaks_its_law() {
    for law in LAWS {
        let corpus = fuzz().join("corpus").join(law.name);
        let mut seeds = 0;
        for path in files(&corpus) {
            let input = fs::read(&path).expect("it can be read");
            seeds += u32::from(name(&path).starts_with("seed-"));
            assert!(catch_unwind(|| (law.check)(&input)).is_ok(), "{}", path.display());
        }
        assert!(seeds >= 4, "{} has only {seeds} seeds", law.name);
    }
}

/// Each law has its target, its corpus and its dictionary, and there are no others.
#[test]
fn every_law_is_fuzzed() {
    let mut laws: Vec<String> = LAWS.iter().map(|law| law.name.to_owned()).collect();
    laws.sort();
    let stems = |folder: &str, extension: &str| {
        let folder = fuzz().join(folder);
        let all = files(&folder).filter(|path| path.extension() == Some(OsStr::new(extension)));
        let mut stems: Vec<_> = all.map(|path| name(&path.with_extension(""))).collect();
        stems.sort();
        stems
    };
    assert_eq!(stems("fuzz_targets", "rs"), laws);
    assert_eq!(stems("", "dict"), laws);
    let mut corpora: Vec<_> = files(&fuzz().join("corpus")).map(|path| name(&path)).collect();
    corpora.sort();
    assert_eq!(corpora, laws);
}

proptest! {
    #[test]
    fn no_bytes_break_a_law(input in input()) {
        for law in LAWS {
            (law.check)(&input);
        }
    }
}

/// Bytes, of which many are small: they say what to do, and how often.
fn input() -> impl Strategy<Value = Vec<u8>> {
    let byte = prop_oneof![
        2 => 0_u8..9,
        2 => proptest::sample::select(b".:%2E\n,\"{}[]ab1".to_vec()),
        1 => any::<u8>(),
    ];
    proptest::collection::vec(byte, 0..120)
}

fn fuzz() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../../fuzz")
}

fn files(folder: &Path) -> impl Iterator<Item = PathBuf> + use<> {
    let all = fs::read_dir(folder).unwrap_or_else(|error| panic!("{}: {error}", folder.display()));
    all.map(|entry| entry.expect("it can be listed").path())
}

fn name(path: &Path) -> String {
    path.file_name().unwrap_or_default().to_string_lossy().into_owned()
}
