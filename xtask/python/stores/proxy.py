"""A proxy that notes requests, and lets some fail. Knows nothing of stores.

It listens on 127.0.0.1, on a port of its own.
"""

import http.client
import http.server
import socket
import struct
import threading

# What becomes of a request, in place of its answer. A number is the status of an answer.
RESET = "the connection is reset"
TRUNCATED = "half of the body is missing"

HOP_BY_HOP = ("transfer-encoding", "connection")


def no_fault(number):
    """Lets the request with this number, from 1, pass."""
    return None


class Proxy:
    """Forwards requests to a server, and notes them."""

    def __init__(self, port):
        self.requests = []
        # Called before a request is forwarded, and after the server has done it.
        self.before = no_fault
        self.after = no_fault
        lock = threading.Lock()
        proxy = self

        class Handler(ForwardingHandler):
            def note(self):
                with lock:
                    proxy.requests.append((self.command, self.path))
                    return len(proxy.requests)

            def forward(self):
                body = self.rfile.read(int(self.headers.get("Content-Length", 0)))
                number = self.note()
                fault = proxy.before(number)
                if fault:
                    self.fail(fault)
                    return
                status, headers, content = self.ask(port, body)
                fault = proxy.after(number)
                if fault:
                    self.fail(fault, status, headers, content)
                else:
                    self.answer(status, headers, content)

            do_GET = do_PUT = do_POST = do_HEAD = do_DELETE = forward

        class Server(http.server.ThreadingHTTPServer):
            def handle_error(self, *arguments):
                pass

        self.server = Server(("127.0.0.1", 0), Handler)
        self.url = f"http://127.0.0.1:{self.server.server_port}"
        threading.Thread(target=self.server.serve_forever, daemon=True).start()


class ForwardingHandler(http.server.BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"

    def log_message(self, *arguments):
        pass

    def ask(self, port, body):
        connection = http.client.HTTPConnection("127.0.0.1", port)
        connection.request(self.command, self.path, body, dict(self.headers))
        response = connection.getresponse()
        return response.status, response.getheaders(), response.read()

    def fail(self, fault, status=200, headers=(), content=b""):
        if fault == RESET:
            # Closing sends RST, and drops what has not been sent.
            linger = struct.pack("ii", 1, 0)
            self.connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, linger)
            self.close_connection = True
        elif fault == TRUNCATED:
            others = [(name, value) for name, value in headers if name.lower() != "content-length"]
            length = max(len(content), 2)
            self.answer(status, [*others, ("Content-Length", str(length))], content[: length // 2])
            self.close_connection = True
        else:
            self.answer(fault, [], b"<Error><Code>AccessDenied</Code></Error>")

    def answer(self, status, headers, content):
        try:
            self.send_response_only(status)
            has_length = False
            for name, value in headers:
                if name.lower() not in HOP_BY_HOP:
                    self.send_header(name, value)
                    has_length |= name.lower() == "content-length"
            if not has_length:
                self.send_header("Content-Length", str(len(content)))
            self.end_headers()
            if self.command != "HEAD":
                self.wfile.write(content)
        except OSError:
            # The client was killed.
            self.close_connection = True
