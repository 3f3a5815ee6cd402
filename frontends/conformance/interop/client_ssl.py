"""A client over TLS, as plain blocking Python.

    client_ssl.py HOST PORT --ca FILE [--cert FILE --key FILE] [--version 1.2|1.3]

Prints what came as it came, and says on standard error which version was spoken and how
the connection ended. Exits 0 if by close_notify and then FIN, else 1.
"""

import socket
import sys

import secure


def main():
    parser = secure.arguments(__doc__)
    parser.add_argument("host")
    parser.add_argument("port", type=int)
    given = parser.parse_args()
    context = secure.client_context(given)
    plain = socket.create_connection((given.host, given.port), timeout=secure.PATIENCE)
    try:
        # An end without close_notify is an error.
        tls = context.wrap_socket(
            plain, server_hostname=given.host, suppress_ragged_eofs=False
        )
        secure.say(f"version: {tls.version()}")
        while piece := tls.recv(65536):
            sys.stdout.buffer.write(piece)
        after = tls.unwrap().recv(1)
    except OSError as error:
        secure.say(f"ended: {secure.in_words(error)}")
        return 1
    secure.say(f"ended: close_notify, then {after or 'FIN'}")
    return 1 if after else 0


if __name__ == "__main__":
    sys.exit(main())
