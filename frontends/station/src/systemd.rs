//! What systemd and the station say to each other: sockets that it has opened already, and
//! how the station does. Without systemd there are none, and nothing is said.

use std::env;
use std::net::TcpListener;
use std::process;
use std::time::Duration;

use carwatch_formats::visible::visible;
use listenfd::ListenFd;
use sd_notify::NotifyState;

use crate::listen::Scheme;

/// Sockets that listen since before this process was there.
#[derive(Debug, Default)]
pub(crate) struct Inherited {
    /// For clients, in systemd's order. If there are any, they take the place of the address
    /// that a station listens on by default. One that is named `tcp` or `tls` speaks that.
    pub(crate) listeners: Vec<(TcpListener, Option<Scheme>)>,
    /// The one that is named `admin` (`FileDescriptorName=`); it takes the place of `--admin`.
    pub(crate) admin: Option<TcpListener>,
}

/// Takes the sockets that the service manager hands to this very process (`sd_listen_fds(3)`:
/// `LISTEN_FDS`, `LISTEN_PID`, `LISTEN_FDNAMES`), and removes the first two variables, so that
/// a second call finds none. To be called while there is one thread and nothing was opened.
///
/// What options they have is systemd's choice, except for what the driver sets on them.
///
/// # Errors
///
/// One of them is no TCP socket that listens, or the variables contradict each other. In words
/// for people, which say which.
pub(crate) fn inherited() -> Result<Inherited, String> {
    let mut inherited = Inherited::default();
    // A variable for another process came here because that did not remove it.
    let own = |pid: String| pid.parse() == Ok(process::id());
    let Some(count) = env::var_os("LISTEN_FDS") else { return Ok(inherited) };
    if !env::var("LISTEN_PID").is_ok_and(own) {
        return Ok(inherited);
    }
    let count: u16 = count
        .to_str()
        .and_then(|count| count.parse().ok())
        .ok_or("LISTEN_FDS is not a number of sockets")?;
    let names = names(env::var("LISTEN_FDNAMES").ok().as_deref(), usize::from(count))?;
    let mut sockets = ListenFd::from_env();
    for (nth, name) in names.into_iter().enumerate() {
        let which = format!("the inherited socket {} ({})", FIRST + nth, visible(&name));
        let taken = sockets.take_tcp_listener(nth);
        let taken = taken.map_err(|error| format!("{which}: {error}"))?;
        let listens = taken.filter(listens);
        let socket = listens.ok_or_else(|| format!("{which} does not listen"))?;
        if name != ADMIN {
            inherited.listeners.push((socket, scheme(&name)));
        } else if inherited.admin.replace(socket).is_some() {
            return Err(format!("{which} is the second one of that name: there is one admin"));
        }
    }
    Ok(inherited)
}

/// The names of `count` sockets.
fn names(variable: Option<&str>, count: usize) -> Result<Vec<String>, String> {
    let Some(variable) = variable else { return Ok(vec!["unknown".into(); count]) };
    let names: Vec<_> = variable.split(':').map(str::to_owned).collect();
    if names.len() == count || count == 0 {
        return Ok(names.into_iter().take(count).collect());
    }
    Err(format!("LISTEN_FDNAMES has {} names for {count} sockets", names.len()))
}

fn scheme(name: &str) -> Option<Scheme> {
    match name {
        "tcp" => Some(Scheme::Tcp),
        "tls" => Some(Scheme::Tls),
        _ => None,
    }
}

#[cfg(not(target_vendor = "apple"))]
fn listens(socket: &TcpListener) -> bool {
    rustix::net::sockopt::socket_acceptconn(socket) == Ok(true)
}

/// There, no socket says; accepting from one that does not listen will fail.
#[cfg(target_vendor = "apple")]
fn listens(_: &TcpListener) -> bool {
    true
}

/// Tells the service manager how the station does (`sd_notify(3)`), if one asked for it by
/// `NOTIFY_SOCKET`. Telling fails with a word in the log, and with nothing else: the station
/// serves.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Notifier;

impl Notifier {
    /// The station serves; also at the end of what [`reloading`](Self::reloading) began.
    pub(crate) fn ready(self) {
        tell(&[NotifyState::Ready]);
    }

    /// The configuration is being read again.
    pub(crate) fn reloading(self) {
        match NotifyState::monotonic_usec_now() {
            // By the time it tells whose reload this is.
            Ok(now) => tell(&[NotifyState::Reloading, now]),
            Err(error) => tracing::warn!(%error, "cannot read the clock for the service manager"),
        }
    }

    /// The station is on its way out.
    pub(crate) fn stopping(self) {
        tell(&[NotifyState::Stopping]);
    }

    /// A line for whoever asks how the service does. Nothing in it is taken for more.
    pub(crate) fn status(self, text: &str) {
        tell(&[NotifyState::Status(&visible(text).to_string())]);
    }

    /// A start, a reload or a stop that takes long goes on: the service manager shall wait for
    /// `more` from now, and not give up before.
    pub(crate) fn extend(self, more: Duration) {
        let micros = u32::try_from(more.as_micros()).unwrap_or(u32::MAX);
        tell(&[NotifyState::ExtendTimeoutUsec(micros)]);
    }

    /// How often [`alive`](Self::alive) is to be called: twice in the time after which the
    /// service manager kills a silent process. `None` if it never does.
    pub(crate) fn watchdog(self) -> Option<Duration> {
        sd_notify::watchdog_enabled().map(|time_out| time_out / 2).filter(|half| !half.is_zero())
    }

    /// The station does what it is there for.
    pub(crate) fn alive(self) {
        tell(&[NotifyState::Watchdog]);
    }
}

fn tell(states: &[NotifyState<'_>]) {
    if let Err(error) = sd_notify::notify(states) {
        tracing::warn!(%error, "cannot notify the service manager");
    }
}

/// The number of the first descriptor that is handed over.
const FIRST: usize = 3;
/// The name of the socket that is not for clients.
const ADMIN: &str = "admin";

#[cfg(test)]
mod tests;
