//! A station that runs: what happens at once, and how it ends.

use std::cell::Cell;
use std::convert::Infallible;
use std::future::Future;
use std::io::{self, Write};
use std::net::TcpListener;
use std::pin::pin;
use std::process::ExitCode;
use std::sync::Arc;
use std::task::Poll;
use std::time::Duration;

use async_io::Timer;
use carwatch_cli::fail;
use carwatch_driver::server::{self, Connection};
use carwatch_driver::{Accepted, clock};
use futures_util::future::{Either, FusedFuture, FutureExt, join, join_all, poll_fn, select};

use crate::args::Args;
use crate::loading::loaded;
use crate::office::Office;
use crate::reload::Reload;
use crate::start::Station;
use crate::status::Status;
use crate::systemd::Notifier;

impl Station {
    /// Runs until a signal ends it.
    pub(crate) async fn run<S: Accepted, T>(
        mut self,
        args: Args,
        reload: Reload,
        spawn: impl Fn(Connection) -> T,
    ) -> ExitCode {
        let notifier = Notifier;
        let office = Arc::new(self.office());
        let drain = Cell::new(args.drain);
        let admin = std::mem::take(&mut self.admin);
        let secured = self.listeners.iter().any(|listener| listener.tls);
        let sockets = self.listeners.iter().map(|listener| &listener.socket);
        let announced = [lines("listening on", sockets), lines("admin on", &admin)];

        // Closing it is the word to stop.
        let (goes_on, stop_admin) = async_channel::bounded::<()>(1);
        let http = join_all(admin.into_iter().map(|listener| {
            let stop_admin = stop_admin.clone();
            let stop = async move {
                let _ = stop_admin.recv().await;
            };
            carwatch_admin::serve::<S, T>(listener, Arc::clone(&office) as _, stop, &spawn)
        }));
        let mut http = pin!(http.map(log_failures).fuse());
        let (hangups, desk, status) =
            (self.signals.clone(), self.desk.clone(), self.status.clone());
        let reloads = async {
            loop {
                hangups.hangup().await;
                // Before it is ready, and on its way out, it has another word to say.
                let serving = || status.lock().serving;
                if serving() {
                    notifier.reloading();
                }
                if let Some(new) = reload.run(&args, secured, &desk, &office).await {
                    drain.set(new);
                }
                if serving() {
                    notifier.ready();
                }
            }
        };
        let mut beside = pin!(join(reloads, watchdog(notifier)));
        let mut main = pin!(self.load_and_serve::<S, T>(&announced, notifier, &drain, &spawn));
        let code = poll_fn(|cx| {
            // Neither of them ends before it is told to.
            let _: (Poll<()>, Poll<((), ())>) = (http.as_mut().poll(cx), beside.as_mut().poll(cx));
            main.as_mut().poll(cx)
        })
        .await;
        drop(goes_on);
        if !http.is_terminated() {
            http.await;
        }
        // Before that there is nothing to commit, and the ledger may be long in loading.
        if status.lock().restored {
            let finished = pin!(desk.finish());
            if let Either::Right(_) = select(finished, Timer::after(LAST_COMMIT)).await {
                tracing::error!("what came last was not committed in time");
            }
        }
        status.log_withheld();
        code
    }

    fn office(&mut self) -> Office {
        Office {
            program: self.program,
            started: clock::unix(),
            control: self.control.clone(),
            roster: self.roster.clone(),
            desk: self.desk.clone(),
            status: self.status.clone(),
            reading: self.reading.clone(),
            token: self.token.take().into(),
            has_a_list: self.replay.is_none(),
        }
    }

    /// Waits for what is there already, then serves until the first signal, and drains until
    /// the second.
    async fn load_and_serve<S: Accepted, T>(
        self,
        announced: &[io::Result<Vec<String>>; 2],
        notifier: Notifier,
        drain: &Cell<Duration>,
        spawn: impl Fn(Connection) -> T,
    ) -> ExitCode {
        let Self { signals, control, listeners, roster, replay, status, .. } = self;
        let (store_loaded, progress) = (self.store_loaded, self.progress);
        let loading = pin!(async {
            // Closed without a word, its thread has panicked, and has said so.
            store_loaded.recv().await.unwrap_or_else(|_| Err("cannot load the store".into()))?;
            loaded(progress, self.patience).await;
            Ok::<(), String>(())
        });
        let telling = pin!(tell_of_loading(&status, notifier));
        match select(select(loading, telling), pin!(signals.first())).await {
            Either::Left((Either::Left((Ok(()), _)), _)) => {}
            Either::Left((Either::Left((Err(error), _)), _)) => return fail(&error, 1),
            Either::Right((signal, _)) => {
                notifier.stopping();
                tracing::info!(signal, "stopped while loading");
                return ExitCode::SUCCESS;
            }
        }
        status.lock().loaded = true;
        if let Err(error) = announced.iter().try_for_each(announce) {
            return fail(&format!("cannot tell where the station listens: {error}"), 1);
        }
        status.lock().serving = true;
        notifier.status("serving");
        notifier.ready();
        let first = async {
            let (signal, drain) = (signals.first().await, drain.get());
            status.lock().serving = false;
            notifier.stopping();
            notifier.status("letting running snapshots finish");
            tracing::info!(signal, ?drain, "station stopping");
            drain
        };
        let served = pin!(async {
            match replay {
                None => server::serve::<S, T>(listeners, roster, control, first, spawn).await,
                Some(replay) => {
                    let listeners = listeners.into_iter().zip(replay.places).collect();
                    server::replay::<S, T>(listeners, replay.turns, control, first, spawn).await
                }
            }
        });
        match select(served, pin!(signals.second())).await {
            Either::Left((Ok(()), _)) => tracing::info!("station stopped"),
            Either::Left((Err(error), _)) => return fail(&format!("cannot serve: {error}"), 1),
            // What is still being served is dropped with the rest, and thereby reset.
            Either::Right((signal, _)) => tracing::info!(signal, "station stopped at once"),
        }
        ExitCode::SUCCESS
    }
}

/// Says once a second how far the station is, and asks a service manager for more time.
async fn tell_of_loading(status: &Status, notifier: Notifier) -> Infallible {
    loop {
        Timer::after(Duration::from_secs(1)).await;
        notifier.extend(MORE_TIME);
        let cars = status.lock().accepted;
        // The ledger speaks for itself while it loads the store.
        if cars > 0 {
            tracing::info!(cars, "reading the source");
            notifier.status(&format!("reading the source: {cars} cars so far"));
        }
    }
}

/// Tells systemd, if it wants to know, that the runtime is alive.
async fn watchdog(notifier: Notifier) {
    while let Some(interval) = notifier.watchdog() {
        notifier.alive();
        Timer::after(interval).await;
    }
}

fn log_failures(ended: Vec<io::Result<()>>) {
    for error in ended.into_iter().filter_map(Result::err) {
        tracing::error!(%error, "the admin listener has failed");
    }
}

/// A line for each bound address (cli.md).
fn lines<'l>(
    what: &'static str,
    listeners: impl IntoIterator<Item = &'l TcpListener>,
) -> io::Result<Vec<String>> {
    let listeners = listeners.into_iter();
    listeners.map(|listener| Ok(format!("{what} {}\n", listener.local_addr()?))).collect()
}

/// Says them on stderr, whatever the log's flags say. Each is one write, so that a line of
/// the log cannot fall into it.
fn announce(lines: &io::Result<Vec<String>>) -> io::Result<()> {
    let lines = lines.as_ref().map_err(|error| io::Error::new(error.kind(), error.to_string()))?;
    for line in lines {
        tracing::info!("{}", line.trim_end());
        // A station whose stderr is closed still serves.
        let _ = io::stderr().write_all(line.as_bytes());
    }
    Ok(())
}

/// How much longer a service manager is asked to wait, each second.
const MORE_TIME: Duration = Duration::from_secs(30);
/// How long the station's end waits for the last commit.
const LAST_COMMIT: Duration = Duration::from_secs(5);
