//! The life of a gather as structured events, in the words of the tutorial's log.

use std::time::Duration;

use carwatch::{Fault, Outcome, Report, Target};

use crate::clock::millis;

pub(super) fn started(stations: usize) {
    tracing::info!(stations, "gather started");
}

pub(super) fn connected(target: &Target) {
    tracing::info!(station = %target.name, peer = %target.address, "connection made");
}

/// One address of a station could not be reached; another one, or another attempt, may be.
pub(super) fn not_connected(target: &Target, attempt: u32, fault: &Fault) {
    let peer = &*target.address;
    let error = fault.detail.as_deref();
    tracing::info!(station = %target.name, peer, attempt, error, "no connection");
}

/// The first bytes of a response are news, the others are detail.
pub(super) fn received(target: &Target, bytes: usize, first: bool) {
    if first {
        tracing::info!(station = %target.name, bytes, "data received");
    } else {
        tracing::debug!(station = %target.name, bytes, "data received");
    }
}

pub(super) fn ended(target: &Target, outcome: &Outcome, elapsed: Duration) {
    tracing::info!(
        station = %target.name,
        outcome = outcome.verdict.as_str(),
        reason = outcome.verdict.fault().map(|fault| fault.reason.as_str()),
        bytes = outcome.bytes,
        cars = outcome.cars,
        rejected = outcome.rejected,
        elapsed_ms = millis(elapsed),
        "connection ended"
    );
}

/// What all attempts at a station came to. Of a complete one its connection has said it.
pub(super) fn settled(target: &Target, outcome: &Outcome, attempts: u32, elapsed: Duration) {
    let station = &*target.name;
    match outcome.verdict.fault() {
        None => tracing::debug!(station, attempts, "station complete"),
        Some(fault) => tracing::info!(
            station,
            peer = %target.address,
            attempts,
            outcome = outcome.verdict.as_str(),
            reason = fault.reason.as_str(),
            detail = fault.detail,
            bytes = outcome.bytes,
            cars = outcome.cars,
            elapsed_ms = millis(elapsed),
            "station not complete"
        ),
    }
}

pub(super) fn finished(report: &Report) {
    let (complete, partial, failed) = report.counts();
    let cars: u64 = report.stations.iter().map(|station| station.outcome.cars).sum();
    let elapsed_ms = report.elapsed.map(millis);
    tracing::info!(complete, partial, failed, cars, elapsed_ms, "gather finished");
}
