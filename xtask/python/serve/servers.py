"""Web servers for a STATIC_ROOT, each with the configuration of docs/verify.md or a worse one.

Everything listens on 127.0.0.1.
"""

import os
import signal
import socket
import subprocess
import sys
import time

IMMUTABLE = "max-age=315360000, public, immutable"
WSGI = "from django.core.wsgi import get_wsgi_application\n\napplication = get_wsgi_application()\n"


def free_port():
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        return free.getsockname()[1]


class Server:
    """Use it as a context: it runs within, and gives the URL of the static files."""

    scheme = "http"

    def __init__(self, project, is_good):
        self.root = project.root
        self.port = free_port()
        self.directory = project.directory / f"{type(self).__name__.lower()}-{self.port}"
        self.directory.mkdir()
        self.words = self.configure(is_good)

    def __enter__(self):
        log = open(self.directory / "log", "w")
        # Servers have processes of their own, which end with their group.
        self.process = subprocess.Popen(
            self.words, cwd=self.directory, stdout=log, stderr=log, start_new_session=True
        )
        for _ in range(200):
            with socket.socket() as probe:
                if probe.connect_ex(("127.0.0.1", self.port)) == 0:
                    return f"{self.scheme}://127.0.0.1:{self.port}/static/"
            if self.process.poll() is not None:
                break
            time.sleep(0.1)
        self.__exit__()
        sys.exit(f"{self.words[0]} does not start: {(self.directory / 'log').read_text()}")

    def __exit__(self, *_):
        if self.process.poll() is None:
            os.killpg(self.process.pid, signal.SIGTERM)
        self.process.wait()


class Nginx(Server):
    TYPES = (
        "types { text/javascript mjs; application/manifest+json webmanifest;"
        " font/ttf ttf; text/plain map; }"
    )

    def configure(self, is_good):
        vary = "add_header Vary Accept-Encoding; add_header Cache-Control $static_cache;"
        user = "user root;" if os.getuid() == 0 else ""
        text = f"""\
{user}
daemon off;
pid {self.directory}/pid;
error_log {self.directory}/error.log;
load_module /usr/lib/nginx/modules/ngx_http_brotli_static_module.so;
events {{}}
http {{
    include /etc/nginx/mime.types;
    {self.TYPES if is_good else ""}
    default_type application/octet-stream;
    access_log off;
    client_body_temp_path {self.directory}/body;
    proxy_temp_path {self.directory}/proxy;
    fastcgi_temp_path {self.directory}/fastcgi;
    uwsgi_temp_path {self.directory}/uwsgi;
    scgi_temp_path {self.directory}/scgi;
    map $uri $static_cache {{
        default "max-age=60, public";
        "~\\.[0-9a-f]{{12}}(\\.[^./]+)?$" "{IMMUTABLE}";
    }}
    server {{
        {self.listen()}
        location /static/ {{
            alias {self.root}/;
            gzip_static on; brotli_static on; gzip_vary off;
            {vary if is_good else ""}
        }}
        location = /static/staticfiles.json {{ return 404; }}
    }}
}}
"""
        file = self.directory / "nginx.conf"
        file.write_text(text)
        return ["/usr/sbin/nginx", "-p", str(self.directory), "-c", str(file)]

    def listen(self):
        return f"listen 127.0.0.1:{self.port};"

    @staticmethod
    def expected(project):
        return {
            # The module, and the app manifest, each under two names.
            ("site-content-type", "error"): 2,
            ("site-content-type", "warning"): 2,
            ("site-vary", "error"): project.negotiated(),
            ("site-caching", "error"): len(project.fingerprinted),
        }


class EncryptedNginx(Nginx):
    """With the certificate of an authority that only `AWS_CA_BUNDLE` names."""

    scheme = "https"

    def configure(self, is_good):
        self.openssl("req", "-x509", "-subj", "/CN=authority", "-keyout", "ca.key", "-out", "ca.pem")
        self.openssl("req", "-subj", "/CN=localhost", "-keyout", "key.pem", "-out", "request.pem")
        (self.directory / "names").write_text("subjectAltName = IP:127.0.0.1\n")
        authority = ["-CA", "ca.pem", "-CAkey", "ca.key", "-CAcreateserial"]
        words = ["openssl", "x509", "-req", "-in", "request.pem", "-days", "2", *authority]
        words += ["-extfile", "names", "-out", "certificate.pem"]
        subprocess.run(words, cwd=self.directory, check=True, stderr=subprocess.DEVNULL)
        return super().configure(is_good)

    def openssl(self, *words):
        options = ["-newkey", "rsa:2048", "-nodes", "-days", "2"]
        command = ["openssl", *words, *options]
        subprocess.run(command, cwd=self.directory, check=True, stderr=subprocess.DEVNULL)

    def listen(self):
        files = f"ssl_certificate {self.directory}/certificate.pem; ssl_certificate_key {self.directory}/key.pem;"
        return f"listen 127.0.0.1:{self.port} ssl; {files}"


class Apache(Server):
    MODULES = ("alias", "authz_core", "headers", "mime", "mpm_event", "rewrite")
    TYPES = {
        "css": "text/css",
        "m?js": "text/javascript",
        "svg": "image/svg+xml",
        "json|map": "application/json",
        "webmanifest": "application/manifest+json",
        "txt": "text/plain",
        "html": "text/html",
        "ttf": "font/ttf",
        "ico": "image/x-icon",
        "wasm": "application/wasm",
    }

    def configure(self, is_good):
        modules = "\n".join(
            f"LoadModule {name}_module /usr/lib/apache2/modules/mod_{name}.so" for name in self.MODULES
        )
        types = "\n".join(
            f'<FilesMatch "\\.({names})\\.(br|gz)$">\n    ForceType {kind}\n</FilesMatch>'
            for names, kind in self.TYPES.items()
        )
        caching = f"""\
<LocationMatch "^/static/.*\\.[0-9a-f]{{12}}(\\.[^./]+)?(\\.br|\\.gz)?$">
    Header set Cache-Control "{IMMUTABLE}"
</LocationMatch>
"""
        user = "User www-data\nGroup www-data" if os.getuid() == 0 else ""
        text = f"""\
{modules}
{user}
ServerName localhost
ServerRoot {self.directory}
PidFile {self.directory}/pid
DefaultRuntimeDir {self.directory}
ErrorLog {self.directory}/error.log
Listen 127.0.0.1:{self.port}
TypesConfig /etc/mime.types
AddType text/javascript .mjs
AddType application/manifest+json .webmanifest
Alias /static/ {self.root}/
<Directory {self.root}>
    Require all granted
    Options -Indexes +FollowSymLinks
    RewriteEngine On
    RewriteBase /static/
    RewriteCond %{{HTTP:Accept-Encoding}} \\bbr\\b
    RewriteCond %{{REQUEST_FILENAME}}.br -f
    RewriteRule ^(.+)$ $1.br [END]
    RewriteCond %{{HTTP:Accept-Encoding}} \\bgzip\\b
    RewriteCond %{{REQUEST_FILENAME}}.gz -f
    RewriteRule ^(.+)$ $1.gz [END]
    AddEncoding br .br
    AddEncoding gzip .gz
    {types}
    {"Header merge Vary Accept-Encoding" if is_good else "Header unset Vary"}
    Header set Cache-Control "max-age=60, public"
</Directory>
{caching if is_good else ""}
"""
        file = self.directory / "apache.conf"
        file.write_text(text)
        return ["/usr/sbin/apache2", "-DFOREGROUND", "-f", str(file)]

    @staticmethod
    def expected(project):
        return {
            ("site-vary", "error"): project.negotiated(),
            ("site-caching", "error"): len(project.fingerprinted),
        }


class WhiteNoise(Server):
    GOOD = 'WHITENOISE_MIMETYPES = {".webmanifest": "application/manifest+json"}\n'
    WORSE = """\
WHITENOISE_MIMETYPES = {".mjs": "application/octet-stream"}
WHITENOISE_IMMUTABLE_FILE_TEST = lambda path, url: False
MIDDLEWARE.insert(0, "settings.without_vary")


def without_vary(get_response):
    def middleware(request):
        response = get_response(request)
        response.headers.pop("Vary", None)
        return response

    return middleware
"""

    def configure(self, is_good):
        settings = f"""\
ALLOWED_HOSTS = ["127.0.0.1"]
INSTALLED_APPS = ["django.contrib.staticfiles"]
MIDDLEWARE = ["whitenoise.middleware.WhiteNoiseMiddleware"]
ROOT_URLCONF = "urls"
SECRET_KEY = "secret"
STATIC_ROOT = {str(self.root)!r}
STATIC_URL = "/static/"
STORAGES = {{"staticfiles": {{"BACKEND": "whitenoise.storage.CompressedManifestStaticFilesStorage"}}}}
"""
        settings += self.GOOD if is_good else self.WORSE
        files = {"settings.py": settings, "urls.py": "urlpatterns = []\n", "wsgi.py": WSGI}
        for name, text in files.items():
            (self.directory / name).write_text(text)
        words = [sys.executable, "-m", "gunicorn", "--bind", f"127.0.0.1:{self.port}"]
        words += ["--workers", "2", "--worker-class", "gthread", "--threads", "4"]
        return [*words, "--env", "DJANGO_SETTINGS_MODULE=settings", "wsgi:application"]

    expected = Nginx.expected
