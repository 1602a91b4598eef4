"""A proxy that notes requests, and lets some fail. Knows nothing of stores."""

import http.client

from faulty_server import FaultyServer


class Proxy(FaultyServer):
    """Forwards requests to the server at a port."""

    def __init__(self, port):
        def ask(method, path, headers, body):
            connection = http.client.HTTPConnection("127.0.0.1", port)
            connection.request(method, path, body, dict(headers))
            response = connection.getresponse()
            return response.status, response.getheaders(), response.read()

        super().__init__(ask)
