"""A server that notes requests, and lets some fail. Knows nothing of stores.

It listens on 127.0.0.1, on a port of its own.
"""

import http.server
import socket
import struct
import threading

# What becomes of a request, in place of its answer. A number is the status of an answer.
RESET = "the connection is reset"
TRUNCATED = "half of the body is missing"
SILENT = "the server does not answer"

HOP_BY_HOP = ("transfer-encoding", "connection")


def no_fault(number):
    """Lets the request with this number, from 1, pass."""
    return None


class FaultyServer:
    """Serves what `perform` returns for method, path, headers and body: status, headers, body."""

    def __init__(self, perform):
        self.requests = []
        # Called before and after a request is performed.
        self.before = no_fault
        self.after = no_fault
        self.in_progress = 0
        self.condition = threading.Condition()
        outer = self

        class Handler(FaultyHandler):
            def handle_request(self):
                body = self.rfile.read(int(self.headers.get("Content-Length", 0)))
                number = outer.begin(self.command, self.path)
                try:
                    self.handle_numbered(number, body)
                finally:
                    outer.end()

            def handle_numbered(self, number, body):
                fault = outer.before(number)
                if fault:
                    self.fail(fault)
                    return
                answer = perform(self.command, self.path, self.headers, body)
                fault = outer.after(number)
                if fault:
                    self.fail(fault, *answer)
                else:
                    self.answer(*answer)

            do_GET = do_PUT = do_POST = do_HEAD = do_DELETE = handle_request

        class Server(http.server.ThreadingHTTPServer):
            def handle_error(self, *arguments):
                pass

        self.server = Server(("127.0.0.1", 0), Handler)
        self.url = f"http://127.0.0.1:{self.server.server_port}"
        threading.Thread(target=self.server.serve_forever, daemon=True).start()

    def begin(self, method, path):
        """Notes a request; returns its number."""
        with self.condition:
            self.in_progress += 1
            self.requests.append((method, path))
            return len(self.requests)

    def end(self):
        with self.condition:
            self.in_progress -= 1
            self.condition.notify_all()

    def wait_for_requests(self):
        """Returns when no request is in progress, such as one of a client that was killed."""
        with self.condition:
            self.condition.wait_for(lambda: self.in_progress == 0)


class FaultyHandler(http.server.BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    # Headers and body are sent at once, since a client may wait for the acknowledgement.
    wbufsize = -1
    disable_nagle_algorithm = True

    def log_message(self, *arguments):
        pass

    def handle_expect_100(self):
        super().handle_expect_100()
        # The client waits for it.
        self.wfile.flush()
        return True

    def fail(self, fault, status=200, headers=(), content=b""):
        if fault == RESET:
            # Closing sends RST, and drops what has not been sent.
            linger = struct.pack("ii", 1, 0)
            self.connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, linger)
            self.close_connection = True
        elif fault == SILENT:
            # Returns when the client gives up.
            self.rfile.read(1)
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
            self.wfile.flush()
        except OSError:
            # The client was killed.
            self.close_connection = True
