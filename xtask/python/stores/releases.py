"""What publishing sends: objects, headers, claims, and what a rollback brings back."""

import json

from faulty_server import no_fault
from projects import BUCKET, PREFIX, SHORT, media_type, write


def publishes_and_counts(stores):
    project = stores.project("counted")
    stores.collect(project)
    _, error = stores.run(project, "publish", code=1)
    stores.check("there is no bucket bucket" in error, error)
    stores.empty_bucket()
    stores.run(project, "publish", "--dry-run")
    stores.check(stores.keys() == [], "a dry run sends objects")
    stores.run(project, "publish")
    objects = len(stores.release()["objects"])
    kept = sum("/.staticc/objects/" in key for key in stores.keys())
    count = len(stores.proxy.requests)
    stores.check(count <= objects + kept + 8, f"{count} requests for {objects} + {kept} objects")
    stores.check_whole(project)
    for key in stores.keys():
        if key.startswith(PREFIX + ".staticc/"):
            found = stores.s3.head_object(Bucket=BUCKET, Key=key)
            stores.check(found["CacheControl"] == "no-store", f"{key} may be cached")
    out, _ = stores.run(project, "publish")
    stores.check("Nothing to publish" in out, out)
    count = len(stores.proxy.requests)
    stores.check(count <= 2, f"{count} requests though nothing changed")
    write(project / "src/css/base.css", "a { color: blue }\n" * 50)
    before = set(stores.keys())
    stores.collect(project)
    out, _ = stores.run(project, "publish", "--paths")
    purged = ["/static/css/base.css", "/static/staticfiles.json"]
    stores.check(out.split() == purged, out)
    count = len(stores.proxy.requests)
    stores.check(count <= 5 + 8, f"{count} requests for one changed file")
    stores.check(before <= set(stores.keys()), "publishing removes objects")
    stores.check_whole(project)


def changed_headers_are_sent(stores):
    project = stores.directory / "counted"
    stores.settings(project, 'encoding = "identity"\ncache_control = "no-cache"\n')
    stores.run(project, "publish")
    stores.check_whole(project, cache_control="no-cache")
    found = stores.get("css/base.css")
    stores.check("ContentEncoding" not in found, "the encoding has not changed")
    stores.settings(project, 'encoding = "br"\ncopies = true\nexclude = ["**/*.map"]\n')
    stores.run(project, "publish")
    found = stores.get("css/base.css.gz")
    stores.check(found["ContentEncoding"] == "gzip", "a copy has no encoding")
    stores.check(found["ContentType"] == media_type("a.css"), "a copy has another type")
    stores.check(stores.get("css/base.css")["ContentEncoding"] == "br", "the encoding is not br")
    maps = [key for key in stores.release()["objects"] if key.endswith(".map")]
    stores.check(maps == [], f"excluded files are published: {maps}")


def claims_hold(stores):
    stores.empty_bucket()
    project = stores.project("claimed")
    stores.collect(project)
    key = PREFIX + ".staticc/claims/00000001-1.json"
    claim = {"version": 1, "content": "0", "claimed": "2026-01-02T03:04:05Z", "publisher": "ci"}
    stores.s3.put_object(Bucket=BUCKET, Key=key, Body=json.dumps(claim))
    _, error = stores.run(project, "publish", code=1)
    stores.check("[publish-claimed]" in error and "by ci" in error, error)
    stores.check(stores.release() is None, "a release was published")
    stores.check(PREFIX + "app.js" not in stores.keys(), "a plain name was sent")
    claim["abandoned"] = True
    stores.s3.put_object(Bucket=BUCKET, Key=key, Body=json.dumps(claim))
    stores.run(project, "publish")
    stores.check_whole(project)


def rollback_restores_names(stores):
    stores.empty_bucket()
    project = stores.project("rolled-back")
    stores.collect(project)
    stores.run(project, "publish")
    first = {key: stores.get(key)["Body"].read() for key in stores.release()["objects"]}
    write(project / "src/css/base.css", "a { color: blue }\n" * 50)
    stores.collect(project)
    stores.run(project, "publish")
    out, _ = stores.run(project, "publish", "--rollback", "--paths")
    purged = ["/static/css/base.css", "/static/staticfiles.json"]
    stores.check(out.split() == purged, out)
    # The pointer, a release, the list and another release; a claim; two names, each read and
    # written; the pointer.
    count = len(stores.proxy.requests)
    stores.check(count <= 10, f"{count} requests for a rollback of two names")
    for key, body in first.items():
        found = stores.get(key)
        stores.check(found["Body"].read() == body, f"{key} is not that of the first release")
        stores.check(found["ContentType"] == media_type(key), f"{key} has another type")
    stores.check(stores.get("css/base.css")["CacheControl"] == SHORT, "it is immutable")
    out, _ = stores.run(project, "releases")
    stores.check([line[:3] for line in out.splitlines()] == ["  2", "* 1"], out)
    stores.run(project, "publish")
    stores.check_whole(project)


def errors_are_retried(stores):
    stores.empty_bucket()
    project = stores.directory / "claimed"
    stores.proxy.before = lambda number: 503 if number in (1, 3, 8) else None
    stores.run(project, "publish")
    stores.proxy.before = no_fault
    stores.check_whole(project)
