use std::path::Path;
use std::time::SystemTime;

use super::Batch;
use crate::folder::Folder;
use crate::{Authority, Name};

#[test]
fn each_key_comes_before_its_certificate() {
    let dir = tempfile::tempdir().expect("a folder");
    let folder = Folder::open(dir.path()).expect("a folder");
    let authority = Authority::new(SystemTime::now()).expect("a CA");
    let validity = authority.lasting(None, SystemTime::now()).expect("so long");
    let mut batch = Batch { folder: &folder, files: Vec::new() };
    batch.add("ca", authority.pem().to_owned(), authority.key());
    let name: Name = "gate".parse().expect("a name");
    let made = batch.leaf(&name, authority.client(&name, &validity).expect("a leaf"), &validity);
    let names: Vec<_> = batch.files.iter().map(|(name, _)| name.as_str()).collect();
    assert_eq!(names, ["ca.key", "ca.pem", "gate.key", "gate.pem"]);
    for (name, text) in &batch.files {
        assert_eq!(text.contains("PRIVATE KEY"), name.ends_with(".key"), "{name}");
    }
    assert_eq!(made.key.file_name(), Path::new("gate.key").file_name());
}
