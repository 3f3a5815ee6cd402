//! What the pumps need of a runtime's TCP stream.

use std::fmt::Display;
use std::net::TcpStream;
use std::os::fd::AsFd;

use futures_util::io::{AsyncRead, AsyncWrite};

/// A TCP stream of a runtime: a name for the bounds, which every stream that fulfils them has.
///
/// A client needs no more; a server also makes one of each connection that it accepted
/// ([`Accepted`]).
pub trait Socket: AsyncRead + AsyncWrite + AsFd + Unpin + 'static {}

impl<S: AsyncRead + AsyncWrite + AsFd + Unpin + 'static> Socket for S {}

/// A [`Socket`] that a runtime makes of an accepted connection, and may run on any thread.
pub trait Accepted: Socket + TryFrom<TcpStream, Error: Display> + Send {}

impl<S: Socket + TryFrom<TcpStream, Error: Display> + Send> Accepted for S {}
