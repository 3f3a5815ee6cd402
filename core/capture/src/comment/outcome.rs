//! What came of an attempt: between the core's words for it and those of a comment.

use std::time::Duration;

use carwatch::{Fault, Outcome, Reason, Verdict};

use super::{AbsentComment, OutcomeComment, OutcomeName};

impl From<&Outcome> for OutcomeComment {
    fn from(outcome: &Outcome) -> Self {
        Self {
            bytes: outcome.bytes,
            first_byte_ns: outcome.first_byte.map(nanos),
            ..Self::from(&outcome.verdict)
        }
    }
}

/// Of an attempt that read nothing.
impl From<&Verdict> for OutcomeComment {
    fn from(verdict: &Verdict) -> Self {
        let fault = verdict.fault();
        Self {
            outcome: verdict.into(),
            reason: fault.map(|fault| fault.reason),
            verified: *verdict == Verdict::Complete { verified: true },
            bytes: 0,
            first_byte_ns: None,
            detail: fault.and_then(|fault| fault.detail.clone()),
            ended_ns: None,
        }
    }
}

impl From<&Verdict> for OutcomeName {
    fn from(verdict: &Verdict) -> Self {
        match verdict {
            Verdict::Complete { .. } => Self::Complete,
            Verdict::Partial(_) => Self::Partial,
            Verdict::Failed(_) => Self::Failed,
        }
    }
}

impl OutcomeComment {
    /// What it says of the answer. A comment that gives no reason where there must be one
    /// stands for a capture that lacks it.
    #[must_use]
    pub fn verdict(&self) -> Verdict {
        verdict(self.outcome, self.verified, self.reason, self.detail.as_deref())
    }
}

impl AbsentComment {
    /// What it says of the station, as [`OutcomeComment::verdict`] does.
    #[must_use]
    pub fn verdict(&self) -> Verdict {
        verdict(self.outcome, false, self.reason, self.detail.as_deref())
    }
}

fn verdict(
    name: OutcomeName,
    verified: bool,
    reason: Option<Reason>,
    detail: Option<&str>,
) -> Verdict {
    let fault = || Fault {
        reason: reason.unwrap_or(Reason::Capture),
        detail: detail.map(ToOwned::to_owned),
    };
    match name {
        OutcomeName::Complete => Verdict::Complete { verified },
        OutcomeName::Partial => Verdict::Partial(fault()),
        OutcomeName::Failed => Verdict::Failed(fault()),
    }
}

fn nanos(time: Duration) -> u64 {
    u64::try_from(time.as_nanos()).unwrap_or(u64::MAX)
}
