use std::io::{self, Write};
use std::sync::mpsc::{Receiver, Sender, SyncSender, channel, sync_channel};

use super::{CAPACITY, CHUNK, Queue, chunks, start};

/// A pipe: a write waits until the test lets it through or drops its end.
struct Pipe {
    allowed: Receiver<io::Result<()>>,
    wrote: Sender<Vec<u8>>,
}

impl Write for Pipe {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.allowed.recv().unwrap_or(Ok(()))?;
        let _ = self.wrote.send(bytes.to_vec());
        Ok(bytes.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

/// The test's `send` returns once a write has taken what it sent.
fn pipe() -> (Pipe, SyncSender<io::Result<()>>, Receiver<Vec<u8>>) {
    let (allow, allowed) = sync_channel(0);
    let (wrote, written) = channel();
    (Pipe { allowed, wrote }, allow, written)
}

fn fill(queue: &Queue, lines: usize) {
    for nth in 0..lines {
        queue.push(format!("{nth:0>99}\n").as_bytes());
    }
}

#[test]
fn every_line_arrives_in_order_before_the_guard_is_gone() {
    let (out, allow, written) = pipe();
    drop(allow);
    let (queue, guard) = start(out, |lost| panic!("{lost} lost")).unwrap();
    fill(&queue, 5_000);
    drop(guard);
    let lines: Vec<u8> = written.try_iter().flatten().collect();
    let expected: String = (0..5_000).map(|nth| format!("{nth:0>99}\n")).collect();
    assert_eq!(String::from_utf8(lines).unwrap(), expected);
}

#[test]
fn a_pipe_that_nobody_reads_loses_lines_and_blocks_nobody() {
    let (out, allow, written) = pipe();
    let (told, lost) = channel();
    let (queue, guard) = start(out, move |lines| told.send(lines).unwrap()).unwrap();
    let lines = 4 * CAPACITY / 100;
    // Would never return if it waited: nothing was allowed through yet.
    fill(&queue, lines);
    drop(allow);
    drop(guard);
    let arrived: usize = written.try_iter().flatten().filter(|byte| *byte == b'\n').count();
    let lost: u64 = lost.try_iter().sum();
    assert!(lost > 0);
    assert_eq!(arrived as u64 + lost, lines as u64);
}

#[test]
fn the_end_does_not_wait_for_a_pipe_that_nobody_reads() {
    let (out, allow, written) = pipe();
    let (queue, guard) = start(out, |_| ()).unwrap();
    fill(&queue, 10);
    drop(guard);
    assert_eq!(written.try_iter().count(), 0);
    drop(allow);
}

#[test]
fn lines_that_cannot_be_written_are_told_of_once_writing_works_again() {
    let (out, allow, written) = pipe();
    let (told, lost) = channel();
    let (queue, guard) = start(out, move |lines| told.send(lines).unwrap()).unwrap();
    fill(&queue, 1);
    allow.send(Err(io::ErrorKind::StorageFull.into())).unwrap();
    // That write has failed by now, so this line is another one's.
    fill(&queue, 1);
    drop(allow);
    drop(guard);
    assert_eq!(written.try_iter().flatten().filter(|byte| *byte == b'\n').count(), 1);
    assert_eq!(lost.try_iter().collect::<Vec<_>>(), [1]);
}

#[test]
fn a_write_is_whole_lines_and_as_many_as_a_pipe_takes_at_once() {
    let long = "x".repeat(CHUNK) + "\n";
    let lines = "short\n".repeat(CHUNK) + &long + "short\n" + &long + "no end";
    let pieces: Vec<_> = chunks(lines.as_bytes()).collect();
    assert_eq!(pieces.concat(), lines.as_bytes());
    let (last, whole) = pieces.split_last().unwrap();
    assert_eq!(*last, b"no end");
    for piece in whole {
        assert_eq!(piece.last(), Some(&b'\n'));
        assert!(piece.len() <= CHUNK || *piece == long.as_bytes());
    }
    assert_eq!(chunks(b"").count(), 0);
}

#[test]
fn what_waits_goes_where_it_was_going_and_the_rest_to_the_newest() {
    let (old, allow, to_old) = pipe();
    let (queue, guard) = start(old, |lost| panic!("{lost} lost")).unwrap();
    queue.push(b"1\n");
    // The write of the first line is under way: what follows waits.
    let rendezvous = || allow.send(Ok(())).unwrap();
    rendezvous();
    assert_eq!(to_old.recv().unwrap(), b"1\n");
    queue.push(b"2\n");
    let news: Vec<_> = ["3\n", "4\n"]
        .map(|line| {
            let (new, allow, written) = pipe();
            drop(allow);
            queue.exchange(Box::new(new));
            queue.push(line.as_bytes());
            written
        })
        .into();
    drop(allow);
    drop(guard);
    assert_eq!(to_old.try_iter().flatten().collect::<Vec<_>>(), b"2\n");
    let got: Vec<Vec<u8>> = news.iter().map(|new| new.try_iter().flatten().collect()).collect();
    assert_eq!(got.concat(), b"3\n4\n");
    // Where the third goes depends on how far the log's thread has come.
    assert!(got[1].ends_with(b"4\n"), "{got:?}");
}

#[test]
fn what_is_replaced_is_closed_at_once_and_the_end_closes_the_rest() {
    let (old, allow, _to_old) = pipe();
    let (queue, guard) = start(old, |lost| panic!("{lost} lost")).unwrap();
    let (new, _allow, written) = pipe();
    queue.exchange(Box::new(new));
    // Returns with an error once the other end is gone, without a line having been logged.
    while allow.send(Ok(())).is_ok() {}
    drop(guard);
    assert!(written.recv().is_err());
    let (late, _allow, written) = pipe();
    queue.exchange(Box::new(late));
    assert!(written.recv().is_err());
}
