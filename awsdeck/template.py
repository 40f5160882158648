"""A plain template: load JSON or YAML with line marks, walk it, list its references, write it out."""

from __future__ import annotations

import os
import sys

from .errors import Place, TemplateError
from .jsontext import render_json
from .references import Reference, references, sub_parts

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence
    from os import PathLike
    from typing import Any, Literal

    from .marks import Doubt
    from .marks import Marks as AnyMarks

    Path = tuple[str | int, ...]

__all__ = [
    "MAX_BYTES", "Reference", "Template", "is_template", "load", "loads", "references", "render_json", "render_yaml",
    "sub_parts", "walk",
]  # fmt: skip

MAX_BYTES = 10 * 1024 * 1024  # AWS takes 1 MB; generated files may be larger before they are split
YAML_ENDINGS = (".yaml", ".yml")
ENDINGS = (".json", ".yaml", ".yml", ".template", ".txt")


class Template:
    """A CloudFormation template as plain data that knows where its values were written.

    `doubts` lists unquoted YAML scalars that CloudFormation reads as something else than what is written.
    """

    __slots__ = ("data", "name", "file", "format", "doubts", "_text", "_lines", "_marks", "_places")

    def __init__(
        self,
        data: dict[str, Any],
        *,
        name: str = "template",
        file: str | None = None,
        format: Literal["json", "yaml"] = "json",
        doubts: Sequence[Doubt] = (),
        text: str | None = None,
        marks: AnyMarks | None = None,
        places: Mapping[Any, Place] | None = None,
    ) -> None:
        self.data = data
        self.name = name
        self.file = file
        self.format: Literal["json", "yaml"] = format
        self.doubts = tuple(doubts)
        self._text = text
        self._lines: list[str] | None = None
        self._marks: AnyMarks | None = marks
        self._places = places

    @classmethod
    def from_dict(
        cls,
        data: dict[str, Any],
        name: str | None = None,
        file: str | None = None,
        places: Mapping[Any, Place] | None = None,
    ) -> Template:
        """A template made in memory; `places` says for some paths which line of the user's code they come from."""
        return cls(data, name=name or (_stem(file) if file else "template"), file=file, places=places)

    def place(self, path: Sequence[str | int], *, key: bool = False) -> Place | None:
        """Where the value at `path` is written, or its key; the nearest container around it if it is not there.

        None for a template from a dict, unless its `places` cover the path.
        """
        if self._places is not None:
            steps = tuple(path)
            for length in range(len(steps), -1, -1):
                place = self._places.get(steps[:length])
                if place is not None:
                    return place
            return None
        if self._marks is None:
            if self._text is None:
                return None
            from .jsonmarks import Marks

            self._marks = Marks(self._text)
        return Place(self.file or "<text>", *self._marks.find(path, key))

    def source_line(self, line: int) -> str:
        """A line of the text, counted from 1, without its end; empty where there is none."""
        if self._lines is None:
            text = (self._text or "").replace("\r\n", "\n").replace("\r", "\n")
            if self.format == "yaml":  # whose lines end at these as well
                text = text.replace("\x85", "\n").replace("\u2028", "\n").replace("\u2029", "\n")
            self._lines = text.split("\n")
        return self._lines[line - 1] if 0 < line <= len(self._lines) else ""

    @property
    def size(self) -> int | None:
        """How many bytes its text has as UTF-8; None for a template that was made in memory."""
        return None if self._text is None else len(self._text.encode("utf-8", "surrogatepass"))

    def __repr__(self) -> str:
        return f"Template({self.name!r}, {len(self.data.get('Resources') or ())} resources)"


def load(path: str | PathLike[str], *, max_bytes: int = MAX_BYTES) -> Template:
    """The template in a file, or on standard input for `-`; whatever is wrong with it is a TemplateError."""
    shown = os.fspath(path)
    if shown == "-":
        return loads(_decode(_read_stdin(max_bytes), "<stdin>", max_bytes), file="<stdin>")
    try:
        with open(shown, "rb") as file:
            content = file.read(max_bytes + 1)
    except (OSError, ValueError) as error:
        from .output import reason

        raise TemplateError(f"cannot read {shown}: {reason(error, shown)}") from None
    return loads(_decode(content, shown, max_bytes), file=shown)


def loads(text: str, *, file: str = "<text>") -> Template:
    """The template in a text, JSON or YAML by what it holds, whatever the file is called."""
    text = text.removeprefix("\ufeff")
    if "\0" in text:
        raise TemplateError("this is a binary file: it holds a NUL byte", place=_place_of(text, "\0", file))
    start = text.lstrip()[:1]
    if not start:
        raise TemplateError("the file is empty", place=Place(file))
    template = None
    if start in "{[":
        try:
            template = _from_json(text, file)
        except TemplateError:
            if start == "[" or not file.lower().endswith(YAML_ENDINGS):
                raise
    return template or _from_yaml(text, file)


def is_template(data: Any) -> bool:
    """Whether `data` looks like a CloudFormation template, for telling one from the other files of a folder."""
    if not isinstance(data, dict):
        return False
    if "AWSTemplateFormatVersion" in data:
        return True
    resources = data.get("Resources")
    return isinstance(resources, dict) and any(
        (isinstance(name, str) and name.startswith("Fn::"))
        or (isinstance(item, dict) and isinstance(item.get("Type"), str) and "::" in item["Type"])
        for name, item in resources.items()
    )


def walk(data: Any) -> Iterator[tuple[Path, Any]]:
    """Every value in `data` with its path, containers before what they hold, in the order they stand."""
    waiting: list[tuple[Path, Any]] = [((), data)]
    while waiting:
        path, value = waiting.pop()
        yield path, value
        if isinstance(value, dict):
            waiting.extend([((*path, key), value[key]) for key in reversed(value)])
        elif isinstance(value, (list, tuple)):
            waiting.extend([((*path, index), value[index]) for index in range(len(value) - 1, -1, -1)])


def render_yaml(data: Any) -> str:
    """`data` as YAML for people, with CloudFormation's short tags; `loads` reads it back unchanged."""
    from .yamltext import render_yaml as render

    return render(data)


def _from_json(text: str, file: str) -> Template:
    from .jsonmarks import read

    return Template(_mapping(read(text, file), file), name=_stem(file), file=file, text=text)


def _from_yaml(text: str, file: str) -> Template:
    try:
        text.encode("utf-8")
    except UnicodeEncodeError as error:
        place = _place_of(text, text[error.start], file)
        raise TemplateError("the text holds half a character (a lone surrogate)", place=place) from None
    from .yamlmarks import read

    data, marks, doubts = read(text, file)
    data = _mapping(data, file)
    return Template(data, name=_stem(file), file=file, format="yaml", doubts=doubts, text=text, marks=marks)


def _mapping(data: Any, file: str) -> dict[str, Any]:
    if isinstance(data, dict):
        return data
    kind = "a list" if isinstance(data, list) else "empty" if data is None else "a single value"
    raise TemplateError(f"a template is a mapping of sections; this is {kind}", place=Place(file))


def _read_stdin(max_bytes: int) -> bytes:
    stream: Any = sys.stdin
    if stream is None:
        raise TemplateError("cannot read standard input: it is closed")
    try:
        content = getattr(stream, "buffer", stream).read(max_bytes + 1)
    except (OSError, ValueError) as error:
        raise TemplateError(f"cannot read standard input: {error}") from None
    return content.encode("utf-8") if isinstance(content, str) else bytes(content)


def _decode(content: bytes, file: str, max_bytes: int) -> str:
    if len(content) > max_bytes:
        raise TemplateError(f"the file is larger than {max_bytes:,} bytes", place=Place(file))
    if content.startswith((b"\xff\xfe", b"\xfe\xff")):
        raise TemplateError("the file is UTF-16", place=Place(file), fix="save it as UTF-8")
    try:
        return content.decode("utf-8")
    except UnicodeDecodeError as error:
        before = content[: error.start]
        line, column = before.count(b"\n") + 1, error.start - before.rfind(b"\n")
        if b"\0" in content:
            raise TemplateError("this is a binary file", place=Place(file, line, column)) from None
        message = f"the byte 0x{content[error.start]:02x} is not UTF-8"
        raise TemplateError(message, place=Place(file, line, column), fix="save the file as UTF-8") from None


def _place_of(text: str, character: str, file: str) -> Place:
    at = text.index(character)
    return Place(file, text.count("\n", 0, at) + 1, at - text.rfind("\n", 0, at))


def _stem(file: str) -> str:
    name = os.path.basename(file).strip("<>")
    for ending in (*ENDINGS, ".template"):
        if name.lower().endswith(ending) and len(name) > len(ending):
            name = name[: -len(ending)]
    return name or "template"
