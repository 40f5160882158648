"""A template written out as JSON: sorted keys, two-space indent, ASCII only, a newline at the end.

The bytes are those of `json.dumps(data, indent=2, sort_keys=True)` and that newline, in less than half the time.
"""

from __future__ import annotations

from json.encoder import encode_basestring_ascii

from .errors import TemplateError

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any

MAX_WRITTEN_DEPTH = 300
_LARGE = 3
"""So many levels from the top hold most of the text below them."""
_NAMES_MOST = 5_000
_names: dict[str, str] = {}
TOO_DEEP = "the template contains itself, or is nested too deeply to be written"


def render_json(data: Any) -> str:
    """`data` as JSON text; anything JSON cannot say (a key that is no text, a set, NaN) is a TemplateError."""
    pieces: list[str] = []
    try:
        _pieces(data, "\n", pieces, _LARGE)
    except RecursionError:
        raise TemplateError(TOO_DEEP) from None
    except (TypeError, ValueError) as error:
        raise TemplateError(unwritable(data) or f"the template cannot be written as JSON: {error}") from None
    pieces.append("\n")
    return "".join(pieces)


def unwritable(data: Any) -> str | None:
    """The first thing in `data` that no template can hold, as a sentence with its path; None if all is well."""
    waiting: list[tuple[str, int, Any]] = [("", 0, data)]
    while waiting:
        path, depth, value = waiting.pop()
        if depth > MAX_WRITTEN_DEPTH:
            return TOO_DEEP
        if isinstance(value, dict):
            for key, item in value.items():
                if not isinstance(key, str):
                    return f"a key must be text, not {type(key).__name__} {key!r}, in {path or 'the template'}"
                waiting.append((f"{path}/{key}" if path else key, depth + 1, item))
        elif isinstance(value, (list, tuple)):
            waiting.extend((f"{path}/{index}", depth + 1, item) for index, item in enumerate(value))
        elif isinstance(value, float):
            if value - value != 0:
                return f"{value!r} is not a number a template can hold, at {path}"
        elif isinstance(value, int):
            if value.bit_length() > 4096:
                return f"the number at {path} has too many digits"
        elif value is not None and not isinstance(value, str):
            return f"a template cannot hold a {type(value).__name__}, at {path or 'the top'}"
    return None


def _pieces(value: Any, pad: str, pieces: list[str], levels: int) -> None:
    """The text of a value in pieces, so that what is large, at the top, is put together only once."""
    if not levels or type(value) is not dict or not value:
        pieces.append(_any(value, pad))
        return
    inner = pad + "  "
    before = "{" + inner
    for key in sorted(value):
        pieces.append(before + (_names.get(key) or _name(key)))
        _pieces(value[key], inner, pieces, levels - 1)
        before = "," + inner
    pieces.append(pad + "}")


def _any(value: Any, pad: str) -> str:
    if isinstance(value, str):
        return encode_basestring_ascii(value)
    if isinstance(value, dict):
        return _dict(value, pad)
    if isinstance(value, (list, tuple)):
        return _list(value, pad)
    if value is True:
        return "true"
    if value is False:
        return "false"
    if value is None:
        return "null"
    if isinstance(value, int):
        return int.__repr__(value)
    if isinstance(value, float) and value - value == 0:
        return float.__repr__(value)
    raise TypeError(type(value).__name__)


def _name(key: Any) -> str:
    """A key as it stands before its value; most stand in a template many times."""
    name = f"{encode_basestring_ascii(key)}: "
    if len(_names) < _NAMES_MOST and type(key) is str:
        _names[key] = name
    return name


def _dict(mapping: dict[str, Any], pad: str, quote: Any = encode_basestring_ascii) -> str:
    if not mapping:
        return "{}"
    inner = pad + "  "
    members = []
    for key in sorted(mapping) if len(mapping) > 1 else mapping:
        value = mapping[key]
        name = _names.get(key) or _name(key)
        kind = type(value)
        if kind is str:
            members.append(name + quote(value))
        elif kind is dict:
            members.append(name + _dict(value, inner))
        elif kind is list:
            members.append(name + _list(value, inner))
        elif kind is int:
            members.append(name + str(value))
        else:
            members.append(name + _any(value, inner))
    if len(members) == 1:
        return f"{{{inner}{members[0]}{pad}}}"
    return f"{{{inner}{f',{inner}'.join(members)}{pad}}}"


def _list(items: Any, pad: str, quote: Any = encode_basestring_ascii) -> str:
    if not items:
        return "[]"
    inner = pad + "  "
    members = []
    for value in items:
        kind = type(value)
        if kind is str:
            members.append(quote(value))
        elif kind is dict:
            members.append(_dict(value, inner))
        else:
            members.append(_any(value, inner))
    if len(members) == 1:
        return f"[{inner}{members[0]}{pad}]"
    return f"[{inner}{f',{inner}'.join(members)}{pad}]"
