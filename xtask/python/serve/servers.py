"""Servers for a STATIC_ROOT, each with what `staticc recipe` prints, or with a worse configuration.

Everything listens on 127.0.0.1. Only ports differ from the recipes, and what starts a server
without an init system.
"""

import os
import re
import signal
import socket
import subprocess
import sys
import time
from pathlib import Path

SETTINGS = """\
ALLOWED_HOSTS = ["127.0.0.1"]
INSTALLED_APPS = ["django.contrib.staticfiles"]
MIDDLEWARE = ["django.middleware.security.SecurityMiddleware"]
ROOT_URLCONF = "mysite.urls"
SECRET_KEY = "secret"
STATIC_URL = "/static/"
"""
MODULE = "from django.core.{0} import get_{0}_application\n\napplication = get_{0}_application()\n"
ENVIRON = 'import os\nos.environ.setdefault("DJANGO_SETTINGS_MODULE", "mysite.settings")\n'


def free_port():
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        return free.getsockname()[1]


class Server:
    """Use it as a context: it runs within, and gives the URL of the static files."""

    scheme = "http"

    def __init__(self, project, is_good):
        self.project = project
        self.port = free_port()
        self.directory = project.directory / f"{type(self).__name__.lower()}-{self.port}"
        self.directory.mkdir()
        self.words = self.configure(is_good)

    def recipe(self, name):
        """What `staticc recipe` prints, with the port of this server in place of the usual ones."""
        settings = str(self.project.directory / "settings.toml")
        words = [self.project.staticc, "recipe", name, "--settings", settings, *self.flags()]
        text = subprocess.run(words, check=True, cwd=self.directory, capture_output=True, text=True).stdout
        return text.replace("127.0.0.1:8000", f"127.0.0.1:{self.port}").replace(" 8000", f" {self.port}")

    def flags(self):
        return []

    def __enter__(self):
        log = open(self.directory / "log", "w")
        # Servers have processes of their own, which end with their group.
        path = f"{Path(sys.executable).parent}:{os.environ['PATH']}"
        self.process = subprocess.Popen(
            self.words, cwd=self.directory, stdout=log, stderr=log, start_new_session=True,
            env={**os.environ, "PATH": path},
        )
        for _ in range(300):
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
        try:
            self.process.wait(10)
        except subprocess.TimeoutExpired:
            os.killpg(self.process.pid, signal.SIGKILL)
            self.process.wait()


class Nginx(Server):
    def configure(self, is_good):
        recipe = self.recipe("nginx")
        if not is_good:
            recipe = re.sub(r"(?m)^types \{.*?^\}$", "", recipe, flags=re.DOTALL)
            recipe = re.sub(r"(?m)^ *add_header (Vary|Cache-Control).*$", "", recipe)
        recipe = re.sub(r"listen 80[^;]*;", self.listen(), recipe)
        (self.directory / "recipe.conf").write_text(recipe)
        user = "user root;" if os.getuid() == 0 else ""
        paths = ("client_body", "proxy", "fastcgi", "uwsgi", "scgi")
        temporary = "\n".join(f"{name}_temp_path {self.directory}/{name};" for name in paths)
        text = f"""\
{user}
daemon off;
pid {self.directory}/pid;
error_log {self.directory}/error.log;
load_module /usr/lib/nginx/modules/ngx_http_brotli_static_module.so;
events {{}}
http {{
    include /etc/nginx/mime.types;
    default_type application/octet-stream;
    access_log off;
    {temporary}
    include {self.directory}/recipe.conf;
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
    # Debian enables deflate: it must not compress a compressed copy again.
    MODULES = (
        "alias authz_core deflate env filter headers mime mpm_event proxy proxy_http rewrite setenvif"
    ).split()

    def configure(self, is_good):
        recipe = self.recipe("apache").replace("*:80", f"127.0.0.1:{self.port}")
        if not is_good:
            recipe = recipe.replace("Header merge Vary Accept-Encoding", "Header unset Vary")
            recipe = re.sub(r"<LocationMatch.*?</LocationMatch>", "", recipe, flags=re.DOTALL)
        modules = "\n".join(
            f"LoadModule {name}_module /usr/lib/apache2/modules/mod_{name}.so" for name in self.MODULES
        )
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
AddType application/x-gzip .gz .tgz
{'AddOutputFilterByType DEFLATE text/html text/css text/javascript' if is_good else ''}
{recipe}
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


# A name that has to be quoted. It is a link to STATIC_ROOT.
ODD_NAME = "it's; \"é\" {x} #"


class OddNginx(Nginx):
    def flags(self):
        return ["--static-root", str(self.project.odd_link())]


class OddApache(Apache):
    def flags(self):
        return ["--static-root", str(self.project.odd_link())]


class Caddy(Server):
    def configure(self, is_good):
        recipe = self.recipe("caddy").replace(":80 {", f"http://127.0.0.1:{self.port} {{", 1)
        (self.directory / "Caddyfile").write_text("{\nadmin off\n}\n" + recipe)
        return ["caddy", "run", "--config", "Caddyfile", "--adapter", "caddyfile"]


class DjangoServer(Server):
    """A project, whose settings end with a recipe, and what runs it."""

    storage = "whitenoise"

    def configure(self, is_good):
        package = self.directory / "mysite"
        package.mkdir()
        (self.directory / "manage.py").write_text(ENVIRON)
        for name in ("wsgi", "asgi"):
            (package / f"{name}.py").write_text(ENVIRON + MODULE.format(name))
        (package / "__init__.py").touch()
        (package / "urls.py").write_text("urlpatterns = []\n")
        settings = SETTINGS + self.recipe(self.storage) + ("" if is_good else self.worse)
        (package / "settings.py").write_text(settings)
        return self.run()

    def save(self, recipe, name):
        (self.directory / name).write_text(self.recipe(recipe))


class WhiteNoise(DjangoServer):
    worse = """\
WHITENOISE_MIMETYPES = {".mjs": "application/octet-stream"}
WHITENOISE_IMMUTABLE_FILE_TEST = lambda path, url: False
MIDDLEWARE.insert(0, "mysite.settings.without_vary")


def without_vary(get_response):
    def middleware(request):
        response = get_response(request)
        response.headers.pop("Vary", None)
        return response

    return middleware
"""

    def run(self):
        self.save("gunicorn", "gunicorn.conf.py")
        return ["gunicorn"]

    expected = Nginx.expected


class ServeStatic(DjangoServer):
    storage = "servestatic"

    def run(self):
        self.save("uvicorn", "start.sh")
        return ["sh", "start.sh"]


class Uwsgi(DjangoServer):
    def run(self):
        self.save("uwsgi", "uwsgi.ini")
        return ["uwsgi", "uwsgi.ini"]


class Daphne(DjangoServer):
    def run(self):
        self.save("daphne", "start.sh")
        return ["sh", "start.sh"]


class Uvicorn(DjangoServer):
    def run(self):
        self.save("uvicorn", "start.sh")
        return ["sh", "start.sh"]


class Hypercorn(DjangoServer):
    def run(self):
        self.save("hypercorn", "hypercorn.toml")
        return ["hypercorn", "--config", "hypercorn.toml", "mysite.asgi:application"]


class Starlette(DjangoServer):
    def run(self):
        self.save("starlette", "site_asgi.py")
        address = ["--host", "127.0.0.1", "--port", str(self.port)]
        return ["uvicorn", *address, "--workers", "2", "site_asgi:application"]
