//! What people read who made certificates: what there is, and the commands that come next.

use std::borrow::Cow;
use std::fmt::Write;
use std::path::Path;

use carwatch_authority::{Certificate, Host, Made};
use carwatch_formats::visible::visible;

use crate::hints::Run;

/// Everything, to the last newline. `client` is how this program was run.
pub(super) fn text(made: &Made, client: &Run) -> String {
    let mut text = String::new();
    line(&mut text, "CA", &made.authority);
    made.stations.iter().for_each(|station| line(&mut text, "station", station));
    made.clients.iter().for_each(|client| line(&mut text, "client", client));
    let _ = writeln!(
        text,
        "\nBeside each certificate lies its private key. {} stays where it is: with it, anybody\n\
         can make certificates for everybody.",
        shown(&made.authority.key),
    );
    let ca = word(&made.authority.pem);
    for station in made.stations.iter().filter(|station| !station.hosts.is_empty()) {
        let (host, any) = (&station.hosts[0], any(&station.hosts[0]));
        let (pem, key) = (word(&station.pem), word(&station.key));
        let to = quoted(&format!("{}:", bracketed(host)));
        let name = &station.name;
        let server = client.server();
        let flags =
            format!("--listen {any} --tls-cert {name}.pem --tls-key {name}.key --client-ca ca.pem");
        let _ = writeln!(text, "\nFor the station {name}, then on its machine:\n");
        let _ = writeln!(text, "    scp {ca} {pem} {key} {to}");
        let _ = writeln!(text, "    {}", server.with(&flags));
    }
    for client_certificate in made.clients.iter().take(1) {
        let (pem, key) = (word(&client_certificate.pem), word(&client_certificate.key));
        let mut flags = format!("--ca {ca} --cert {pem} --key {key}");
        for station in &made.stations {
            let _ = write!(flags, " {}", target(station));
        }
        if made.stations.is_empty() {
            flags.push_str(" tls://HOST:8000");
        }
        let _ = writeln!(text, "\nTo gather:\n\n    {}", client.with(&flags));
    }
    text
}

fn line(text: &mut String, kind: &str, certificate: &Certificate) {
    let Certificate { name, hosts, pem, is_new, until, fingerprint, .. } = certificate;
    let hosts: Vec<_> = hosts.iter().map(ToString::to_string).collect();
    let hosts = if hosts.is_empty() { String::new() } else { format!(" for {}", hosts.join(", ")) };
    let kind = if kind == "CA" { kind.to_owned() } else { format!("{kind} {name}") };
    let made = if *is_new { "new" } else { "was there" };
    let _ = writeln!(text, "{kind}{hosts}: {}, {made}, until {until}", shown(pem));
    let _ = writeln!(text, "    SHA-256 {fingerprint}");
}

/// The station as this program takes it.
fn target(station: &Certificate) -> String {
    let Some(host) = station.hosts.first() else { return String::new() };
    let address = format!("tls://{}:8000", bracketed(host));
    if host.to_string() == station.name {
        quoted(&address)
    } else {
        quoted(&format!("{}={address}", station.name))
    }
}

/// Where a station listens that is to be reached from outside.
fn any(host: &Host) -> &'static str {
    match host {
        Host::Ip(address) if address.is_ipv6() => "'tls://[::]:8000'",
        _ => "tls://0.0.0.0:8000",
    }
}

fn bracketed(host: &Host) -> String {
    match host {
        Host::Ip(address) if address.is_ipv6() => format!("[{address}]"),
        host => host.to_string(),
    }
}

/// A path as a word of a shell, that neither a shell nor scp takes for something else.
fn word(path: &Path) -> String {
    let path = path.to_string_lossy();
    let odd = path.starts_with('-') || path.contains(':') && !path.starts_with('/');
    let path: Cow<'_, str> = if odd { format!("./{path}").into() } else { path };
    quoted(&path)
}

fn quoted(text: &str) -> String {
    let plain = |c: char| c.is_alphanumeric() || "/._-:=,@+%".contains(c);
    if !text.is_empty() && text.chars().all(plain) {
        return visible(text).to_string();
    }
    visible(&format!("'{}'", text.replace('\'', r"'\''"))).to_string()
}

fn shown(path: &Path) -> String {
    visible(&path.to_string_lossy()).to_string()
}
