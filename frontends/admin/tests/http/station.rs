//! A station that does what a posted body says, and HTTP for it.

use std::io;
use std::net::{Ipv4Addr, SocketAddr, TcpListener};
use std::pin::Pin;
use std::sync::{Arc, Mutex};
use std::thread::{self, JoinHandle};

use carwatch::time::Instant;
use carwatch::{Car, Retention, Roster, Snapshot};
use carwatch_admin::{Authorization, Limits, Metrics, PostError, Posted, Station, serve_with};
use smol::channel::{Receiver, Sender, bounded, unbounded};

pub(crate) struct Fake {
    pub(crate) configured: bool,
    /// None while it is being loaded.
    pub(crate) snapshot: Mutex<Option<Snapshot>>,
    pub(crate) ready: Mutex<Result<(), String>>,
    /// Every body that reached the station, in order.
    pub(crate) posts: Mutex<Vec<Vec<u8>>>,
    /// One message for each body `wait` that may be answered.
    pub(crate) release: Sender<()>,
    pub(crate) released: Receiver<()>,
    /// One message for each body `wait` that has come.
    pub(crate) came: Sender<()>,
    pub(crate) waiting: Receiver<()>,
}

impl Fake {
    pub(crate) fn new() -> Self {
        let (release, released) = unbounded();
        let (came, waiting) = unbounded();
        Self {
            configured: true,
            snapshot: Mutex::new(Some(snapshot(2))),
            ready: Mutex::new(Ok(())),
            posts: Mutex::default(),
            release,
            released,
            came,
            waiting,
        }
    }

    pub(crate) fn posts(&self) -> Vec<Vec<u8>> {
        self.posts.lock().unwrap().clone()
    }
}

impl Station for Fake {
    fn metrics(&self) -> Metrics {
        assert!(self.ready() != Err("panic".into()), "a panic that was asked for");
        Metrics { cars: 4711, ..Metrics::default() }
    }

    fn ready(&self) -> Result<(), String> {
        self.ready.lock().unwrap().clone()
    }

    fn snapshot(&self) -> Result<Snapshot, &'static str> {
        self.snapshot.lock().unwrap().clone().ok_or("the cars are still being loaded")
    }

    fn may_post(&self, bearer: Option<&[u8]>) -> Authorization {
        match bearer {
            _ if !self.configured => Authorization::NotConfigured,
            Some(b"s3cret") => Authorization::Granted,
            _ => Authorization::Denied,
        }
    }

    fn post(&self, body: Vec<u8>) -> Posted {
        self.posts.lock().unwrap().push(body.clone());
        let (came, released) = (self.came.clone(), self.released.clone());
        Box::pin(async move {
            match &body[..] {
                b"bad" => Err(PostError::Bad { line: 3, words: "no \u{1b}[2J car".into() }),
                b"busy" => Err(PostError::Unavailable("the disk is full".into())),
                b"panic" => panic!("a panic that was asked for"),
                b"wait" => {
                    came.send(()).await.unwrap();
                    released.recv().await.unwrap();
                    Ok(())
                }
                _ => Ok(()),
            }
        })
    }
}

/// A snapshot of `cars` cars.
pub(crate) fn snapshot(cars: u64) -> Snapshot {
    let mut roster = Roster::new(Retention::default());
    for nth in 0..cars {
        let time = format!("{}", 1_790_000_000 + nth);
        roster.append(&Car::new(&time, "peugeot", "a. red: 5%"), Instant::from_nanos(0)).unwrap();
    }
    roster.snapshot()
}

type Stop = Pin<Box<dyn Future<Output = ()> + Send>>;

/// HTTP that is being served. Stopped when dropped.
pub(crate) struct Serving {
    pub(crate) address: SocketAddr,
    pub(crate) station: Arc<Fake>,
    stop: Option<Sender<()>>,
    thread: Option<JoinHandle<io::Result<()>>>,
}

impl Serving {
    pub(crate) fn start() -> Self {
        Self::with(Fake::new(), Limits::default())
    }

    pub(crate) fn limited(limits: Limits) -> Self {
        Self::with(Fake::new(), limits)
    }

    pub(crate) fn with(station: Fake, limits: Limits) -> Self {
        Self::on(station, move |listener, station, stop| {
            let spawn = |connection| smol::spawn(connection);
            smol::block_on(serve_with::<smol::net::TcpStream, _>(
                listener, station, limits, stop, spawn,
            ))
        })
    }

    /// The same on the other runtime.
    pub(crate) fn on_async_std() -> Self {
        Self::on(Fake::new(), move |listener, station, stop| {
            let spawn = |connection| async_std::task::spawn(connection);
            async_std::task::block_on(serve_with::<async_std::net::TcpStream, _>(
                listener,
                station,
                Limits::default(),
                stop,
                spawn,
            ))
        })
    }

    fn on(
        station: Fake,
        serve: impl FnOnce(TcpListener, Arc<dyn Station>, Stop) -> io::Result<()> + Send + 'static,
    ) -> Self {
        let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).unwrap();
        let address = listener.local_addr().unwrap();
        let station = Arc::new(station);
        let (stop, stopped) = bounded::<()>(1);
        let stopped: Stop = Box::pin(async move {
            let _ = stopped.recv().await;
        });
        let served = Arc::clone(&station) as Arc<dyn Station>;
        let thread = thread::spawn(move || serve(listener, served, stopped));
        Self { address, station, stop: Some(stop), thread: Some(thread) }
    }

    /// Lets HTTP stop, and waits until it has.
    pub(crate) fn stop(mut self) {
        self.tell_to_stop();
        self.join();
    }

    pub(crate) fn tell_to_stop(&mut self) {
        drop(self.stop.take());
    }

    pub(crate) fn join(&mut self) {
        if let Some(thread) = self.thread.take() {
            thread.join().unwrap().unwrap();
        }
    }
}

impl Drop for Serving {
    fn drop(&mut self) {
        self.tell_to_stop();
        if !thread::panicking() {
            self.join();
        }
    }
}
