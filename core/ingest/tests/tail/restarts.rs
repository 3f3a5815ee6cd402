//! Case by case: what a station that is started again makes of positions.

use carwatch_ingest::News;

use crate::cases::{Case, said};
use crate::disk::PATH;

#[test]
fn after_a_restart_it_goes_on_where_it_was() {
    let mut case = Case::new("1:a:b\n2:a");
    case.rest();
    case.restart();
    assert_eq!(case.rest(), said(&[], &[News::Resumed { offset: 6, line: 2 }]));
    case.write(PATH, ":b\n3:a");
    assert_eq!(case.rest(), said(&["2 2"], &[]));
    // It is rotated while the station is down: its rest is read first.
    case.disk.rename(PATH, "old");
    case.disk.create(PATH, 2);
    case.write(PATH, "4:a:b\n");
    case.write("old", ":b\n");
    case.restart();
    let rest = News::Rest { offset: 12, line: 3 };
    assert_eq!(case.rest(), said(&["3 3", "1 4"], &[rest, News::Replaced]));
    // There is nothing yet where it was.
    case.disk.rename(PATH, "older");
    case.restart();
    case.write("older", "5:a:b\n");
    let rest = News::Rest { offset: 6, line: 2 };
    assert_eq!(case.rest(), said(&["2 5"], &[News::Missing, rest]));
    case.disk.rename("older", PATH);
    assert_eq!(case.rest(), said(&[], &[News::Back]));
    // It holds something else.
    let inode = case.disk.names[PATH];
    case.disk.truncate(inode);
    case.write(PATH, "6:a:b\n7:a:b\n8:a:b\n");
    case.restart();
    assert_eq!(case.rest(), said(&["1 6", "2 7", "3 8"], &[News::Unmatched]));
}

/// While the station was down, or killed before it came to them.
#[test]
fn files_between_the_last_one_and_that_at_the_path_have_their_turn() {
    let rotate = |case: &mut Case, to: &str, data: &str| {
        case.disk.rename(PATH, to);
        case.disk.create(PATH, 2);
        case.write(PATH, data);
    };
    let mut case = Case::new("1:a:b\n2:a");
    case.rest();
    rotate(&mut case, "cars.log.3", "3:a:b\n4:a:b");
    rotate(&mut case, "cars.log.2", "");
    rotate(&mut case, "cars.log.1", "5:a:b\n");
    // Younger, but of a name that rotation does not give.
    case.disk.create("cars.log.bak", 3);
    case.write("cars.log.bak", "6:a:b\n");
    case.write("cars.log.3", ":b");
    case.restart();
    let between = News::Between { offset: 0, line: 1 };
    let rest = News::Rest { offset: 6, line: 2 };
    let replaced = News::Replaced;
    let news = [rest, replaced, between, replaced, between, replaced];
    assert_eq!(case.rest(), said(&["2 2", "1 3", "2 4", "1 5"], &news));
    // One of them was begun.
    rotate(&mut case, "cars.log.0", "6:a:b\n7:a:b");
    case.rest();
    let first = case.positions.remove(1);
    case.positions.insert(0, first);
    rotate(&mut case, "cars.log.00", "8:a:b\n");
    case.restart();
    let rest = News::Rest { offset: 6, line: 2 };
    let between = News::Between { offset: 6, line: 2 };
    assert_eq!(case.rest(), said(&["2 7", "1 8"], &[rest, replaced, between, replaced]));
    // Nothing is there yet after them.
    rotate(&mut case, "cars.log.01", "9:a:b\n");
    case.disk.rename(PATH, "cars.log.02");
    case.restart();
    let rest = News::Rest { offset: 6, line: 2 };
    let between = News::Between { offset: 0, line: 1 };
    assert_eq!(case.rest(), said(&["1 9"], &[News::Missing, rest, replaced, between]));
    case.write("cars.log.02", "10:a:b\n");
    assert_eq!(case.rest(), said(&["2 10"], &[]));
    // The last one is not what it was: nothing says what came after it.
    let inode = case.disk.names["cars.log.02"];
    case.disk.create(PATH, 2);
    rotate(&mut case, "cars.log.03", "11:a:b\n");
    case.disk.truncate(inode);
    case.write("cars.log.02", "12:a:b\n13:a:b\n");
    case.write("cars.log.03", "14:a:b\n");
    case.restart();
    assert_eq!(case.rest(), said(&["1 11"], &[News::Unmatched]));
}

#[test]
fn a_truncation_that_was_seen_is_remembered() {
    for stop in ["kill", "rotate"] {
        let mut case = Case::new(&"1:a:b\n".repeat(5));
        assert_eq!(case.rest().0.len(), 5);
        case.disk.truncate(case.disk.names[PATH]);
        assert_eq!(case.rest(), said(&[], &[News::Truncated]));
        assert_eq!((case.positions.len(), case.positions[0].offset), (1, 0));
        assert_eq!(case.positions[0].line, 1);
        case.write(PATH, &"1:a:b\n".repeat(7));
        let mut news = vec![News::Resumed { offset: 0, line: 1 }];
        if stop == "rotate" {
            case.disk.rename(PATH, "cars.log.1");
            news = vec![News::Missing, News::Rest { offset: 0, line: 1 }];
        }
        case.restart();
        let (seen, told) = case.rest();
        assert_eq!((seen.len(), told), (7, news));
    }
    // Without any content there is only its name to find it by.
    let mut case = Case::new("1:a:b\n");
    case.rest();
    case.disk.truncate(case.disk.names[PATH]);
    case.rest();
    case.write(PATH, "2:a:b\n");
    case.disk.rename(PATH, "other");
    case.restart();
    assert_eq!(case.rest(), said(&[], &[News::Missing]));
    // One that happened while the station was down is remembered too.
    let mut case = Case::new(&"1:a:b\n".repeat(5));
    case.rest();
    case.disk.truncate(case.disk.names[PATH]);
    case.restart();
    assert_eq!(case.rest(), said(&[], &[News::Unmatched]));
    case.write(PATH, &"1:a:b\n".repeat(7));
    case.restart();
    assert_eq!(case.rest().0.len(), 7);
}

#[test]
fn a_device_decides_between_several_only() {
    let mut case = Case::new("1:a:b\n2:a:b\n");
    case.rest();
    let mut position = case.positions[0].clone();
    position.id.device = 77;
    case.positions = vec![position.clone()];
    case.restart();
    assert_eq!(case.rest(), said(&[], &[News::Resumed { offset: 12, line: 3 }]));
    // Of two that fit, the one of this device.
    let shorter = Case::new("1:a:b\n");
    let mut shorter = Case { ..shorter };
    shorter.rest();
    case.positions = vec![position, shorter.positions[0].clone()];
    case.restart();
    assert_eq!(case.rest(), said(&["2 2"], &[News::Resumed { offset: 6, line: 2 }]));
}
