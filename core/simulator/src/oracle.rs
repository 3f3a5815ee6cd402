//! What the outcome must be, by what truly went over the network: protocol.md once more, in as
//! few words as it takes. It shares no code with the core, and knows no machine of it.

/// What the network did to one connection that was made, up to its end.
pub(crate) struct Facts<'a> {
    /// What arrived, and when the connection was made or the last of it came.
    pub(crate) bytes: &'a [u8],
    pub(crate) last: u64,
    pub(crate) end: End,
    pub(crate) now: u64,
    /// What the client puts up with.
    pub(crate) limit: u64,
    pub(crate) idle: u64,
    pub(crate) deadline: u64,
}

/// How it ended, as a wire sees it; `BareFin` is a FIN inside TLS.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum End {
    Fin,
    CloseNotify,
    BareFin,
    Reset,
    /// The client stopped it for this reason.
    Stopped(&'static str),
    /// The client's timer.
    Timer,
}

/// What has to be reported.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) struct Expected {
    pub(crate) verdict: &'static str,
    pub(crate) verified: bool,
    pub(crate) reason: &'static str,
    pub(crate) cars: u64,
    pub(crate) rejected: u64,
}

/// What a connection came to.
pub(crate) fn outcome(facts: &Facts<'_>) -> Expected {
    let due = facts.deadline.min(facts.last + facts.idle);
    assert!(facts.end != End::Timer || facts.now >= due, "a time-out came too early");
    let reason = match facts.end {
        _ if facts.bytes.len() as u64 > facts.limit => "too_large",
        End::Fin | End::CloseNotify => "",
        End::BareFin => "truncated",
        End::Reset => "reset",
        End::Stopped(reason) => reason,
        End::Timer if facts.deadline == due => "deadline",
        End::Timer => "idle_timeout",
    };
    let verdict = match reason {
        "" => "complete",
        "too_large" => "failed",
        _ if facts.bytes.is_empty() => "failed",
        _ => "partial",
    };
    let verified = verdict == "complete" && facts.end == End::CloseNotify;
    let pieces = if verdict == "failed" { &[][..] } else { facts.bytes };
    let (cars, rejected) = count(pieces, verdict == "partial");
    Expected { verdict, verified, reason, cars, rejected }
}

/// How many cars and how many rejections a response holds.
fn count(response: &[u8], is_cut: bool) -> (u64, u64) {
    let (mut cars, mut rejected) = (0, 0);
    let parts: Vec<&[u8]> = response.split(|&byte| byte == b'.').collect();
    for (nth, part) in parts.iter().enumerate() {
        let is_tail = nth + 1 == parts.len();
        let colons = part.iter().filter(|&&byte| byte == b':').count();
        match std::str::from_utf8(part) {
            _ if is_tail && part.is_empty() && (is_cut || nth == 0) => {}
            _ if is_tail && is_cut => rejected += 1,
            Ok(_) if colons == 2 && part.len() <= 64 * 1024 => cars += 1,
            _ => rejected += 1,
        }
    }
    (cars, rejected)
}

/// Why nothing was connected: the address that got furthest, or the time-out.
pub(crate) fn unconnected(faults: &[&'static str], is_timed_out: bool) -> &'static str {
    let is_so = |why: &_| faults.contains(why) || (is_timed_out && *why == "connect_timeout");
    let reasons = ["reset", "refused", "connect_timeout", "unreachable", "name_not_found"];
    reasons.into_iter().find(is_so).expect("there is a reason")
}

/// Of several attempts, which one counts: the best, of equals the later.
pub(crate) fn best<'a>(attempts: impl Iterator<Item = &'a Expected>) -> Option<usize> {
    let rank = |verdict| ["failed", "partial", "complete"].iter().position(|&word| word == verdict);
    let ranked = attempts.map(|attempt| rank(attempt.verdict)).enumerate();
    ranked.max_by_key(|&(_, rank)| rank).map(|(nth, _)| nth)
}

/// How long is waited after so many attempts, in nanoseconds; half of it may be enough.
pub(crate) fn back_off(attempts: u32) -> u64 {
    (200_000_000 << attempts.saturating_sub(1)).min(10_000_000_000)
}
