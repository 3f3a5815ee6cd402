"""A station over TLS, of Python's asyncio.

    station_asyncio.py --cert FILE --key FILE [--ca FILE]

Records are the lines of standard input. A connection is over for it when the client has
said close_notify, too, or has gone; it would wait longer for that than any test does.
"""

import asyncio

import secure


async def main():
    given = secure.arguments(__doc__).parse_args()
    context, snapshot = secure.station_context(given), secure.snapshot()

    async def serve(_, writer):
        writer.write(snapshot)
        writer.close()
        await writer.wait_closed()
        secure.say("the connection is over")

    server = await asyncio.start_server(
        serve,
        "127.0.0.1",
        0,
        ssl=context,
        ssl_shutdown_timeout=10 * secure.PATIENCE,
    )
    secure.listening(server.sockets[0].getsockname())
    await server.serve_forever()


if __name__ == "__main__":
    asyncio.run(main())
