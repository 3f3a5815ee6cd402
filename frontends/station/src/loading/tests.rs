use std::pin::pin;
use std::time::Duration;

use async_channel::bounded;
use futures_util::future::FutureExt;

use super::{Patience, loaded, until_quiet};

#[test]
fn a_file_is_loaded_to_its_end() {
    let (batch, progress) = bounded(1);
    let mut loaded = pin!(loaded(progress, Patience::End));
    batch.try_send(()).unwrap();
    assert_eq!(loaded.as_mut().now_or_never(), None);
    batch.try_send(()).unwrap();
    assert_eq!(loaded.as_mut().now_or_never(), None);
    drop(batch);
    assert_eq!(loaded.now_or_never(), Some(()));
}

#[test]
fn the_simulators_first_car_is_enough() {
    let (batch, progress) = bounded(1);
    let mut loaded = pin!(loaded(progress, Patience::First));
    assert_eq!(loaded.as_mut().now_or_never(), None);
    batch.try_send(()).unwrap();
    assert_eq!(loaded.now_or_never(), Some(()));
}

#[test]
fn a_simulator_without_cars_is_not_waited_for() {
    let (batch, progress) = bounded(1);
    drop(batch);
    assert_eq!(loaded(progress, Patience::First).now_or_never(), Some(()));
}

#[test]
fn a_stream_that_ends_is_not_waited_for() {
    let (batch, progress) = bounded(1);
    let mut loaded = pin!(loaded(progress, Patience::Quiet));
    batch.try_send(()).unwrap();
    assert_eq!(loaded.as_mut().now_or_never(), None);
    drop(batch);
    assert_eq!(loaded.now_or_never(), Some(()));
}

#[test]
fn a_stream_that_is_quiet_is_not_waited_for() {
    let (batch, progress) = bounded(1);
    batch.try_send(()).unwrap();
    async_io::block_on(until_quiet(progress, Duration::from_millis(20), Duration::MAX));
    assert!(!batch.is_full(), "what was there was heeded");
}

#[test]
fn a_stream_that_never_stops_is_not_waited_for_for_ever() {
    let (batch, progress) = bounded(1);
    let babble = std::thread::spawn(move || while batch.send_blocking(()).is_ok() {});
    async_io::block_on(until_quiet(progress, Duration::MAX, Duration::from_millis(20)));
    babble.join().unwrap();
}
