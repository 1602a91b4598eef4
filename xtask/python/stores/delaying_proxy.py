"""A proxy that passes bytes on after a while, and counts requests, bytes and connections.

Usage: delaying_proxy.py PORT_OF_SERVER MILLISECONDS

It prints its port. At each line of standard input, it prints its counts as JSON, and begins to
count anew. It knows only where a request of HTTP/1.1 begins.
"""

import asyncio
import json
import re
import sys

REQUEST = re.compile(rb"(?:GET|PUT|POST|HEAD|DELETE) [^ \r\n]+ HTTP/1\.1\r\n")
CHUNK = 1 << 18

port, delay = int(sys.argv[1]), int(sys.argv[2]) / 1000
counts = {}


def reset():
    counts.update(requests=0, sent=0, received=0, connections=0)


async def forward(reader, writer, delay, note):
    """Passes chunks on, each this long after it came."""
    loop = asyncio.get_running_loop()
    queue = asyncio.Queue()

    async def write():
        while True:
            due, chunk = await queue.get()
            await asyncio.sleep(due - loop.time())
            if not chunk:
                break
            writer.write(chunk)
            await writer.drain()
        writer.close()

    task = asyncio.create_task(write())
    while True:
        try:
            chunk = await reader.read(CHUNK)
        except OSError:
            chunk = b""
        note(chunk)
        queue.put_nowait((loop.time() + delay, chunk))
        if not chunk:
            break
    await asyncio.gather(task, return_exceptions=True)


def note_sent(chunk):
    counts["sent"] += len(chunk)
    counts["requests"] += len(REQUEST.findall(chunk))


def note_received(chunk):
    counts["received"] += len(chunk)


async def connect(reader, writer):
    counts["connections"] += 1
    server_reader, server_writer = await asyncio.open_connection("127.0.0.1", port)
    await asyncio.gather(
        forward(reader, server_writer, delay, note_sent),
        forward(server_reader, writer, 0, note_received),
    )


async def main():
    reset()
    server = await asyncio.start_server(connect, "127.0.0.1", 0)
    print(server.sockets[0].getsockname()[1], flush=True)
    loop = asyncio.get_running_loop()
    while await loop.run_in_executor(None, sys.stdin.readline):
        print(json.dumps(counts), flush=True)
        reset()


asyncio.run(main())
