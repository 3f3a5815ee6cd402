//! No safe code can set a variable of its own process or choose its descriptors: these tests
//! run themselves again, in processes that a shell prepares.

use std::net::{TcpListener, TcpStream, UdpSocket};
use std::os::fd::OwnedFd;
use std::os::unix::net::{UnixDatagram, UnixListener};
use std::process::{Command, Stdio};
use std::time::Duration;

use super::{Inherited, Notifier, inherited, names};
use crate::listen::Scheme;

fn listener() -> TcpListener {
    TcpListener::bind("127.0.0.1:0").unwrap()
}

/// What [`inherited`] says in a process that has `third` and `fourth` as these descriptors.
fn told(third: impl Into<OwnedFd>, fourth: impl Into<OwnedFd>, variables: &str) -> String {
    let script = format!("exec 3<&0 4>&2 </dev/null 2>&1; {variables} exec \"$0\" \"$@\"");
    let child = again("sh", &["-c", &script], "inherits")
        .stdin(Stdio::from(third.into()))
        .stderr(Stdio::from(fourth.into()))
        .output()
        .unwrap();
    let text = String::from_utf8(child.stdout).unwrap();
    let told = text.lines().find_map(|line| line.split_once("told: ")).map(|(_, told)| told);
    told.unwrap_or_else(|| panic!("{text}")).to_owned()
}

fn again(program: &str, first: &[&str], test: &str) -> Command {
    let own = std::env::current_exe().unwrap();
    let mut child = Command::new(program);
    let test = format!("{}::{test}", module_path!().split_once("::").unwrap().1);
    child.args(first).arg(own).args(["--ignored", "--exact", &test, "--nocapture"]);
    for variable in ["LISTEN_PID", "LISTEN_FDS", "LISTEN_FDNAMES", "NOTIFY_SOCKET"] {
        child.env_remove(variable);
    }
    child
}

#[test]
#[ignore = "is run by the tests below, with descriptors of its own"]
fn inherits() {
    let address = |socket: &TcpListener| socket.local_addr().unwrap().to_string();
    let told = match inherited() {
        Ok(Inherited { listeners, admin }) => {
            let scheme = |scheme: &Option<Scheme>| match scheme {
                None => "",
                Some(Scheme::Tcp) => " tcp",
                Some(Scheme::Tls) => " tls",
            };
            let shown = |(socket, of): &_| format!("{}{}", address(socket), scheme(of));
            let listeners: Vec<_> = listeners.iter().map(shown).collect();
            format!("clients {listeners:?} admin {:?}", admin.as_ref().map(address))
        }
        Err(error) => error,
    };
    println!("\ntold: {told}");
    // They are taken; and what is handed over is not there for this process's children.
    assert!(inherited().unwrap().listeners.is_empty());
}

#[test]
fn sockets_that_listen_are_taken_and_one_is_the_admins() {
    let (one, two) = (listener(), listener());
    let (first, second) = (one.local_addr().unwrap(), two.local_addr().unwrap());
    let mine = "LISTEN_PID=$$ LISTEN_FDS=2";
    for (variables, expected) in [
        (mine.to_owned(), format!("clients [\"{first}\", \"{second}\"] admin None")),
        (
            format!("{mine} LISTEN_FDNAMES=station:admin"),
            format!("clients [\"{first}\"] admin Some(\"{second}\")"),
        ),
        (
            format!("{mine} LISTEN_FDNAMES=admin:carwatch-station.socket"),
            format!("clients [\"{second}\"] admin Some(\"{first}\")"),
        ),
        (
            format!("{mine} LISTEN_FDNAMES=tls:tcp"),
            format!("clients [\"{first} tls\", \"{second} tcp\"] admin None"),
        ),
        (
            format!("{mine} LISTEN_FDNAMES=tls:tls"),
            format!("clients [\"{first} tls\", \"{second} tls\"] admin None"),
        ),
        (
            format!("{mine} LISTEN_FDNAMES=TLS:tls.socket"),
            format!("clients [\"{first}\", \"{second}\"] admin None"),
        ),
        (
            "LISTEN_PID=$$ LISTEN_FDS=1 LISTEN_FDNAMES=x".to_owned(),
            format!("clients [\"{first}\"] admin None"),
        ),
        (
            format!("{mine} LISTEN_FDNAMES=admin:admin"),
            "the inherited socket 4 (admin) is the second one of that name: there is one admin"
                .to_owned(),
        ),
        (format!("{mine} LISTEN_FDNAMES=a"), "LISTEN_FDNAMES has 1 names for 2 sockets".to_owned()),
        (
            "LISTEN_PID=$$ LISTEN_FDS=two".to_owned(),
            "LISTEN_FDS is not a number of sockets".to_owned(),
        ),
    ] {
        let (one, two) = (one.try_clone().unwrap(), two.try_clone().unwrap());
        assert_eq!(told(one, two, &variables), expected, "{variables}");
    }
}

#[test]
fn what_is_for_another_process_is_not_touched() {
    for variables in [
        "",
        "LISTEN_FDS=2",
        "LISTEN_PID=1 LISTEN_FDS=2",
        "LISTEN_PID=$$x LISTEN_FDS=2",
        "LISTEN_PID= LISTEN_FDS=2",
        "LISTEN_PID=$$",
        "LISTEN_PID=$$ LISTEN_FDS=0 LISTEN_FDNAMES=",
    ] {
        assert_eq!(told(listener(), listener(), variables), "clients [] admin None", "{variables}");
    }
}

#[test]
fn what_does_not_listen_is_said() {
    let folder = tempfile::tempdir().unwrap();
    let server = listener();
    let connected = TcpStream::connect(server.local_addr().unwrap()).unwrap();
    let unix = UnixListener::bind(folder.path().join("socket")).unwrap();
    let others: [(OwnedFd, &str); 4] = [
        (connected.into(), " does not listen"),
        (UdpSocket::bind("127.0.0.1:0").unwrap().into(), ": fd 4 is not a valid tcp socket"),
        (unix.into(), ": fd 4 is not a valid tcp socket"),
        (std::fs::File::create(folder.path().join("f")).unwrap().into(), ": fd 4 is not a socket"),
    ];
    for (other, words) in others {
        let variables = "LISTEN_PID=$$ LISTEN_FDS=2 LISTEN_FDNAMES=a:'\u{1b}[31m'";
        let told = told(server.try_clone().unwrap(), other, variables);
        assert_eq!(told, format!(r"the inherited socket 4 (\u{{1b}}[31m){words}"));
    }
    // There is no descriptor of that number.
    let told = told(listener(), listener(), "LISTEN_PID=$$ LISTEN_FDS=999");
    assert!(told.starts_with("the inherited socket 5 (unknown): "), "{told}");
}

#[test]
fn names_are_as_many_as_sockets() {
    assert_eq!(names(None, 2), Ok(vec!["unknown".to_owned(), "unknown".to_owned()]));
    assert_eq!(names(Some(""), 0), Ok(vec![]));
    assert_eq!(names(Some(""), 1), Ok(vec![String::new()]));
    assert!(names(Some("a:b"), 3).is_err());
}

#[test]
#[ignore = "is run by the tests below, with an environment of its own"]
fn notifies() {
    Notifier.status("loading\nREADY=1");
    Notifier.extend(Duration::from_millis(1500));
    Notifier.extend(Duration::MAX);
    Notifier.ready();
    Notifier.reloading();
    Notifier.ready();
    Notifier.alive();
    Notifier.stopping();
    println!("\ntold: {:?}", Notifier.watchdog());
}

fn notified(variables: &[(&str, &str)]) -> String {
    let mut child = again("env", &[], "notifies");
    child.env_remove("WATCHDOG_USEC").env_remove("WATCHDOG_PID");
    let output = child.envs(variables.iter().copied()).output().unwrap();
    let text = String::from_utf8(output.stdout).unwrap();
    assert!(output.status.success(), "{text}");
    text.lines().find_map(|line| line.split_once("told: ")).unwrap().1.to_owned()
}

#[test]
fn each_state_is_a_datagram() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("notify");
    let manager = UnixDatagram::bind(&path).unwrap();
    let path = path.to_str().unwrap();
    assert_eq!(notified(&[("NOTIFY_SOCKET", path), ("WATCHDOG_USEC", "30000000")]), "Some(15s)");
    manager.set_nonblocking(true).unwrap();
    let mut datagrams = Vec::new();
    let mut buffer = [0; 4096];
    while let Ok(length) = manager.recv(&mut buffer) {
        datagrams.push(String::from_utf8(buffer[..length].to_vec()).unwrap());
    }
    let reload = datagrams.remove(4);
    let since = reload.strip_prefix("RELOADING=1\nMONOTONIC_USEC=").unwrap().trim_end();
    assert!(since.parse::<u64>().unwrap() > 0, "{reload}");
    assert_eq!(
        datagrams,
        [
            "STATUS=loading\\u{a}READY=1\n",
            "EXTEND_TIMEOUT_USEC=1500000\n",
            "EXTEND_TIMEOUT_USEC=4294967295\n",
            "READY=1\n",
            "READY=1\n",
            "WATCHDOG=1\n",
            "STOPPING=1\n",
        ]
    );
}

#[test]
fn nobody_to_tell_and_nobody_there_are_no_failure() {
    assert_eq!(notified(&[]), "None");
    assert_eq!(notified(&[("NOTIFY_SOCKET", "/nonexistent/notify")]), "None");
    assert_eq!(notified(&[("WATCHDOG_USEC", "30000000"), ("WATCHDOG_PID", "1")]), "None");
    assert_eq!(notified(&[("WATCHDOG_USEC", "soon")]), "None");
}
