//! Whether what a client reports of a station can be true.

use std::collections::HashMap;
use std::sync::atomic::Ordering;

use conformance::chaos::Proxy;
use serde_json::Value;

use crate::cars::numbers;
use crate::post::Post;

/// What was known of a station before a client set out.
pub(crate) struct Before<'a> {
    post: &'a Post,
    proxy: &'a Proxy,
    served: usize,
    forged: u64,
}

/// What a client printed of each station.
pub(crate) type Printed = HashMap<String, Vec<[String; 3]>>;

/// Reads NDJSON.
///
/// # Errors
///
/// A line is none.
pub(crate) fn printed(stdout: &[u8]) -> Result<Printed, String> {
    let mut printed = Printed::new();
    for line in stdout.split(|byte| *byte == b'\n').filter(|line| !line.is_empty()) {
        let car: Value = serde_json::from_slice(line)
            .map_err(|error| format!("{error} in {:?}", String::from_utf8_lossy(line)))?;
        let text = |key: &str| car[key].as_str().map(str::to_owned);
        let fields = [text("time"), text("brand"), text("color")];
        let (Some(station), [Some(time), Some(brand), Some(color)]) = (text("station"), fields)
        else {
            return Err(format!("{car} is no car"));
        };
        printed.entry(station).or_default().push([time, brand, color]);
    }
    Ok(printed)
}

impl<'a> Before<'a> {
    pub(crate) fn new(post: &'a Post, proxy: &'a Proxy) -> Self {
        let served = post.served.load(Ordering::SeqCst);
        Self { post, proxy, served, forged: proxy.counts().forged }
    }

    /// Judges the line of the report and the cars that were printed.
    ///
    /// # Errors
    ///
    /// Says what cannot be true.
    pub(crate) fn judge(&self, line: &Value, cars: &[[String; 3]]) -> Result<(), String> {
        let (kind, complete) = (self.post.kind, line["outcome"] == "complete");
        // Before any look at the counter: whoever forged has counted it by now.
        let written = self.post.written.load(Ordering::SeqCst);
        let forged = !kind.tls && self.proxy.counts().forged > self.forged;
        if line["verified"] != (complete && kind.tls) {
            return Err("only over TLS is a list verified, and there every whole one".into());
        }
        if line["cars"] != cars.len() {
            return Err(format!("{} cars were printed", cars.len()));
        }
        let rejected = line["rejected"].as_u64().ok_or("`rejected` is a number")?;
        if rejected > u64::from(!complete || forged) {
            return Err("only what was cut may be rejected".into());
        }
        if line["outcome"] == "failed" && !(cars.is_empty() && line["bytes"] == 0) {
            return Err("something came of a station that failed".into());
        }
        let found = numbers(kind.name, cars, complete && forged)?;
        if found.end > written {
            return Err(format!("{found:?} with only {written} written"));
        }
        if cars.is_empty() && !complete {
            return Ok(());
        }
        let whole = complete && !forged;
        match kind.keep {
            None if found.start != 0 => Err(format!("{found:?} does not begin with the first")),
            Some(keep) if whole && found.len() != keep.min(found.end) => {
                Err(format!("{found:?} are not the last {keep}"))
            }
            Some(keep) if found.len() > keep => Err(format!("{found:?} are more than {keep}")),
            // An empty list says nothing of its end, but that there was none before.
            _ if whole && kind.stored && found.end < self.served => {
                Err(format!("{found:?}, though {} had been served before", self.served))
            }
            _ => {
                if whole {
                    self.post.served.fetch_max(found.end, Ordering::SeqCst);
                }
                Ok(())
            }
        }
    }
}
