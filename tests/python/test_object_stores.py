"""Tests what src/python/staticc takes over from the storages of django-storages.

    python tests/python/test_object_stores.py      # by a Python that has django-storages

No server is needed: a stand-in for the program notes how it is called. `cargo xtask stores` has servers. Skips its
tests if django-storages is not installed.
"""

import importlib.util
import io
import json
import os
import pathlib
import sys
import tempfile
import unittest
from unittest import mock

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[2] / "src/python"))

PACKAGES = ("django", "storages", "boto3", "azure.storage.blob", "google.cloud.storage")


def is_installed(package):
    try:
        return importlib.util.find_spec(package) is not None
    except ModuleNotFoundError:
        return False


IS_COMPLETE = all(map(is_installed, PACKAGES))
# Notes arguments, answers and environment, and prints the events and ends with the status of the file for its verb.
PROGRAM = """\
#!{python}
import json, os, pathlib, sys
here = pathlib.Path(__file__).parent
verb = sys.argv[1]
called = {{"arguments": sys.argv[1:], "answers": json.load(sys.stdin), "environment": dict(os.environ)}}
(here / f"{{verb}}.called").write_text(json.dumps(called))
said = json.loads((here / f"{{verb}}.said").read_text())
for event in said["events"]:
    print(json.dumps(event))
sys.exit(said["status"])
"""
KEYS = {"access_key": "AKIA", "secret_key": "hunter2"}
AWS = {"bucket_name": "bucket", "region_name": "eu-west-1", "endpoint_url": "https://store.example", **KEYS}

if IS_COMPLETE:
    import django
    from azure.core.credentials import AccessToken
    from boto3.s3.transfer import TransferConfig
    from botocore.config import Config
    from django.conf import settings
    from django.contrib.staticfiles.management.commands import collectstatic
    from django.contrib.staticfiles.storage import ManifestFilesMixin
    from django.core.files.storage import FileSystemStorage, storages
    from django.core.management import CommandError, call_command
    from django.test.utils import override_settings
    from google.auth.credentials import AnonymousCredentials
    from google.oauth2.credentials import Credentials
    from storages.backends.azure_storage import AzureStorage
    from storages.backends.gcloud import GoogleCloudStorage
    from storages.backends.s3 import S3ManifestStaticStorage, S3StaticStorage, S3Storage

    from staticc import object_stores

    settings.configure(
        INSTALLED_APPS=["staticc", "django.contrib.staticfiles"], STATIC_URL="/static/", USE_TZ=True
    )
    django.setup()

    class Empty:
        """For a storage with a manifest that is not in the store yet."""

        def read_manifest(self):
            return None

    class S3Manifest(Empty, S3ManifestStaticStorage):
        pass


@unittest.skipUnless(IS_COMPLETE, "django-storages isn't installed")
class Described(unittest.TestCase):
    def setUp(self):
        kept = {name: value for name, value in os.environ.items() if not name.startswith(("AWS_", "AZURE_", "GOOGLE_"))}
        nowhere = {"AWS_CONFIG_FILE": "/nowhere", "AWS_SHARED_CREDENTIALS_FILE": "/nowhere"}
        environment = mock.patch.dict(os.environ, {**kept, **nowhere, "AWS_EC2_METADATA_DISABLED": "true"}, clear=True)
        environment.start()
        self.addCleanup(environment.stop)

    def refused(self, storage, reason):
        with self.assertRaises(object_stores.NotReplaceable) as raised:
            object_stores.describe(storage)
        self.assertIn(reason, str(raised.exception))
        self.assertNotIn("hunter2", str(raised.exception))

    def test_options_of_s3(self):
        store = object_stores.describe(S3StaticStorage(**AWS, location="a/b/", security_token="hunter2t", gzip=True))
        self.assertEqual((store.url, store.endpoint, store.gzip), ("s3://bucket/a/b", "https://store.example", True))
        expected = {
            "AWS_ACCESS_KEY_ID": "AKIA", "AWS_SECRET_ACCESS_KEY": "hunter2", "AWS_SESSION_TOKEN": "hunter2t",
            "AWS_REGION": "eu-west-1",
        }
        self.assertEqual(store.environment, expected)
        self.assertNotIn("hunter2", json.dumps(store.publish_settings()))

    def test_options_come_before_settings(self):
        with override_settings(
            AWS_STORAGE_BUCKET_NAME="of-settings", AWS_LOCATION="of-settings", AWS_S3_ACCESS_KEY_ID="A",
            AWS_S3_SECRET_ACCESS_KEY="hunter2", AWS_S3_ENDPOINT_URL="http://store.example:9000", AWS_IS_GZIPPED=True,
            AWS_S3_OBJECT_PARAMETERS={"CacheControl": "max-age=9"},
        ):
            store = object_stores.describe(S3StaticStorage())
            other = object_stores.describe(S3StaticStorage(bucket_name="of-options", location="", gzip=False))
        self.assertEqual((store.url, store.gzip), ("s3://of-settings/of-settings", True))
        self.assertEqual(store.environment["STATICC_ALLOW_HTTP"], "1")
        fixed, changeable = store.publish_settings()
        self.assertEqual(fixed, {"store": "s3://of-settings/of-settings", "endpoint": "http://store.example:9000"})
        self.assertEqual(changeable, {"encoding": "gzip", "cache_control": "max-age=9"})
        self.assertEqual((other.url, other.publish_settings()[1]["encoding"]), ("s3://of-options", "identity"))

    def test_credentials_of_the_environment_do_not_mix(self):
        os.environ.update(AWS_SESSION_TOKEN="other", AWS_DEFAULT_REGION="other", AWS_ENDPOINT_URL_S3="http://other.example")
        with override_settings(AWS_SESSION_TOKEN=""):
            store = object_stores.describe(S3StaticStorage(**AWS))
        environment = store.child_environment()
        self.assertEqual(environment["AWS_SECRET_ACCESS_KEY"], "hunter2")
        left = {"AWS_SESSION_TOKEN", "AWS_DEFAULT_REGION", "AWS_ENDPOINT_URL_S3"} & environment.keys()
        self.assertEqual(left, set())
        self.assertEqual(environment["PATH"], os.environ["PATH"])

    def test_profile_of_aws(self):
        with tempfile.NamedTemporaryFile("w", suffix=".ini") as file:
            file.write("[dev]\naws_access_key_id = A\naws_secret_access_key = hunter2p\n")
            file.flush()
            os.environ["AWS_SHARED_CREDENTIALS_FILE"] = file.name
            options = {"bucket_name": "bucket", "endpoint_url": "https://store.example", "session_profile": "dev"}
            store = object_stores.describe(S3StaticStorage(**options))
        self.assertEqual(store.environment["AWS_SECRET_ACCESS_KEY"], "hunter2p")

    def test_region_of_a_bucket_of_aws(self):
        storage = S3StaticStorage(bucket_name="bucket", **KEYS)
        answer = {"ResponseMetadata": {"HTTPHeaders": {"x-amz-bucket-region": "eu-north-1"}}}
        with mock.patch.object(storage.connection.meta.client, "head_bucket", return_value=answer):
            store = object_stores.describe(storage)
        self.assertEqual((store.endpoint, store.environment["AWS_REGION"]), (None, "eu-north-1"))

    def test_s3_that_staticc_cannot_take_over(self):
        for name, value in (
            ("default_acl", "public-read-write"), ("file_overwrite", False),
            ("object_parameters", {"CacheControl": "x", "ServerSideEncryption": "aws:kms"}),
            ("transfer_config", TransferConfig(multipart_threshold=1)), ("verify", False),
            ("client_config", Config(s3={"use_accelerate_endpoint": True})), ("proxies", {"https": "http://proxy"}),
            ("signature_version", "s3"), ("addressing_style", "virtual"), ("gzip_content_types", ["text/css"]),
        ):
            with self.subTest(name=name):
                self.refused(S3StaticStorage(**{**AWS, "gzip": True, name: value}), f"`{name}")
        self.refused(S3StaticStorage(**{**AWS, "bucket_name": None}), "bucket_name")
        self.refused(S3StaticStorage(**{**AWS, "endpoint_url": "https://a:hunter2@store.example"}), "endpoint_url")
        self.refused(S3StaticStorage(bucket_name="bucket", endpoint_url="https://store.example"), "credentials")

    def test_access_control_lists(self):
        acl = object_stores.describe(S3StaticStorage(**AWS, default_acl="public-read")).publish_settings()[1]["acl"]
        self.assertEqual(acl, "public-read")
        parameters = {"ACL": "bucket-owner-full-control"}
        storage = S3StaticStorage(**AWS, default_acl="public-read", object_parameters=parameters)
        self.assertEqual(object_stores.describe(storage).acl, "bucket-owner-full-control")
        bucket = {"bucket_name": "bucket", "credentials": Credentials("x")}
        self.assertEqual(object_stores.describe(GoogleCloudStorage(**bucket, default_acl="publicRead")).acl, "public-read")

    def test_s3_that_changes_nothing(self):
        config = Config(
            signature_version="s3v4", s3={"addressing_style": "path"}, request_checksum_calculation="when_required"
        )
        for name, value in (
            ("client_config", config), ("addressing_style", "path"), ("signature_version", "s3v4"),
            ("custom_domain", "cdn.example"), ("querystring_expire", 9), ("max_memory_size", 9),
            ("url_protocol", "http:"),
        ):
            with self.subTest(name=name):
                self.assertEqual(object_stores.describe(S3Manifest(**{**AWS, name: value})).url, "s3://bucket")

    def test_subclasses(self):
        class Renamed(S3StaticStorage):
            location = "assets"
            manifest_strict = False

            def __init__(self, **options):
                super().__init__(**options, gzip=True)

            def of_nobody(self):
                pass

        class Own(S3StaticStorage):
            def get_object_parameters(self, name):
                return {}

        class Property(S3StaticStorage):
            @property
            def location(self):
                return "assets"

        class Patterns(S3Manifest):
            patterns = ()

        class Signed(Empty, ManifestFilesMixin, S3Storage):
            pass

        class Url(S3Manifest):
            def url(self, name, **_):
                return name

        class BaseUrl(S3StaticStorage):
            def url(self, name, **_):
                return name

        class ManifestOfBaseUrl(Empty, ManifestFilesMixin, BaseUrl):
            pass

        store = object_stores.describe(Renamed(**AWS))
        self.assertEqual((store.url, store.gzip), ("s3://bucket/assets", True))
        self.assertEqual(object_stores.describe(Url(**AWS)).url, "s3://bucket")
        self.assertEqual(object_stores.describe(BaseUrl(**AWS)).url, "s3://bucket")
        for cls, reason in (
            (Own, "Own has its own `get_object_parameters`, which only Python can run"),
            (Property, "its own `location`"), (Patterns, "its own `patterns`"), (Signed, "signs its URLs"),
            (ManifestOfBaseUrl, "its own `url`"),
        ):
            with self.subTest(cls=cls):
                self.refused(cls(**AWS), reason)
        elsewhere = S3Manifest(**AWS)
        elsewhere.manifest_storage = FileSystemStorage()
        self.refused(elsewhere, "has its manifest elsewhere")
        self.refused(FileSystemStorage(), "doesn't keep files on this disk")

    def test_azure(self):
        account = {"account_name": "name", "azure_container": "container", "location": "static/"}
        store = object_stores.describe(AzureStorage(**account, account_key="aHVudGVyMg==", cache_control="max-age=9"))
        self.assertEqual((store.url, store.gzip, store.cache_control), ("az://container/static", False, "max-age=9"))
        expected = {
            "AZURE_STORAGE_ACCOUNT_NAME": "name", "AZURE_STORAGE_ACCOUNT_KEY": "aHVudGVyMg==",
            "AZURE_STORAGE_ENDPOINT": "https://name.blob.core.windows.net",
        }
        self.assertEqual(store.environment, expected)
        signed = object_stores.describe(AzureStorage(**account, sas_token="sv=1&sig=hunter2"))
        self.assertEqual(signed.environment["AZURE_STORAGE_SAS_TOKEN"], "sv=1&sig=hunter2")
        self.assertNotIn("hunter2", signed.environment["AZURE_STORAGE_ENDPOINT"])
        credential = mock.Mock(spec=["get_token"], get_token=lambda scope: AccessToken("hunter2", 0))
        token = object_stores.describe(AzureStorage(**account, token_credential=credential))
        self.assertEqual(token.environment["AZURE_STORAGE_TOKEN"], "hunter2")
        text = "DefaultEndpointsProtocol=https;AccountName=other;AccountKey=b3RoZXI=;EndpointSuffix=core.example"
        connected = object_stores.describe(AzureStorage(connection_string=text, azure_container="container"))
        self.assertEqual(connected.environment["AZURE_STORAGE_ENDPOINT"], "https://other.blob.core.example")
        self.assertEqual(connected.environment["AZURE_STORAGE_ACCOUNT_KEY"], "b3RoZXI=")
        for name, value in (
            ("object_parameters", {"content_disposition": "x"}), ("client_options", {"api_version": "x"}),
            ("azure_container", None),
        ):
            self.refused(AzureStorage(**{**account, "account_key": "aHVudGVyMg==", name: value}), name)
        self.refused(AzureStorage(**account), "no account_key")

    def test_google(self):
        bucket = {"bucket_name": "bucket", "project_id": "p", "location": "static"}
        credentials = Credentials("hunter2")
        store = object_stores.describe(GoogleCloudStorage(**bucket, credentials=credentials, gzip=True))
        self.assertEqual((store.url, store.gzip), ("gs://bucket/static", True))
        self.assertEqual(store.environment, {"GOOGLE_OAUTH_ACCESS_TOKEN": "hunter2"})
        parameters = {"cache_control": "max-age=9"}
        options = {**bucket, "credentials": AnonymousCredentials(), "object_parameters": parameters}
        self.assertEqual(object_stores.describe(GoogleCloudStorage(**options)).cache_control, "max-age=9")
        for name, value in (
            ("default_acl", "projectPrivate"), ("object_parameters", {"metadata": {}}), ("file_overwrite", False),
        ):
            self.refused(GoogleCloudStorage(**{**bucket, "credentials": credentials, name: value}), name)


@unittest.skipUnless(IS_COMPLETE, "django-storages isn't installed")
class Collectstatic(unittest.TestCase):
    def setUp(self):
        made = tempfile.TemporaryDirectory()
        self.addCleanup(made.cleanup)
        self.here = pathlib.Path(made.name).resolve()
        self.program = self.here / "staticc"
        self.program.write_text(PROGRAM.format(python=sys.executable))
        self.program.chmod(0o755)
        self.say("collect", {"event": "done"})
        self.say("publish", {"event": "publishing-done", "sent": 2, "store": "s3://bucket/static", "unchanged": 1})
        found = mock.patch("staticc.binary.find", return_value=str(self.program))
        environment = mock.patch.dict(os.environ, {"XDG_CACHE_HOME": str(self.here / "cache")})
        for patch in (found, environment):
            patch.start()
            self.addCleanup(patch.stop)
        self.use(S3StaticStorage)

    def use(self, cls, **changed):
        backend = {"BACKEND": f"{cls.__module__}.{cls.__qualname__}", "OPTIONS": {**AWS, "location": "static"}}
        changed = override_settings(STORAGES={"staticfiles": backend}, STATICFILES_DIRS=[], **changed)
        changed.enable()
        self.addCleanup(changed.disable)
        # Django 4.2 loses OPTIONS if STORAGES is overridden.
        storages.backends = settings.STORAGES

    def say(self, verb, *events, status=0):
        (self.here / f"{verb}.said").write_text(json.dumps({"events": events, "status": status}))

    def collect(self, *flags):
        self.out, self.err = io.StringIO(), io.StringIO()
        call_command("collectstatic", "--noinput", *flags, stdout=self.out, stderr=self.err)
        return self.out.getvalue()

    def called(self, verb):
        return json.loads((self.here / f"{verb}.called").read_text())

    def test_what_the_program_is_asked(self):
        self.use(S3Manifest, STATICC={"publish": {"jobs": 3, "store": "s3://other", "encoding": "br"}})
        out = self.collect("-v2")
        self.assertEqual(out, "2 objects published to 's3://bucket/static', 1 unchanged.\n\n0 static files copied.\n")
        collect, publish = self.called("collect"), self.called("publish")
        self.assertEqual(publish["arguments"], "publish --answers - --format json --verbosity 3".split())
        self.assertEqual(collect["answers"], publish["answers"])
        answers = publish["answers"]
        expected = {"jobs": 3, "store": "s3://bucket/static", "endpoint": "https://store.example", "encoding": "br"}
        self.assertEqual(answers["settings"]["STATICC"]["value"], {"publish": expected})
        base = "django.contrib.staticfiles.storage.ManifestStaticFilesStorage"
        self.assertEqual(answers["storage"]["base"], base)
        directory = pathlib.Path(answers["storage"]["location"])
        self.assertEqual(directory.parent, self.here / "cache/staticc-collected")
        self.assertTrue(directory.is_dir())

    def test_secrets_are_only_in_the_environment_of_the_publishing_program(self):
        self.collect()
        collect, publish = self.called("collect"), self.called("publish")
        self.assertEqual(publish["environment"]["AWS_SECRET_ACCESS_KEY"], "hunter2")
        del publish["environment"]
        self.assertNotIn("hunter2", json.dumps([collect, publish]) + self.out.getvalue() + self.err.getvalue())

    def test_compressed_copies_for_gzip(self):
        with override_settings(AWS_IS_GZIPPED=True):
            self.use(S3StaticStorage)
            self.collect()
        answers = self.called("collect")["answers"]
        self.assertEqual(answers["storage"]["base"], "whitenoise.storage.CompressedStaticFilesStorage")
        value = answers["settings"]["STATICC"]["value"]
        self.assertEqual((value["publish"]["encoding"], value["compression"]), ("gzip", {"encodings": ["gz"]}))

    def test_copies_are_not_among_the_post_processed_files(self):
        processed = {"event": "post-processed", "verbosity": 2, "path": "a.css", "text": "x"}
        self.say(
            "collect", {**processed, "copy": "a.1.css"}, {**processed, "path": "a.1.css", "copy": "a.1.css.gz"},
            {"event": "done"},
        )
        self.assertIn(", 1 post-processed.", self.collect())

    def test_dry_run_publishes_nothing(self):
        self.collect("--dry-run")
        self.assertFalse((self.here / "publish.called").exists())

    def test_publishing_fails(self):
        problem = {"event": "problem", "severity": "error", "code": "store-unusable", "message": "m", "rendered": "m\n"}
        for status in (1, 2):
            self.say("publish", problem, status=status)
            with self.assertRaisesRegex(CommandError, "^Publishing static files failed.$"):
                self.collect()
            self.assertEqual(self.err.getvalue(), "m\n")

    def test_problems_of_both_are_printed_once(self):
        problem = {"event": "problem", "severity": "warning", "code": "x", "message": "m", "rendered": "m\n"}
        self.say("collect", problem, {"event": "done"})
        self.say("publish", problem, {"event": "publishing-done", "sent": 0, "store": "s", "unchanged": 0})
        self.collect()
        self.assertEqual(self.err.getvalue(), "m\n")

    def test_left_to_django(self):
        nothing = {"modified": [], "unmodified": [], "post_processed": [], "skipped": [], "deleted": []}
        with mock.patch.object(collectstatic.Command, "collect", return_value=nothing):
            for flag in ("--clear", "--link", "--no-post-process"):
                self.collect(flag)
                end = "is not for publishing to a store; Django's own collectstatic does it\n"
                self.assertEqual(self.err.getvalue(), f"staticc: {flag} {end}")
            with override_settings(AWS_S3_FILE_OVERWRITE=False):
                self.use(S3StaticStorage)
                self.collect()
            self.assertIn("S3StaticStorage has `file_overwrite=False`, which staticc can't take over", self.err.getvalue())
        self.assertFalse((self.here / "collect.called").exists())


if __name__ == "__main__":
    unittest.main()
