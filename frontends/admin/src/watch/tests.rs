use std::sync::Arc;
use std::time::Duration;

use carwatch::time::Instant;

use super::{Expired, Watch};
use crate::limits::Limits;

const fn at(seconds: u64) -> Instant {
    Instant::from_nanos(seconds * 1_000_000_000)
}

fn watch() -> Arc<Watch> {
    let limits = Limits {
        head_time: Duration::from_secs(10),
        idle_time: Duration::from_secs(15),
        write_stall: Duration::from_secs(30),
        min_rate: 1024,
        rate_window: Duration::from_secs(60),
        ..Limits::default()
    };
    Arc::new(Watch::new(Arc::new(limits), at(0)))
}

#[test]
fn a_head_has_its_time_from_its_first_byte_and_more_bytes_add_none() {
    let watch = watch();
    assert_eq!(watch.deadline(), at(10));
    watch.received(at(9));
    watch.received(at(18));
    assert_eq!(watch.deadline(), at(19));
    assert_eq!(watch.expired(at(18)), None);
    assert_eq!(watch.expired(at(19)), Some(Expired::Head));
}

#[test]
fn a_connection_is_idle_only_after_all_of_its_answer_has_gone() {
    let watch = watch();
    watch.received(at(1));
    let answering = watch.requested();
    watch.flushed(at(2));
    assert!(watch.is_busy(), "an interim answer is no answer");
    assert_eq!(watch.deadline(), Instant::NEVER);
    assert_eq!(watch.spare_since(), Instant::NEVER);
    drop(answering);
    assert!(watch.is_busy(), "the kernel has not taken it yet");
    watch.flushed(at(20));
    assert!(!watch.is_busy());
    assert_eq!(watch.spare_since(), at(20));
    assert_eq!(watch.expired(at(35)), Some(Expired::Idle));
    // And the next request.
    watch.received(at(30));
    assert_eq!(watch.deadline(), at(40));
}

#[test]
fn a_client_that_takes_nothing_stalls() {
    let watch = watch();
    let _answering = watch.requested();
    watch.blocked(at(100));
    watch.blocked(at(120));
    assert_eq!(watch.deadline(), at(130));
    watch.sent(1024 * 1024, at(129));
    watch.blocked(at(129));
    assert_eq!(watch.deadline(), at(159));
    assert_eq!(watch.expired(at(159)), Some(Expired::Stalled));
    watch.flushed(at(158));
    assert_eq!(watch.deadline(), Instant::NEVER);
}

#[test]
fn a_client_below_the_least_rate_gets_the_window_and_what_it_paid() {
    let watch = watch();
    let _answering = watch.requested();
    watch.blocked(at(0));
    // 100 bytes a second, well within the time for progress.
    let end = (1..).find(|&second| {
        watch.sent(100, at(second));
        watch.blocked(at(second));
        watch.expired(at(second)).is_some()
    });
    assert_eq!(end, Some(67), "60 seconds, and 6,700 bytes pay for 6.5 more");
}

#[test]
fn one_at_the_least_rate_goes_on_and_a_burst_pays_for_one_window() {
    let watch = watch();
    let _answering = watch.requested();
    watch.blocked(at(0));
    for second in 1..=1000 {
        watch.sent(1024, at(second));
        assert_eq!(watch.expired(at(second)), None, "{second}");
    }
    watch.sent(usize::MAX / 2, at(1000));
    let end = (1001..).find(|&second| {
        watch.sent(1, at(second));
        watch.expired(at(second)).is_some()
    });
    assert_eq!(end, Some(1061));
}

#[test]
fn who_was_told_to_go_is_not_told_again() {
    let watch = watch();
    assert_eq!(watch.spare_since(), at(0));
    watch.leave();
    assert_eq!(watch.spare_since(), Instant::NEVER);
}
