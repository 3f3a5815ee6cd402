use super::*;

#[test]
fn a_failure_is_news_once_until_it_is_another_or_comes_again() {
    let denied = io::Error::from(io::ErrorKind::PermissionDenied);
    let other = io::Error::other("it is not a regular file");
    let mut failing = Failing::default();
    assert_eq!([&denied, &denied, &other].map(|error| failing.is_news(error)), [true, false, true]);
    failing.path_works(Path::new("cars.log"));
    assert_eq!([&other, &other].map(|error| failing.is_news(error)), [true, false]);
}
