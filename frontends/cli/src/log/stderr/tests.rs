use std::io::{self, Write};
use std::sync::{Arc, Mutex};

use super::{Hook, Lines};

#[derive(Clone, Debug, Default)]
struct Screen(Arc<Mutex<String>>);

impl Screen {
    fn put(&self, text: &str) {
        self.0.lock().unwrap().push_str(text);
    }

    fn shows(&self) -> String {
        self.0.lock().unwrap().clone()
    }
}

impl Write for Screen {
    /// As a terminal may: less than it was given.
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        let some = bytes.len().min(2);
        self.put(std::str::from_utf8(&bytes[..some]).unwrap());
        Ok(some)
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

fn lines() -> (Screen, Hook, Lines<Screen>) {
    let (screen, hook) = (Screen::default(), Hook::default());
    (screen.clone(), hook.clone(), Lines { out: screen, hook })
}

#[test]
fn whoever_draws_is_asked_around_whole_lines_as_soon_as_it_is_there() {
    let (screen, hook, mut lines) = lines();
    lines.write_all(b"before\n").unwrap();
    let bar = screen.clone();
    hook.set(Box::new(move |write| {
        bar.put("(");
        write();
        bar.put(")");
    }));
    lines.write_all(b"one\ntwo\n").unwrap();
    lines.write_all(b"three\n").unwrap();
    assert_eq!(screen.shows(), "before\n(one\ntwo\n)(three\n)");
}

#[test]
fn lines_come_once_whatever_the_hook_does() {
    for times in [0, 1, 2] {
        let (screen, hook, mut lines) = lines();
        hook.set(Box::new(move |write| (0..times).for_each(|_| write())));
        lines.write_all(b"once\n").unwrap();
        assert_eq!(screen.shows(), "once\n", "{times}");
    }
}

#[test]
fn an_error_of_the_write_is_the_logs() {
    let hook = Hook::default();
    hook.set(Box::new(|write| write()));
    let mut full = [0; 3];
    let mut lines = Lines { out: &mut full[..], hook };
    assert_eq!(lines.write_all(b"more\n").unwrap_err().kind(), io::ErrorKind::WriteZero);
}
