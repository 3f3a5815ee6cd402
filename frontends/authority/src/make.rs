//! From an order to files: everything is looked at before anything is written.

use std::path::PathBuf;
use std::time::SystemTime;

use crate::authority::fingerprint;
use crate::existing::{Fault, is_over};
use crate::folder::Folder;
use crate::name::AUTHORITY;
use crate::validity::{moment, some_days};
use crate::{Authority, Error, Host, Leaf, Name, Order, Station, Validity};

/// What there is now.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Made {
    /// The folder, as it was given.
    pub dir: PathBuf,
    /// The CA.
    pub authority: Certificate,
    /// The stations that were asked for, all of them new.
    pub stations: Vec<Certificate>,
    /// The clients that were asked for, or the one that is there by default.
    pub clients: Vec<Certificate>,
    /// What is not as it should be, a line each; safe to print.
    pub notes: Vec<String>,
}

/// A certificate in a file, its key beside it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Certificate {
    /// Whose it is; the CA's is `ca`.
    pub name: String,
    /// The hosts that it is for; none unless it is a station's.
    pub hosts: Vec<Host>,
    /// Its file.
    pub pem: PathBuf,
    /// The file of its private key.
    pub key: PathBuf,
    /// Whether it was made now, or was there.
    pub is_new: bool,
    /// The last day that it is good for, at least in part: `2029-02-24`, by UTC.
    pub until: String,
    /// Its SHA-256, as `openssl x509 -fingerprint` has it.
    pub fingerprint: String,
}

/// Makes what is asked for: a CA if the folder has none, and a certificate for each station
/// and client.
///
/// Runs in the same folder wait for each other. Each key is on the disk before its
/// certificate is begun, so whatever ends the program leaves no certificate without one.
///
/// # Errors
///
/// [`Error::Asked`] if the order cannot be, or there is half a CA or one that is of no use;
/// [`Error::Writing`] if a file that would have to be new is there, or the system refuses. In
/// any case nothing was written, unless the words say so.
pub fn make(order: &Order, now: SystemTime) -> Result<Made, Error> {
    let (clients, by_default) = order.clients()?;
    order.days.map_or(Ok(()), some_days)?;
    moment(now)?;
    let folder = Folder::open(&order.dir)?;
    let old = existing(&folder, now)?;
    let kept = match clients.as_slice() {
        [name] if by_default => kept_client(&folder, old.as_ref(), name)?,
        _ => None,
    };
    let new_clients = if kept.is_some() { &[] } else { clients.as_slice() };
    let stations = order.stations.iter().map(|station| &station.name);
    for name in stations.chain(new_clients) {
        for file in [pem(name.as_str()), key(name.as_str())] {
            if folder.holds(&file)? {
                return Err(Error::Writing(folder.is_there(&file)));
            }
        }
    }
    let (authority, is_new) = match old {
        Some(old) => (old, false),
        None => (Authority::new(now)?, true),
    };
    let mut batch = Batch { folder: &folder, files: Vec::new() };
    if is_new {
        batch.add(AUTHORITY, authority.pem().to_owned(), authority.key());
    }
    let validity = authority.lasting(order.days, now)?;
    let mut made = Made {
        dir: order.dir.clone(),
        authority: Certificate {
            is_new,
            ..of(&folder, AUTHORITY, &authority.validity, authority.fingerprint())
        },
        stations: Vec::new(),
        clients: Vec::new(),
        notes: folder.worries(&key(AUTHORITY)),
    };
    for Station { name, hosts } in &order.stations {
        let certificate = batch.leaf(name, authority.station(name, hosts, &validity)?, &validity);
        made.stations.push(Certificate { hosts: hosts.clone(), ..certificate });
    }
    for name in new_clients {
        let certificate = batch.leaf(name, authority.client(name, &validity)?, &validity);
        made.clients.push(certificate);
    }
    let files = batch.files;
    made.notes.extend(validity.cut.then(|| {
        let day = validity.last_day();
        format!("the new certificates end with their CA, on {day}")
    }));
    if let Some((kept, validity)) = kept {
        made.notes.extend(is_over(&validity, now).then(|| {
            let (shown, day) = (folder.shown(&pem(&kept.name)), &kept.until);
            format!("{shown} ended on {day}: remove it and its key to have new ones made")
        }));
        made.clients.push(kept);
    }
    folder.write(&files)?;
    Ok(made)
}

/// What is going to be written.
struct Batch<'a> {
    folder: &'a Folder,
    files: Vec<(String, String)>,
}

impl Batch<'_> {
    /// The key comes first.
    fn add(&mut self, name: &str, certificate: String, secret: String) {
        self.files.extend([(key(name), secret), (pem(name), certificate)]);
    }

    fn leaf(&mut self, name: &Name, leaf: Leaf, validity: &Validity) -> Certificate {
        let fingerprint = leaf.fingerprint();
        self.add(name.as_str(), leaf.pem, leaf.key);
        of(self.folder, name.as_str(), validity, fingerprint)
    }
}

/// The CA that is in the folder, if one is.
fn existing(folder: &Folder, now: SystemTime) -> Result<Option<Authority>, Error> {
    let (certificate, private) = (pem(AUTHORITY), key(AUTHORITY));
    match (folder.read(&certificate)?, folder.read(&private)?) {
        (None, None) => Ok(None),
        (Some(_), None) => Err(half(folder, &certificate, &private)),
        (None, Some(_)) => Err(half(folder, &private, &certificate)),
        (Some(text), Some(secret)) => Authority::existing(&text, &secret, now)
            .map(Some)
            .map_err(|fault| blame(folder, AUTHORITY, fault)),
    }
}

/// The client's certificate that is there already, if one is.
fn kept_client(
    folder: &Folder,
    authority: Option<&Authority>,
    name: &Name,
) -> Result<Option<(Certificate, Validity)>, Error> {
    let name = name.as_str();
    let (certificate, private) = (pem(name), key(name));
    let (text, secret) = match (folder.read(&certificate)?, folder.read(&private)?) {
        (None, None) => return Ok(None),
        (Some(_), None) => return Err(half(folder, &certificate, &private)),
        (None, Some(_)) => return Err(half(folder, &private, &certificate)),
        (Some(text), Some(secret)) => (text, secret),
    };
    let Some(authority) = authority else {
        return Err(half(folder, &certificate, &pem(AUTHORITY)));
    };
    let (der, validity) =
        authority.existing_client(&text, &secret).map_err(|fault| blame(folder, name, fault))?;
    let kept = Certificate { is_new: false, ..of(folder, name, &validity, fingerprint(&der)) };
    Ok(Some((kept, validity)))
}

/// The certificate of that name, as it is if it is new.
fn of(folder: &Folder, name: &str, validity: &Validity, fingerprint: String) -> Certificate {
    Certificate {
        name: name.to_owned(),
        hosts: Vec::new(),
        pem: folder.path_of(&pem(name)),
        key: folder.path_of(&key(name)),
        is_new: true,
        until: validity.last_day().to_string(),
        fingerprint,
    }
}

fn half(folder: &Folder, there: &str, missing: &str) -> Error {
    let (there, missing) = (folder.shown(there), folder.shown(missing));
    Error::Asked(format!("{there} is there, and {missing} is missing"))
}

fn blame(folder: &Folder, name: &str, fault: Fault) -> Error {
    Error::Asked(match fault {
        Fault::Certificate(why) => format!("{} {why}", folder.shown(&pem(name))),
        Fault::Key(why) => format!("{} {why}", folder.shown(&key(name))),
    })
}

fn pem(name: &str) -> String {
    format!("{name}.pem")
}

fn key(name: &str) -> String {
    format!("{name}.key")
}

#[cfg(test)]
mod tests;
