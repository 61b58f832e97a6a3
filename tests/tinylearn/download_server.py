"""A server on this machine that behaves like real ones: it breaks off, refuses, is slow, changes files."""

import contextlib
import hashlib
import http.server
import threading
import time

import numpy as np

from tinylearn.datasets.download import Checksum

CONTENT = np.random.default_rng(0).bytes(300_000)
PIECE = 1 << 13
CHECKSUM = Checksum(len(CONTENT), "md5", hashlib.md5(CONTENT).hexdigest())


class Server(http.server.ThreadingHTTPServer):
    """Serves `content` at every address. Tests set how it behaves, and read what it was asked for."""

    content = CONTENT
    breaks_after = None  # bytes of a body after which the connection ends
    knows_ranges = True
    tells_length = True
    status = None  # to answer with, instead of the file
    pause = 0.0  # seconds before each piece of a body that is sent in pieces, if not 0, and whose length is not told

    def __init__(self):
        super().__init__(("127.0.0.1", 0), Handler)
        self.ranges = []  # the Range of every request, None if it had none

    @property
    def url(self):
        return f"http://127.0.0.1:{self.server_port}/file"


class Handler(http.server.BaseHTTPRequestHandler):
    @property
    def protocol_version(self):
        return "HTTP/1.1" if self.server.pause else "HTTP/1.0"

    def do_GET(self):
        server, wanted = self.server, self.headers["Range"]
        server.ranges.append(wanted)
        start = int(wanted.removeprefix("bytes=").removesuffix("-")) if wanted and server.knows_ranges else 0
        if server.status or start >= len(server.content):
            return self.send_error(server.status or 416)
        self.send_response(206 if start else 200)
        body = server.content[start:][: server.breaks_after]
        if start:
            self.send_header("Content-Range", f"bytes {start}-{len(server.content) - 1}/{len(server.content)}")
        if server.pause:
            return self.send_in_pieces(body)
        if server.tells_length:
            self.send_header("Content-Length", str(len(server.content) - start))
        self.end_headers()
        self.wfile.write(body)

    def send_in_pieces(self, body):
        self.send_header("Transfer-Encoding", "chunked")
        self.end_headers()
        with contextlib.suppress(ConnectionError):  # who asked may be dead
            for start in range(0, len(body), PIECE):
                time.sleep(self.server.pause)
                piece = body[start : start + PIECE]
                self.wfile.write(f"{len(piece):x}\r\n".encode() + piece + b"\r\n")
            self.wfile.write(b"0\r\n\r\n")

    def log_message(self, *_):
        pass


@contextlib.contextmanager
def serving(**behaviour):
    """Run a server in a thread."""
    with Server() as server:
        vars(server).update(behaviour)
        thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
        thread.start()
        try:
            yield server
        finally:
            server.shutdown()
            thread.join()
