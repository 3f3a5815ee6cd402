//! What comes after a restart.

use super::*;

#[test]
fn it_goes_on_where_it_was_left() {
    let folder = Folder::new();
    let f = &folder;
    f.append("cars.log", "time,brand,color\n1,a,b\n2,\"a\n");
    let (first, positions) = seen(f, Vec::new(), Vec::new());
    assert_eq!(first, "1.=|");
    assert_eq!((positions[0].offset, positions[0].line), (23, 3));
    f.append("cars.log", "\",b\n3,a,b\n");
    let (then, positions) = seen(f, positions, Vec::new());
    assert_eq!(then, "23.=|");
    // It is rotated.
    f.append("cars.log", "4,a,b\n");
    f.rename("cars.log", "cars.log.1");
    f.append("cars.log", "5:a:b\n");
    let (rotated, positions) = seen(f, positions, Vec::new());
    assert_eq!(rotated, "4.5.=|");
    assert_eq!(seen(f, positions, Vec::new()).0, "=|");
    // There is nothing to know it by.
    assert_eq!(seen(f, Vec::new(), Vec::new()).0, "5.=|");
}

/// While the station is down, or before a station that is killed comes to them.
#[test]
fn what_was_rotated_in_between_is_read_in_its_turn() {
    let folder = Folder::new();
    let f = &folder;
    // One that is older.
    f.append("cars.log.9", "old:a:b\n");
    f.tick();
    f.append("cars.log", "1:a:b\n");
    let (first, positions) = seen(f, Vec::new(), Vec::new());
    assert_eq!(first, "1.=|");
    f.rename("cars.log", "cars.log.3");
    f.append("cars.log.3", "2:a:b\n3:a:b");
    f.tick();
    f.append("cars.log", "4:a:b\n5:a:b");
    f.rename("cars.log", "cars.log.2");
    // Younger, but not the source's.
    f.append("cars.log.1.gz", "other:a:b\n");
    fs::create_dir(f.path("cars.log.4")).unwrap();
    f.tick();
    f.append("cars.log", "6:a:b\n");
    f.rename("cars.log", "cars.log-20261122");
    f.tick();
    f.append("cars.log", "7:a:b\n");
    let (then, after) = seen(f, positions.clone(), Vec::new());
    assert_eq!(then, "2.3.4.5.6.7.=|");
    assert_eq!(seen(f, after, Vec::new()).0, "=|");
    // There is none at the path yet; and one that comes later.
    f.rename("cars.log", "cars.log.0");
    let acts = acts![f.append("cars.log.0", "8:a:b"), f.append("cars.log", "9:a:b\n"), ()];
    assert_eq!(seen(f, positions, acts).0, "2.3.4.5.6.7.=||8.9.||");
}

/// Whatever was committed when the station is killed: the rest comes after its restart.
#[test]
fn what_waits_for_its_turn_outlives_the_station() {
    /// Rotates while the first file is read, and notes after each batch how many cars there
    /// were by then and the positions.
    struct Rotator<'a> {
        folder: &'a Folder,
        cars: usize,
        commits: Vec<(usize, Vec<Position>)>,
    }
    impl Taker for Rotator<'_> {
        fn line(&mut self, line: Line<'_>) {
            self.cars += usize::from(matches!(line, Line::Car { .. }));
        }
        fn batch(&mut self, position: Option<Position>) {
            let mut positions = self.commits.last().map_or(Vec::new(), |(_, last)| last.clone());
            positions.retain(|known| position.as_ref().is_none_or(|new| new.id != known.id));
            positions.splice(..0, position);
            self.commits.push((self.cars, positions));
            // Far enough apart for a look in between.
            if let Some(to) = [1, 20, 40].iter().position(|at| *at == self.commits.len()) {
                self.folder.tick();
                self.folder.rename("cars.log", &format!("cars.log.{}", 3 - to));
                self.folder.append("cars.log", &format!("{}:a:b\n", to + 1).repeat(10_000));
            }
        }
        fn caught_up(&mut self) {}
        fn wait(&mut self) -> ControlFlow<()> {
            ControlFlow::Break(())
        }
    }
    let folder = Folder::new();
    folder.append("cars.log", &"0:a:b\n".repeat(500_000));
    let mut taker = Rotator { folder: &folder, cars: 0, commits: Vec::new() };
    let path = folder.path("cars.log");
    follow(&path, true, Reading::default(), Vec::new(), &mut taker).unwrap();
    assert!(taker.commits.len() > 60);
    for (cars, positions) in taker.commits {
        let (rest, _) = seen(&folder, positions, Vec::new());
        let rest: String = rest.chars().filter(char::is_ascii_digit).collect();
        assert_eq!(cars + rest.len(), 530_000, "after {cars}");
        assert!(rest.as_bytes().is_sorted());
    }
}

/// However equal the content is.
#[test]
fn a_truncation_that_was_seen_outlives_the_station() {
    let folder = Folder::new();
    let f = &folder;
    f.append("cars.log", &"1:a:b\n".repeat(5));
    let empty = || drop(fs::write(f.path("cars.log"), ""));
    let (first, positions) = seen(f, Vec::new(), acts![empty(), ()]);
    assert_eq!(first, "11111.=|.||");
    f.append("cars.log", &"1:a:b\n".repeat(7));
    let (then, _) = seen(f, positions.clone(), Vec::new());
    assert_eq!(then, "1111111.=|");
    // It is rotated, too.
    f.rename("cars.log", "cars.log.1");
    f.append("cars.log", "2:a:b\n");
    assert_eq!(seen(f, positions, Vec::new()).0, "1111111.2.=|");
}
