"""Makes random trees from a seed: css and js of fragments that hold references.

The caller finds out which fragments Django refuses, and passes them in.
"""

import os
import random
import re

STATIC_URLS = ["/static/", "/s/", "static/", "https://cdn.example/s/", "/static", "//cdn/s/"]
NAMES = ["a", "b", "c", "x.min", "é", "sp ace", "A", "un_der", "d-e", "1"]
ODD_NAMES = ["q?x", "h#x", "100%", "p%41", "a;b", "qu'ote", "co:lon", "~t", "a,b", "(p)", "&amp"]
SPACES = ["", "", "", " ", "\n", "\t", "  ", "\r\n", "\u00a0", "\x1f", "\x0c"]
CSS = [
    "url({u})", 'url("{u}")', "url('{u}')", "URL({u})", "url({s}{u}{s})", 'url({s}"{u}"{s})',
    'url("{s}{u}")', "url('{u}\")", 'url("{u})', "url({u}')", '@import "{u}";', "@import '{u}' screen;",
    "@import{s}\"{u}\"", '@import url("{u}") layer(x);', "@import '{s}{u}\";", "/*# sourceMappingURL={u} */\n",
    "\n/*# sourceMappingURL={u} */\n", "\n/*#\tsourceMappingURL={u}*/", "\n/*# sourceMappingURL={u} */ \n",
    "a{{src:url({u}) format('x'),url('{u}')}}", "/* url({u}) */", "/* {u}", "*/", "'url({u})'", '"url({u})"',
    "\\'", "'", '"', "\\", "\n", "\r\n", ";", "a{{}}", "url(", ")", "url()", 'url("")', "@import", "url(#x)",
    "url(data:image/png;base64,AA==)", "url(data:image/svg+xml,<svg a='b'>)", "url(http://x/y.png)",
    "url(//cdn/x.png)", "content:'\\'';", "url(?x)", "é", "\U0001f600", "/*", "@\u0131mport '{u}';",
]  # fmt: skip
JS = [
    'import x from "{u}";', "import x from '{u}'\n", 'import{s}{{a}}{s}from{s}"{u}"{s};', 'import * as n from "{u}";',
    'import*as n from"{u}"', 'import "{u}";', "import'{u}'\n", 'export {{a}} from "{u}";', "export * from '{u}'\n",
    "export*from'{u}';", 'export * as m from "{u}";', 'import("{u}")', "import('{u}').then()", 'import( "{u}" )',
    "\n//# sourceMappingURL={u}\n", "\n//# sourceMappingURL={u}  \r\n", "//@ sourceMappingURL={u}\n",
    "\n//# sourceMappingURL=data:x\n", "// import '{u}';\n", "/* import '{u}'; */", "`import '{u}';`",
    "'import(\\'{u}\\')'", '"', "'", "`", "/*", "*/", "//", "\n", ";", "\\", "/\"/", "let a = 1;", "import",
    "export", "from", "export default x;", 'import y from "react";', "import z\n, {{q}} from '{u}';", "é",
    "IMPORT x FROM '{u}';", "import {{\n  a,\n  b\n}} from '{u}';", "x.import('{u}')", "import type x from '{u}'",
]  # fmt: skip


EXTENSIONS = [
    ".css", ".css", ".css", ".js", ".js", ".png", ".svg", ".map", ".css.map", ".js.map", ".txt", "", ".CSS", ".mjs",
]  # fmt: skip


class Generator:
    """Random trees from a seed. `refused` holds the (fragment, space) pairs on
    which Django fails; a tree that is to succeed has none of them."""

    def __init__(self, seed, refused):
        self.random = random.Random(seed)
        self.refused = refused

    def name(self, odd):
        pick = self.random.choice
        base = pick(ODD_NAMES if odd and self.random.random() < 0.3 else NAMES)
        return base + pick(EXTENSIONS)

    def tree(self):
        rnd = self.random
        odd = rnd.random() < 0.2
        aggregation = rnd.random() < 0.6
        static_url = rnd.choice(STATIC_URLS) if rnd.random() < 0.4 else "/static/"
        directories = [""]
        for _ in range(rnd.randrange(5)):
            directories.append(rnd.choice(directories) + rnd.choice(["d/", "e/", "sub/", "ü/"]))
        files = {}
        for _ in range(rnd.randrange(4, 30)):
            files[rnd.choice(directories) + self.name(odd)] = ""
        # A file must not be where a directory is.
        names = [n for n in files if not any(o.startswith(n + "/") for o in files)]
        # References lead to earlier files: cycles are a rarity.
        acyclic = rnd.random() < 0.95
        valid = rnd.random() < 0.9
        for index, name in enumerate(names):
            known = names[:index] if acyclic else names
            files[name] = self.content(name, known, static_url, valid)
        files = {name: files[name] for name in names}
        return {"static_url": static_url, "aggregation": aggregation, "files": files}

    def content(self, name, known, static_url, valid):
        rnd = self.random
        fragments = CSS if name.endswith(".css") else JS if name.endswith(".js") else None
        if fragments is None:
            return "".join(rnd.choice("abc") for _ in range(rnd.randrange(4)))
        text = rnd.choice(["", "", "", "\ufeff"])
        for _ in range(rnd.choice([0, 1, 2, 3, 5, 8])):
            text += self.fragment(fragments, self.url(name, known, static_url, valid), valid)
            text += rnd.choice(["", "\n", " ", ";", "}\n"])
        return text

    def fragment(self, fragments, url, valid):
        """One fragment with its URL; most hold a reference."""
        rnd = self.random
        while True:
            fragment = rnd.choice(fragments[: len(fragments) // 2] if rnd.random() < 0.85 else fragments)
            space = rnd.choice(SPACES)
            if not valid or (fragment, space if "{s}" in fragment else "") not in self.refused:
                return fill(fragment, space, url)

    def url(self, name, known, static_url, valid):
        rnd = self.random
        if not known or (not valid and rnd.random() < 0.1):
            if valid:
                return rnd.choice(["http://x/y", "data:,x", "//cdn/x" if self.random.random() < 0.05 else "http://x"])
            return rnd.choice(["", "#x", "nothing.png", "../../../x.png", ".", "..", "d", "d/", "/other/x", "HTTP://x", "a b", "\\x", "%00", "x:y"])
        target = rnd.choice(known)
        relative = os.path.relpath(target, os.path.dirname(name) or ".")
        if name.endswith(".js") and not relative.startswith("."):
            relative = "./" + relative
        if rnd.random() < 0.15:
            relative = static_url + target if re.match("/.*/$", static_url) else relative
        if rnd.random() < 0.1:
            relative = rnd.choice(["./", "d/../", ".//", "././"]) + relative if not relative.startswith("/") else relative
        if any(c in relative for c in "?#%") or rnd.random() < 0.1:
            relative = "".join("%%%02X" % b if chr(b) in "?#% éü" or rnd.random() < 0.03 else chr(b) if b < 128 else "%%%02x" % b for b in relative.encode())
        return relative + rnd.choice([""] * 12 + ["#x", "?v=1", "?#iefix", "#", "?", "?a#b", "?a/b", ";#x"])


def fill(fragment, space, url):
    return fragment.replace("{s}", space).replace("{{", "{").replace("}}", "}").replace("{u}", url)


def samples():
    """Every fragment with every space, and the smallest tree it stands in."""
    for suffix, url, fragments in (".css", "t.png", CSS), (".js", "./t.js", JS):
        for fragment in fragments:
            for space in sorted(set(SPACES)) if "{s}" in fragment else [""]:
                text = fill(fragment, space, url)
                files = {"t.png": "", "t.js": "", "x" + suffix: text}
                yield (fragment, space), {"static_url": "/static/", "aggregation": True, "files": files}
