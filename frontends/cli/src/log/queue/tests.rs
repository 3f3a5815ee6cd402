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
