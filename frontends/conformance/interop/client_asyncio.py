"""A client over TLS, of Python's asyncio.

    client_asyncio.py HOST PORT --ca FILE [--cert FILE --key FILE]

Prints what came as it came. Exits 0 if all of it ended without an error.
"""

import asyncio
import sys

import secure


async def main():
    parser = secure.arguments(__doc__)
    parser.add_argument("host")
    parser.add_argument("port", type=int)
    given = parser.parse_args()
    reader, writer = await asyncio.open_connection(
        given.host, given.port, ssl=secure.client_context(given)
    )
    sys.stdout.buffer.write(await reader.read())
    writer.close()
    await writer.wait_closed()


if __name__ == "__main__":
    asyncio.run(asyncio.wait_for(main(), secure.PATIENCE))
