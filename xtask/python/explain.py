"""Explains differences between a tree of staticc and one of Django, file by file.

A difference is explained only if it is documented: in a file in which Django
leaves a broken reference, and in files whose hashed paths depend on that file.
All other files must be equal.
"""

import os
import re
from urllib.parse import unquote, urlsplit

MANIFEST = b"staticfiles.json"
FINGERPRINT = re.compile(r"\.[0-9a-f]{12}(?![0-9a-f])")


def dangling(files, static_url):
    """The css and js files whose texts hold hashed paths of no file."""
    if not re.match("https?://|/", static_url):
        static_url = "/" + static_url
    names = {}
    for name in files:
        base = os.path.basename(os.fsdecode(name))
        for match in FINGERPRINT.finditer(base):
            names.setdefault(match.group(), []).append((match.start(), os.fsdecode(name)))

    def unknown(text, match, name):
        here = os.path.dirname(os.fsdecode(name))
        for before, path in names.get(match.group(), []):
            start = match.start() - before
            base = os.path.basename(path)
            spoken = base.replace("?", "%3F").replace("#", "%23")
            if spoken != base:
                # Raw, these characters end a URL's path.
                if spoken in text:
                    return False
                continue
            if text[max(start, 0) : start + len(base)] == base:
                directory = text[max(start - 100, 0) : start]
                # The URL may begin anywhere behind a quote or the like.
                starts = [0] + [m.end() for m in re.finditer(r"[\s\"'(=]", directory)]
                for url in (directory[at:] + base for at in starts):
                    if url.startswith(static_url):
                        url = os.path.relpath(url.removeprefix(static_url), here or ".")
                    if os.path.normpath(os.path.join(here, url)) == path:
                        return False
        return True

    found = set()
    for name, data in files.items():
        if not FINGERPRINT.search(os.fsdecode(name)) or not name.endswith((b".css", b".js")):
            continue
        text = data.decode("utf-8")
        if all(any(unknown(t, m, name) for m in FINGERPRINT.finditer(t)) for t in (text, unquote(text))):
            found.add(name)
    return found


def clean(name):
    """The path that Django looks for when a name is not in its manifest."""
    return urlsplit(unquote(name)).path.strip()


def of_failures(tree, theirs, error, problem):
    """The reason why one side fails and the other does not, or None."""
    if error:
        if "Max post-process passes" in error:
            return "Django fails: deep chain"
        match = re.search(r"The file '(.*)' could not be found", error)
        if match and re.search(r"\.[0-9a-f]{12}\b", match.group(1)):
            return "Django fails: double rewriting"
        readings = [n for n in tree["files"] if clean(n) != n]
        if match and any(os.path.normpath(match.group(1)) == clean(n) for n in readings):
            return "Django fails: order of directory entries"
    elif "circle" in problem and dangling(theirs, tree["static_url"]):
        return "cycle that Django leaves dangling"
    return None


def mask(data):
    """A text without fingerprints. A repeated fingerprint counts as one."""
    return re.sub(rb"(\.[0-9a-f]{12})+(?![0-9a-f])", b".*", data)


def of_trees(tree, theirs, ours, their_paths, our_paths):
    """The number of files that differ, by reason, and the files that differ without
    a reason."""
    lost = dangling(theirs, tree["static_url"])
    logical = {os.fsencode(hashed): key for key, hashed in their_paths.items()}
    excused = {logical[name] for name in lost if name in logical}
    # An encoded slash or a backslash moves Django's reference to another file,
    # which may happen to exist. Django writes "css" for the reference "." in css/.
    odd = re.compile(r"""(?i)%2f|%5c|\\|[("']\s*\.\.?\s*[)"']""")
    moved = {key for key in our_paths if odd.search(tree["files"].get(key, ""))}
    excused |= moved
    # A file with the hashed path of such a file has another hashed path too.
    grown = True
    while grown:
        marks = {os.fsencode(m) for key in excused for m in FINGERPRINT.findall(our_paths.get(key, ""))}
        holders = {
            key
            for key, hashed in our_paths.items()
            if any(mark in ours.get(os.fsencode(hashed), b"") for mark in marks)
        }
        grown = not holders <= excused
        excused |= holders
    reasons, wrong = {}, []
    for key in sorted(their_paths.keys() | our_paths.keys()):
        pair = their_paths.get(key), our_paths.get(key)
        texts = [files.get(os.fsencode(path)) if path else None for files, path in zip((theirs, ours), pair)]
        if pair[0] == pair[1] and texts[0] == texts[1]:
            continue
        if key not in excused or None in texts:
            wrong.append(key)
            continue
        direct = os.fsencode(pair[0]) in lost or key in moved
        if mask(texts[0]) == mask(texts[1]):
            reason = "dangling in Django, resolved" if direct else "named after such a file"
        elif direct:
            reason = "dangling in Django, spelled so that it arrives"
        else:
            wrong.append(key)
            continue
        reasons[reason] = reasons.get(reason, 0) + 1
    # All that is not a fingerprinted copy is compared by its path.
    rest = [
        {name: data for name, data in files.items() if name != MANIFEST and name not in {os.fsencode(p) for p in paths.values()}}
        for files, paths in ((theirs, their_paths), (ours, our_paths))
    ]
    wrong += sorted(
        os.fsdecode(name) for name in rest[0].keys() | rest[1].keys() if rest[0].get(name) != rest[1].get(name)
    )
    return reasons, wrong
