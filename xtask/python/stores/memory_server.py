"""A server that speaks as much S3 as staticc does, and holds one bucket in memory.

Publishing is quicker to it than to moto, and its state can be read and set at once, so that
publishing can end in many ways. `faults.py` checks that it does what moto does.
"""

import email.utils
import hashlib
import itertools
import threading
from urllib.parse import parse_qs, unquote, urlsplit
from xml.etree import ElementTree
from xml.sax.saxutils import escape

from faulty_server import FaultyServer

KEPT_HEADERS = ("Content-Type", "Content-Encoding", "Cache-Control")


class MemoryServer(FaultyServer):
    def __init__(self):
        # Body and headers, by key without the bucket.
        self.objects = {}
        # Key, headers and parts of an object that is sent in parts, by id.
        self.uploads = {}
        self.ids = itertools.count(1)
        self.lock = threading.Lock()
        super().__init__(self.perform)

    def perform(self, method, path, headers, body):
        url = urlsplit(path)
        _, _, key = unquote(url.path).lstrip("/").partition("/")
        query = parse_qs(url.query, keep_blank_values=True)
        with self.lock:
            if "uploads" in query or "uploadId" in query:
                return self.in_parts(method, key, query, headers, body)
            if "delete" in query:
                return self.delete_all(body)
            if "list-type" in query:
                return self.list(query)
            if method == "PUT":
                return self.put(key, headers, body)
            if method == "DELETE":
                self.objects.pop(key, None)
                return 204, [], b""
            if key not in self.objects:
                return error(404, "NoSuchKey")
            content, kept = self.objects[key]
            return 200, [*described(content), *kept.items()], content

    def put(self, key, headers, body):
        if headers.get("If-None-Match") == "*" and key in self.objects:
            return error(412, "PreconditionFailed")
        kept = {name: headers[name] for name in KEPT_HEADERS if name in headers}
        self.objects[key] = (body, kept)
        return 200, described(body), b""

    def in_parts(self, method, key, query, headers, body):
        if "uploads" in query:
            upload = str(next(self.ids))
            self.uploads[upload] = (key, headers, {})
            text = f"<Bucket>b</Bucket><Key>{escape(key)}</Key><UploadId>{upload}</UploadId>"
            return 200, [], f"<R>{text}</R>".encode()
        upload = query["uploadId"][0]
        if upload not in self.uploads:
            return error(404, "NoSuchUpload")
        _, kept, parts = self.uploads[upload]
        if method == "PUT":
            parts[int(query["partNumber"][0])] = body
            return 200, described(body), b""
        del self.uploads[upload]
        if method == "DELETE":
            return 204, [], b""
        whole = b"".join(part for _, part in sorted(parts.items()))
        _, sent, _ = self.put(key, kept, whole)
        text = "".join(f"<{name}>{escape(value)}</{name}>" for name, value in sent)
        return 200, [], f"<R>{text}</R>".encode()

    def delete_all(self, body):
        found = ElementTree.fromstring(body).iter()
        keys = [one.text for one in found if one.tag.endswith("Key")]
        for key in keys:
            self.objects.pop(key, None)
        deleted = "".join(f"<Deleted><Key>{escape(key)}</Key></Deleted>" for key in keys)
        return 200, [], f"<DeleteResult>{deleted}</DeleteResult>".encode()

    def list(self, query):
        """Lists all that begins with the prefix. It is one page, and in no directories."""
        prefix = query.get("prefix", [""])[0]
        delimiter = query.get("delimiter", [""])[0]
        entries = "".join(
            f"<Contents><Key>{escape(key)}</Key><Size>{len(body)}</Size>"
            "<LastModified>2026-01-02T03:04:05.000Z</LastModified></Contents>"
            for key, (body, _) in sorted(self.objects.items())
            if key.startswith(prefix)
            and not (delimiter and delimiter in key.removeprefix(prefix))
        )
        return 200, [], f"<ListBucketResult>{entries}</ListBucketResult>".encode()


def described(body):
    modified = email.utils.formatdate(usegmt=True)
    return [("ETag", f'"{hashlib.md5(body).hexdigest()}"'), ("Last-Modified", modified)]


def error(status, code):
    return status, [], f"<Error><Code>{code}</Code></Error>".encode()
