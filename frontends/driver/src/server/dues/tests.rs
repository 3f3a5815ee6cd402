use std::future::poll_fn;
use std::task::Poll;
use std::thread;

use async_io::block_on;

use super::*;

const HOUR: Duration = Duration::from_secs(3600);

fn look(rounds: &mut Rounds, dues: &Dues) -> Instant {
    block_on(poll_fn(|cx| rounds.poll(dues, cx).map_or(Poll::Pending, Poll::Ready)))
}

#[test]
fn it_is_time_to_look_once_the_earliest_deadline_has_come() {
    let (dues, mut rounds) = (Dues::default(), Rounds::default());
    let begin = clock::now();
    let (early, late) = (begin + Duration::from_millis(30), begin + HOUR);
    for due in [late, early] {
        Due::default().set(due, &dues);
    }
    assert!(look(&mut rounds, &dues) >= early);

    // Whoever looked forgot them, and says which are left.
    let early = clock::now() + Duration::from_millis(30);
    dues.note(late);
    dues.note(early);
    assert!(look(&mut rounds, &dues) >= early);
}

#[test]
fn an_earlier_deadline_is_heard_of_while_a_later_one_is_waited_for() {
    let (dues, mut rounds) = (Dues::default(), Rounds::default());
    let (due, other) = (Due::default(), Due::default());
    due.set(clock::now() + HOUR, &dues);
    let early = clock::now();
    thread::scope(|scope| {
        let mut setter = None;
        let looked = block_on(poll_fn(|cx| match rounds.poll(&dues, cx) {
            Some(now) => Poll::Ready(now),
            None => {
                setter.get_or_insert_with(|| scope.spawn(|| other.set(early, &dues)));
                Poll::Pending
            }
        }));
        assert!(due.get() > looked);
        assert!(setter.is_some());
    });
}

#[test]
fn two_looks_are_apart() {
    let (dues, mut rounds) = (Dues::default(), Rounds::default());
    dues.note(clock::now());
    let first = look(&mut rounds, &dues);
    dues.note(first);
    assert!(look(&mut rounds, &dues) >= first + BETWEEN);
}

#[test]
fn nobody_looks_where_nothing_is_due() {
    let (dues, mut rounds) = (Dues::default(), Rounds::default());
    Due::default().set(Instant::NEVER, &dues);
    let polled = block_on(poll_fn(|cx| Poll::Ready(rounds.poll(&dues, cx))));
    assert_eq!(polled, None);
}
