"""The station of the Twisted "cars" tutorial over TLS.

    station_twisted.py --cert FILE --key FILE [--ca FILE]

Records are the lines of standard input.
"""

from pathlib import Path

import secure
from station import StationFactory, failed, listening
from twisted.internet import reactor, ssl
from twisted.internet.endpoints import SSL4ServerEndpoint


def main():
    given = secure.arguments(__doc__).parse_args()
    records = secure.snapshot().decode().split(".")
    identity = ssl.PrivateCertificate.loadPEM(
        Path(given.cert).read_bytes() + Path(given.key).read_bytes()
    )
    roots = [ssl.Certificate.loadPEM(Path(given.ca).read_bytes())] if given.ca else []
    endpoint = SSL4ServerEndpoint(reactor, 0, identity.options(*roots), interface="127.0.0.1")
    endpoint.listen(StationFactory(records)).addCallbacks(listening, failed)
    reactor.run()


if __name__ == "__main__":
    main()
