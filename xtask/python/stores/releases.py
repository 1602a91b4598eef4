"""What publishing sends: objects, headers, claims, and what a rollback brings back. What pruning
deletes, and what verifying finds.
"""

import json
import shutil

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
    # The pointer, a release, the list and another release; a claim, and the pointer again; two
    # names, each read and written; the pointer.
    count = len(stores.proxy.requests)
    stores.check(count <= 11, f"{count} requests for a rollback of two names")
    for key, body in first.items():
        found = stores.get(key)
        stores.check(found["Body"].read() == body, f"{key} is not that of the first release")
        stores.check(found["ContentType"] == media_type(key), f"{key} has another type")
    stores.check(stores.get("css/base.css")["CacheControl"] == SHORT, "it is immutable")
    out, _ = stores.run(project, "releases")
    stores.check([line[:3] for line in out.splitlines()] == ["  2", "* 1"], out)
    stores.run(project, "publish")
    stores.check_whole(project)


def prunes_what_only_old_releases_name(stores):
    stores.empty_bucket()
    project = stores.project("pruned")
    for number in range(4):
        write(project / "src/css/base.css", f"a {{ order: {number} }}\n" * 50)
        write(project / f"src/{number}.js", f"console.log({number});\n" * 50)
        (project / f"src/{number - 1}.js").unlink(missing_ok=True)
        shutil.rmtree(project / "out", ignore_errors=True)
        stores.collect(project)
        stores.run(project, "publish")
    stores.s3.put_object(Bucket=BUCKET, Key=PREFIX + "of-nobody.txt", Body=b"")
    before = set(stores.keys())
    dry, _ = stores.run(project, "prune", "--store", "--keep", "2", "-n")
    stores.check(set(stores.keys()) == before, "a dry run deletes")
    out, _ = stores.run(project, "prune", "--store", "--keep", "2", "-v2")
    same = dry.replace("Pretending to delete", "Deleting").replace("would be ", "")
    stores.check(out == same, f"the dry run says\n{dry}\nand the run\n{out}")
    # Pointer, release, list; claim, pointer; list, four releases, pointer; objects, documents;
    # list, pointer; list of claims, claims.
    count = len(stores.proxy.requests)
    stores.check(count <= 17, f"{count} requests to prune two releases")
    left = set(stores.keys())
    gone = {key.removeprefix(PREFIX) for key in before - left}
    scripts = {key for key in gone if key.startswith(("0.", "1."))}
    stores.check(len(scripts) == 4, f"of the old scripts, only {scripts} are gone")
    stores.check(PREFIX + "of-nobody.txt" in left, "an object of nobody is gone")
    documents = [key for key in left if "/.staticc/releases/" in key]
    stores.check(len(documents) == 2, f"{documents} are left")
    claims = [key for key in left if "/.staticc/claims/" in key]
    stores.check(claims == [], f"{claims} are left")
    stores.check_whole(project)
    stores.run(project, "publish", "--rollback")
    out, _ = stores.run(project, "verify", "--store")
    stores.check("no errors" in out, out)
    _, error = stores.run(project, "publish", "--rollback=1", code=1)
    stores.check("it was pruned" in error, error)


def verifies_and_mends(stores):
    stores.empty_bucket()
    project = stores.project("mended")
    stores.collect(project)
    stores.run(project, "publish")
    release = stores.release()
    out, _ = stores.run(project, "verify", "--store")
    stores.check("no errors" in out, out)
    count = len(stores.proxy.requests)
    stores.check(f" {count} requests" in out, f"{count} requests, and not as in {out}")
    hashed = next(key for key, stored in release["objects"].items() if stored["role"] == "fingerprinted")
    stores.s3.delete_object(Bucket=BUCKET, Key=PREFIX + hashed)
    found = stores.get("app.js")
    body = found["Body"].read()
    headers = {"ContentType": found["ContentType"], "ContentEncoding": "gzip", "CacheControl": SHORT}
    changed = {**headers, "CacheControl": "no-cache"}
    stores.s3.put_object(Bucket=BUCKET, Key=PREFIX + "app.js", Body=body, **changed)
    found = stores.get("css/base.css")
    body = found["Body"].read()[::-1]
    headers["ContentType"] = found["ContentType"]
    stores.s3.put_object(Bucket=BUCKET, Key=PREFIX + "css/base.css", Body=body, **headers)
    _, error = stores.run(project, "verify", "--store", code=1)
    for text in (
        f"{hashed} is not in the store [missing-object]",
        "app.js has other headers than in release 1 [wrong-object]",
        f'Cache-Control is "no-cache" instead of "{SHORT}"',
        "css/base.css has other bytes than in release 1 [wrong-object]",
        "3 errors",
    ):
        stores.check(text in error, f"{text} is not in {error}")
    out, _ = stores.run(project, "publish", "--verify")
    stores.check("3 objects" in out and "as release 2" in out, out)
    stores.check_whole(project)
    stores.run(project, "verify", "--store")


def errors_are_retried(stores):
    stores.empty_bucket()
    project = stores.directory / "claimed"
    stores.proxy.before = lambda number: 503 if number in (1, 3, 8) else None
    stores.run(project, "publish")
    stores.proxy.before = no_fault
    stores.check_whole(project)
