"""Speaks the XML API of Google Cloud Storage for gcp-storage-emulator, which speaks JSON.

The emulator's own XML API gives no ETag, keeps no headers, and ignores conditions. Knows what
staticc sends, and no more.
"""

import base64
import email.utils
import http.client
import http.server
import json
import threading
from datetime import datetime
from urllib.parse import parse_qs, quote, unquote, urlsplit
from xml.sax.saxutils import escape

# The headers of an object, with their names in JSON.
HEADERS = {
    "Content-Type": "contentType",
    "Content-Encoding": "contentEncoding",
    "Cache-Control": "cacheControl",
}
BOUNDARY = "boundary-of-parts"


def start_google_server(emulator):
    """Serves the XML API before the emulator at this port; returns its address."""
    lock = threading.Lock()

    def ask(method, path, body=None, headers={}):
        connection = http.client.HTTPConnection("127.0.0.1", emulator)
        connection.request(method, path, body, headers)
        response = connection.getresponse()
        return response.status, response.read()

    class Handler(http.server.BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def log_message(self, *arguments):
            pass

        def do_PUT(self):
            bucket, key, _ = self.parts()
            body = self.rfile.read(int(self.headers["Content-Length"]))
            with lock:
                exists = ask("GET", f"/storage/v1/b/{bucket}/o/{quote(key, safe='')}")[0] == 200
                if exists and self.headers.get("x-goog-if-generation-match") == "0":
                    self.answer(412, error("PreconditionFailed"))
                    return
                status, content = ask("POST", *upload(bucket, key, self.headers, body))
            if status != 200:
                self.answer(status, error("NoSuchBucket"))
                return
            self.answer(200, b"", described(json.loads(content)))

        def do_GET(self):
            bucket, key, query = self.parts()
            if not key:
                self.list(bucket, query)
                return
            path = f"{bucket}/o/{quote(key, safe='')}"
            status, content = ask("GET", f"/storage/v1/b/{path}")
            if status != 200:
                self.answer(404, error("NoSuchKey"))
                return
            info = json.loads(content)
            _, body = ask("GET", f"/download/storage/v1/b/{path}?alt=media")
            kept = {name: info[key] for name, key in HEADERS.items() if info.get(key)}
            self.answer(200, body, {**described(info), **kept})

        do_HEAD = do_GET

        def do_DELETE(self):
            bucket, key, _ = self.parts()
            status, _ = ask("DELETE", f"/storage/v1/b/{bucket}/o/{quote(key, safe='')}")
            if status in (200, 204):
                self.answer(204, b"")
            else:
                self.answer(404, error("NoSuchKey"))

        def list(self, bucket, query):
            prefix = query.get("prefix", [""])[0]
            flags = f"prefix={quote(prefix, safe='')}&delimiter=/"
            status, content = ask("GET", f"/storage/v1/b/{bucket}/o?{flags}")
            if status != 200:
                self.answer(404, error("NoSuchBucket"))
                return
            entries = "".join(
                f"<Contents><Key>{escape(item['name'])}</Key><Size>{item['size']}</Size>"
                f"<LastModified>{item['updated']}</LastModified>"
                f"<ETag>{item['etag']}</ETag></Contents>"
                for item in json.loads(content).get("items", [])
            )
            self.answer(200, f"<ListBucketResult>{entries}</ListBucketResult>".encode())

        def parts(self):
            url = urlsplit(self.path)
            bucket, _, key = unquote(url.path).lstrip("/").partition("/")
            return bucket, key, parse_qs(url.query)

        def answer(self, status, body, headers={}):
            self.send_response_only(status)
            for name, value in {**headers, "Content-Length": str(len(body))}.items():
                self.send_header(name, value)
            self.end_headers()
            if self.command != "HEAD":
                self.wfile.write(body)

    server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    return f"http://127.0.0.1:{server.server_port}"


def upload(bucket, key, headers, body):
    """Returns path, body and headers of a request that creates an object."""
    meta = {"name": key}
    meta.update((name, headers[header]) for header, name in HEADERS.items() if header in headers)
    parts = [
        f"--{BOUNDARY}\r\nContent-Type: application/json\r\n\r\n{json.dumps(meta)}\r\n",
        f"--{BOUNDARY}\r\nContent-Type: {headers['Content-Type']}\r\n",
        "Content-Transfer-Encoding: base64\r\n\r\n",
        f"{base64.b64encode(body).decode()}\r\n--{BOUNDARY}--\r\n",
    ]
    related = {"Content-Type": f"multipart/related; boundary={BOUNDARY}"}
    path = f"/upload/storage/v1/b/{bucket}/o?uploadType=multipart"
    return path, "".join(parts).encode(), related


def described(info):
    """Returns the headers of an object that the store makes."""
    updated = datetime.fromisoformat(info["updated"])
    return {
        "ETag": f'"{info["etag"]}"',
        "Last-Modified": email.utils.format_datetime(updated, usegmt=True),
        "x-goog-generation": info["generation"],
    }


def error(code):
    return f"<Error><Code>{code}</Code><Message>{code}</Message></Error>".encode()
