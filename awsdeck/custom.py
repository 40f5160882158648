"""Custom resources: what CloudFormation has no type for, made by a function of your own."""

from __future__ import annotations

import os
import re

from .constructs import Construct, construct, field
from .errors import ConstructError, Place
from .output import reason, write_atomic
from .resource import CustomType
from .rules.functions.runtimes import NEWEST
from .services.functions.code import STORE, asset, inline, within
from .services.functions.lambda_ import LambdaFunction
from .source import caller
from .tokens import attribute_of, reference

TYPE_CHECKING = False
if TYPE_CHECKING:
    import ast
    from collections.abc import Mapping, Sequence
    from typing import Any

    from .services.security.policy import Conditions, Grant, Principal
    from .tokens import Token

RUNTIME = NEWEST["python"]
"""What every custom resource's function runs on."""
INLINE_MOST = 4_096
"""Characters of code that stand in the template; CloudFormation takes more, people who read templates do not."""
ENTRY = "_awsdeck_entry"
_RESERVED = ("ServiceToken", "ServiceTimeout")
_LONGEST = 60  # characters of a custom resource's type
_TIMEOUT_MOST = 3_600  # seconds that CloudFormation waits for an answer


@construct
class CustomResource(Construct):
    """Something that a Python function of yours makes, changes and removes as a part of the stack.

    The function gets CloudFormation's event (`RequestType` is Create, Update or Delete; `ResourceProperties`, in which
    numbers and booleans arrive as text; `OldResourceProperties`) and returns a dictionary of attributes, or raises to
    make the deploy fail with that message. `PhysicalResourceId` in the dictionary names what was made: another one than
    before makes CloudFormation delete the old; `NoEcho: True` hides the attributes. Answering CloudFormation, also when
    time runs out, is done around it.

    - `handler`: `"seed.py:handler"`, the function `handler(event)` or `handler(event, context)` in one file of the
      project, which may use the standard library and boto3. Up to 4 KiB it stands in the template, else it is uploaded.
    - `properties`: what the event's `ResourceProperties` hold. The function runs again when they change, and not when
      only its code does.
    - `timeout`: seconds the function may take, 3 to 900.
    - `type`: what it is called in the template, `Custom::` and the id unless given.
    - `memory`, `environment`, `log_retention`: as of a `LambdaFunction`, which it has as `function`.

    It may write its own log and what `allow` or a `grant_…` gives it, nothing else. `.ref` is the physical id,
    `get_att("Name")` an attribute. Source: CloudFormation User Guide, custom resources.
    """

    handler: str
    properties: Mapping[str, Any] = field(factory=dict)
    timeout: int = 120
    type: str | None = None
    memory: int = 128
    environment: Mapping[str, str] | None = None
    log_retention: int | None = 30

    def build(self) -> None:
        """Make the function and the resource it makes."""
        self.function = LambdaFunction(
            self,
            "Function",
            code=self._code(),
            handler=f"index.{ENTRY}",
            runtime=RUNTIME,  # type: ignore[arg-type]
            timeout=self._time(),
            memory=self.memory,
            environment=self.environment,
            log_retention=self.log_retention,
        )
        taken = [name for name in _RESERVED if name in self.properties]
        if taken:
            raise ConstructError(
                f"{self.node.path}: the property {taken[0]} is CloudFormation's own", place=caller(),
                fix="call it something else",
            )  # fmt: skip
        self.made: CustomType = CustomType(
            self,
            "Resource",
            type=self._type(),
            ServiceToken=self.function.arn,
            ServiceTimeout=min(self.timeout + 60, _TIMEOUT_MOST),
            **self.properties,
        )
        self.made.node.depends_on(self.function)

    def _time(self) -> int:
        if type(self.timeout) is not int or not 3 <= self.timeout <= 900:
            raise ConstructError(
                f"{self.node.path}: timeout={self.timeout!r}", place=caller(), fix="3 to 900 seconds, as a number"
            )
        return self.timeout

    def _type(self) -> str:
        name = self.type or "Custom::" + re.sub(r"[^A-Za-z0-9_@-]", "", self.node.id)[: _LONGEST - 8]
        if not re.fullmatch(r"Custom::[A-Za-z0-9_@-]+", name) or len(name) > _LONGEST:
            raise ConstructError(
                f"{name!r} cannot be a custom resource's type", place=caller(),
                fix=f"Custom:: and letters, digits, _ @ or -, at most {_LONGEST} characters in all",
            )  # fmt: skip
        return name

    def _code(self) -> Any:
        file, colon, name = self.handler.rpartition(":")
        if not colon or not file.endswith(".py") or not name.isidentifier():
            raise ConstructError(
                f"{self.node.path}: handler={self.handler!r}", place=caller(), fix='write "FILE.py:FUNCTION"'
            )
        folder = self.node.root_app.folder
        path = os.path.normpath(os.path.join(folder, file))
        within(path, file, folder)
        try:
            with open(path, encoding="utf-8") as stream:
                source = stream.read()
        except (OSError, UnicodeDecodeError) as error:
            why = reason(error, path) if isinstance(error, OSError) else "it is not UTF-8"
            raise ConstructError(
                f"{self.node.path}: cannot read {file}: {why}", place=caller(),
                fix="handler= names a file from the project's folder",
            ) from None  # fmt: skip
        call = _call(source, path, name)
        text = f"{_guarded(source, name)}\n\n\n{_answering()}\n\n\n{ENTRY} = _awsdeck({call})\n"
        if len(text) <= INLINE_MOST:
            return inline(text)
        from hashlib import sha256

        place = os.path.join(STORE, "custom", sha256(text.encode()).hexdigest()[:16], "index.py")
        target = os.path.join(folder, place)
        if not os.path.exists(target):
            os.makedirs(os.path.dirname(target), exist_ok=True)
            write_atomic(target, text)
        return asset(place, requirements=None)

    @property
    def ref(self) -> Token:
        """The physical id that the function gave it."""
        return reference(self.made)

    def get_att(self, name: str) -> Token:
        """An entry of the dictionary that the function returns."""
        return attribute_of(self.made, name)

    def allow(
        self, *actions: str, on: str | Sequence[str], when: Conditions | None = None, sid: str | None = None
    ) -> Grant:
        """Let the function do `actions` (`"ses:VerifyEmailIdentity"`) on the ARNs in `on`, under the conditions `when`."""
        granted: Grant = self.function.allow(*actions, on=on, when=when, sid=sid)
        return granted

    def as_principal(self) -> Principal:
        """The function's role as a principal of a resource's policy."""
        return self.function.as_principal()


def _call(source: str, path: str, name: str) -> str:
    """How the user's function is called, by the number of its arguments."""
    import ast

    try:
        tree = ast.parse(source)
    except SyntaxError as error:
        raise ConstructError(
            f"this is not Python: {error.msg}", place=Place(path, error.lineno, error.offset)
        ) from None
    found = next((node for node in tree.body if getattr(node, "name", None) == name), None)
    if isinstance(found, ast.FunctionDef):
        takes = _takes(found.args)
        if 2 in takes:
            return name
        if 1 in takes:
            return f"lambda event, _: {name}(event)"
        raise ConstructError(
            f"{name} takes the event, and the context if it likes", place=Place(path, found.lineno),
            fix=f"def {name}(event, context):",
        )  # fmt: skip
    from difflib import get_close_matches

    names = [node.name for node in tree.body if isinstance(node, ast.FunctionDef)]
    close = get_close_matches(name, names, 1)
    raise ConstructError(
        f"{os.path.basename(path)} has no function {name}", place=caller(),
        fix=f"did you mean {close[0]}?" if close else f"it has {', '.join(names) or 'none'}, written with def at its top level",
    )  # fmt: skip


def _guarded(source: str, name: str) -> str:
    """The source in a `try`, so that a file which cannot be imported still answers, with what went wrong.

    Lines inside of texts stay as they are; what is imported from `__future__` comes first.
    """
    import ast
    import io
    import tokenize

    lines = source.encode().splitlines(keepends=True)
    future: list[str] = []
    for node in reversed(ast.parse(source).body):
        if isinstance(node, ast.ImportFrom) and node.module == "__future__":
            future.insert(0, f"{ast.unparse(node)}\n")
            first, last = node.lineno - 1, (node.end_lineno or node.lineno) - 1
            rest = lines[last][node.end_col_offset :]
            lines[first : last + 1] = [lines[first][: node.col_offset] + b"pass" + rest]
    text = b"".join(lines).decode()
    inside: set[int] = set()
    opened: list[int] = []
    for token in tokenize.generate_tokens(io.StringIO(text).readline):
        kind = tokenize.tok_name[token.type]
        if kind == "STRING":
            inside.update(range(token.start[0] + 1, token.end[0] + 1))
        elif kind.endswith("STRING_START"):
            opened.append(token.start[0])
        elif kind.endswith("STRING_END"):
            inside.update(range(opened.pop() + 1, token.end[0] + 1))
    body = "".join(
        line if number in inside or not line.strip() else f"    {line}"
        for number, line in enumerate(io.StringIO(text), 1)
    )
    return (
        f"{''.join(future)}try:\n{body.rstrip()}\nexcept BaseException as error:\n    _awsdeck_broken = error\n\n"
        f"    def {name}(*_):\n        raise _awsdeck_broken"
    )


def _takes(arguments: ast.arguments) -> range:
    """With how many arguments in a row a function can be called."""
    if any(default is None for default in arguments.kw_defaults):
        return range(0)
    places = len(arguments.posonlyargs) + len(arguments.args)
    return range(places - len(arguments.defaults), 100 if arguments.vararg else places + 1)


def _answering() -> str:
    """The text of the function that answers CloudFormation, without what is only for us."""
    path = os.path.join(os.path.dirname(os.path.abspath(__file__)), "answering.py")
    with open(path, encoding="utf-8") as stream:
        text = stream.read()
    return re.sub(r"  # type: ignore\S*", "", text[text.index("def ") :]).rstrip()
