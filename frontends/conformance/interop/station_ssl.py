"""A station over TLS, as plain blocking Python: a process for each connection.

    station_ssl.py --cert FILE --key FILE [--ca FILE] [--end unwrap|close|die]

Records are the lines of standard input. A connection ends by `unwrap`, which says
close_notify and waits for the client's, or by a `close` that says nothing. With `die` the
station sends a part of the list, the length of which differs each time, and says so; from
then on it waits for its death, and every second time sends on meanwhile.
"""

import os
import random
import signal
import socket
import sys

import secure

MOST = 64 << 20


def serve(nth, plain, context, snapshot, end):
    plain.settimeout(secure.PATIENCE)
    try:
        tls = context.wrap_socket(plain, server_side=True)
    except OSError as error:
        secure.say(f"no handshake: {secure.in_words(error)}")
        return
    if end == "die":
        die(nth, tls, snapshot)
        return
    tls.sendall(snapshot)
    if end == "close":
        tls.close()
        return
    try:
        tls.unwrap().close()
        secure.say("the client said close_notify")
    except OSError as error:
        secure.say(f"the client said no close_notify: {secure.in_words(error)}")


def die(nth, tls, snapshot):
    rng = random.Random(nth)
    rest = snapshot[: rng.randrange(1, len(snapshot))]
    while rest:
        piece = rng.randrange(1, 40_000)
        tls.sendall(rest[:piece])
        rest = rest[piece:]
    secure.say(f"connection {nth} is in the middle in process {os.getpid()}")
    if nth % 2:
        for _ in range(MOST // len(snapshot)):
            tls.sendall(b"." + snapshot)
    # Until the client goes, if the death does not come first.
    tls.recv(1)


def main():
    parser = secure.arguments(__doc__)
    parser.add_argument("--end", choices=["unwrap", "close", "die"], default="unwrap")
    given = parser.parse_args()
    context, snapshot = secure.station_context(given), secure.snapshot()
    # Nobody waits for the children.
    signal.signal(signal.SIGCHLD, signal.SIG_IGN)
    listener = socket.create_server(("127.0.0.1", 0))
    secure.listening(listener.getsockname())
    nth = 0
    while True:
        plain, _ = listener.accept()
        if os.fork() == 0:
            listener.close()
            try:
                serve(nth, plain, context, snapshot, given.end)
            except OSError as error:
                secure.say(f"the client went: {secure.in_words(error)}")
            os._exit(0)
        plain.close()
        nth += 1


if __name__ == "__main__":
    sys.exit(main())
