"""Finds the static references in the templates on standard input with Django and
Jinja2.

usage: template_parity.py < TEMPLATES > ANSWERS
A template is one line of JSON: its engine and its text. An answer is one
line: a list of allowed answers, the best first, or [null] where the engine
refuses the template. Each is a list of references: name, first byte, end.
"""

import json
import re
import sys

import django
import jinja2
from django.conf import settings
from jinja2 import lexer, meta, nodes

settings.configure(STATIC_URL="/static/", INSTALLED_APPS=[])
django.setup()

from django.template import Engine, Node, Template  # noqa: E402
from django.templatetags.static import StaticNode  # noqa: E402

DJANGO = Engine(debug=True, builtins=["django.templatetags.static"])


class Recording(StaticNode):
    """Django's own static tag; each one that it makes is noted."""

    made = []

    @classmethod
    def handle_token(cls, parser, token):
        node = super().handle_token(parser, token)
        cls.made.append((node.path, *token.position))
        return node


DJANGO.template_builtins[-1].tags.update(
    static=Recording.handle_token, statics=lambda parser, token: Node()
)


def in_django(text):
    Recording.made.clear()
    Template(text, engine=DJANGO)
    yield [
        [path.var, start, end]
        for path, start, end in Recording.made
        # A literal with a translation is one in one language only.
        if isinstance(path.var, str)
        and not path.filters
        and not path.token.startswith("_(")
    ]


class Placing(lexer.Lexer):
    """Jinja2's own lexer; places stand for line numbers."""

    def tokeniter(self, source, *arguments):
        self.seen = []
        place = 0
        for _, token, value in super().tokeniter(source, *arguments):
            place = source.index(value, place)
            if token != lexer.TOKEN_WHITESPACE:
                self.seen.append((place, token, value))
            yield place, token, value
            place += len(value)


# Statements that can give a name to something.
BINDING = {"set", "for", "with", "macro", "call", "import", "from"}


class Environment(jinja2.Environment):
    lexer = property(lambda self: self.own_lexer)


JINJA = Environment()
JINJA.own_lexer = Placing(JINJA)
for names in (JINJA.filters, JINJA.tests):
    names.update({name: lambda *_: True for name in ("static", "f", "x.static")})


def in_jinja2(text):
    tree = JINJA._parse(text, None, None)
    seen = list(JINJA.own_lexer.seen)
    if seen and seen[-1][1] in ("comment_begin", "raw_begin"):
        raise ValueError("Jinja2 does not notice that the end is missing")
    at = {place: index for index, (place, _, _) in enumerate(seen)}
    calls = []
    plain = []
    for call in tree.find_all(nodes.Call):
        if not isinstance(call.node, nodes.Name) or call.node.name != "static":
            continue
        keywords = [keyword.value for keyword in call.kwargs if keyword.key == "path"]
        if len(keywords) != len(call.kwargs) or call.dyn_args or call.dyn_kwargs:
            continue
        match call.args + keywords:
            case [nodes.Const(value=str(name))]:
                start = call.node.lineno
                inside = seen[at[start] + 1 :]
                inside = inside[: closing(inside)]
                calls.append([name, start, inside[-1][0] + 1])
                # Not read by staticc: `static(("a"))` and most escapes.
                brackets = [value for _, _, value in inside if value == "("]
                texts = [re.sub(r"\\[\\\"']", "", value) for _, kind, value in inside if kind == "string"]
                if len(brackets) == 1 and "\\" not in "".join(texts):
                    plain.append(calls[-1])
    if "static" not in meta.find_undeclared_variables(tree):
        # It is something else in this template.
        calls = plain = []
    yield sorted(calls, key=lambda call: call[1])
    yield sorted(plain, key=lambda call: call[1])
    if is_bound(seen):
        # staticc takes it for something else wherever it may be.
        yield []


def is_bound(tokens):
    """Whether a statement that can bind names has the name, not called."""
    tag = None
    for (_, kind, word), (_, _, after) in zip(tokens, tokens[1:]):
        if kind.endswith("_begin"):
            tag = after if kind == "block_begin" else None
        elif word == "static" and (tag == "macro" or tag in BINDING and after != "("):
            return True
    return False


def closing(tokens):
    """How many tokens a call's brackets and what is in them are."""
    depth = 0
    for index, (_, kind, value) in enumerate(tokens):
        if kind == "operator":
            depth += (value in ("(", "[", "{")) - (value in (")", "]", "}"))
        if depth == 0:
            return index + 1


def universal(text):
    """The text as loaders read it, and the byte at which each character is."""
    read, places, place = [], [], 0
    for found in re.finditer("\r\n|.", text, re.DOTALL):
        read.append("\n" if found[0][0] == "\r" else found[0])
        places.append(place)
        place += len(found[0].encode())
    return "".join(read), [*places, place]


for line in sys.stdin:
    engine, text = json.loads(line)
    text, places = universal(text)
    try:
        answers = list({"django": in_django, "jinja2": in_jinja2}[engine](text))
    except Exception:
        answers = [None]
    else:
        answers = [
            [[name, places[start], places[end]] for name, start, end in answer]
            for answer in answers
        ]
    print(json.dumps(answers))
