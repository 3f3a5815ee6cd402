"""The client of the Twisted "cars" tutorial over TLS.

    client_twisted.py HOST PORT --ca FILE [--cert FILE --key FILE]

Prints and exits as client.py does; a connection that ends without close_notify did not end
cleanly.
"""

import sys
from pathlib import Path

import secure
from client import Gathering
from twisted.internet import reactor, ssl


def main():
    parser = secure.arguments(__doc__)
    parser.add_argument("host")
    parser.add_argument("port", type=int)
    given = parser.parse_args()
    identity = None
    if given.cert:
        identity = ssl.PrivateCertificate.loadPEM(
            Path(given.cert).read_bytes() + Path(given.key).read_bytes()
        )
    options = ssl.optionsForClientTLS(
        given.host,
        trustRoot=ssl.Certificate.loadPEM(Path(given.ca).read_bytes()),
        clientCertificate=identity,
    )
    gathering = Gathering()
    reactor.connectSSL(given.host, given.port, gathering, options)
    reactor.callLater(secure.PATIENCE, reactor.stop)
    reactor.run()
    return gathering.code


if __name__ == "__main__":
    sys.exit(main())
