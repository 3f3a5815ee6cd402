"""A client on the wire of the Twisted "cars" tutorial.

    client.py HOST PORT

Collects until the connection is lost, splits at "." and ":", and prints one JSON array
[time, brand, color] a line. Exits 0 if the connection ended cleanly, else 1. Unlike the
tutorial's client it takes zero bytes for zero cars.
"""

import json
import sys

from twisted.internet import error, reactor
from twisted.internet.protocol import ClientFactory, Protocol

PATIENCE = 60


class Client(Protocol):
    def connectionMade(self):
        self.received = []

    def dataReceived(self, data):
        self.received.append(data)

    def connectionLost(self, reason):
        self.factory.gathered(b"".join(self.received), reason)


class Gathering(ClientFactory):
    protocol = Client

    def __init__(self):
        self.code = 1

    def gathered(self, snapshot, reason):
        if reason.check(error.ConnectionDone):
            for record in snapshot.decode().split(".") if snapshot else []:
                time, brand, color = record.split(":")
                print(json.dumps([time, brand, color], ensure_ascii=False))
            self.code = 0
        else:
            print(reason.getErrorMessage(), file=sys.stderr)
        reactor.stop()

    def clientConnectionFailed(self, connector, reason):
        print(reason.getErrorMessage(), file=sys.stderr)
        reactor.stop()


def main():
    host, port = sys.argv[1], int(sys.argv[2])
    gathering = Gathering()
    reactor.connectTCP(host, port, gathering)
    reactor.callLater(PATIENCE, reactor.stop)
    reactor.run()
    return gathering.code


if __name__ == "__main__":
    sys.exit(main())
