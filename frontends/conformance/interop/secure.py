"""What the peers that speak TLS through Python's ssl have in common.

All of them heed SSLKEYLOGFILE, as Python does.
"""

import argparse
import ssl
import sys

PATIENCE = 60
VERSIONS = {"1.2": ssl.TLSVersion.TLSv1_2, "1.3": ssl.TLSVersion.TLSv1_3}


def arguments(about):
    """A parser that knows who this side is, and whom it believes."""
    parser = argparse.ArgumentParser(description=about)
    parser.add_argument("--ca", help="of a station: who signs its clients; else they need none")
    parser.add_argument("--cert", help="a station's certificate, or that of a client")
    parser.add_argument("--key", help="its private key")
    parser.add_argument("--version", choices=VERSIONS, help="the one that is spoken [both]")
    return parser


def station_context(given):
    context = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH, cafile=given.ca)
    if given.ca:
        context.verify_mode = ssl.CERT_REQUIRED
    return _context(context, given)


def client_context(given):
    return _context(ssl.create_default_context(cafile=given.ca), given)


def _context(context, given):
    if given.cert:
        context.load_cert_chain(given.cert, given.key)
    if given.version:
        context.minimum_version = context.maximum_version = VERSIONS[given.version]
    return context


def snapshot():
    """The records on standard input, one a line, as a station sends them."""
    return b".".join(sys.stdin.buffer.read().splitlines())


def say(line):
    print(line, file=sys.stderr, flush=True)


def listening(address):
    host, port = address[:2]
    say(f"listening on {host}:{port}")


def in_words(error):
    """An error of ssl by the name that OpenSSL gives its reason, any other by its own."""
    return getattr(error, "reason", None) or type(error).__name__
