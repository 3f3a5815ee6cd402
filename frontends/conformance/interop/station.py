"""A station on the wire of the Twisted "cars" tutorial.

    station.py [RECORD ...]

Whoever connects is sent the records, joined by ".", and then the connection is lost.
Nothing is escaped: the tutorial knows no escapes. With "-" the records are the lines of
standard input, for more of them than a command line holds.
"""

import sys

from twisted.internet import reactor
from twisted.internet.endpoints import TCP4ServerEndpoint
from twisted.internet.protocol import Factory, Protocol


class Station(Protocol):
    def connectionMade(self):
        self.transport.write(self.factory.snapshot)
        self.transport.loseConnection()


class StationFactory(Factory):
    protocol = Station

    def __init__(self, records):
        self.snapshot = ".".join(records).encode()


def listening(port):
    address = port.getHost()
    print(f"listening on {address.host}:{address.port}", file=sys.stderr, flush=True)


def failed(failure):
    failure.printTraceback()
    reactor.stop()


def main():
    records = sys.argv[1:]
    if records == ["-"]:
        records = sys.stdin.read().splitlines()
    endpoint = TCP4ServerEndpoint(reactor, 0, interface="127.0.0.1")
    endpoint.listen(StationFactory(records)).addCallbacks(listening, failed)
    reactor.run()


if __name__ == "__main__":
    main()
