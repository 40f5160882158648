"""Deploy-time values: strings that only CloudFormation will know.

A `Token` is a `str` whose text is a marker. F-strings, `+` and `"".join` carry the marker along; when a template is
rendered, markers become the smallest intrinsic function that says the same: `Ref`, `Fn::GetAtt`, else `Fn::Sub`.
Whatever would need the real text (`.upper()`, slicing, `len`, `==` with a plain string, …) raises `TokenError`.

C code can still see, cut or change a marker. So a marker carries a checksum and characters that people split on:
one that was touched is recognised, and rendering fails with the place; `remains` finds what an encoding left of it.

Only a whole token can refuse. An f-string around one is a plain `str` of Python: `len`, `==`, `in`, `.startswith`,
`.ljust` and the like answer about the marker in it, and nobody is told. Ask such questions before the value goes in.
"""

from __future__ import annotations

import json
import re
import weakref
from functools import lru_cache
from itertools import count
from json.encoder import encode_basestring_ascii as quote
from zlib import crc32

from .errors import TokenError
from .source import caller

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping, Sequence
    from typing import Any, NoReturn, Protocol, TypeVar, overload

    from .errors import Place
    from .sections import Condition

    T = TypeVar("T")
    Scalar = TypeVar("Scalar", bound=str | float)

    class Absent(Any):  # type: ignore[misc]
        """What `NoValue` is to a type checker: it fits every place."""

    class Referent(Protocol):
        """Something in a template that can be referred to by its logical id."""

        @property
        def node(self) -> Any: ...

        def gives_list(self, attribute: str | None) -> bool:
            """Whether an attribute (None for `Ref`) is a list."""
            ...

    Resolver = Callable[[Any, str | None], Any]
    """Gives the intrinsic for a referent and one of its attributes (None for `Ref`)."""


# A marker is written in code points that Unicode reserves for no character at all, so no text of a user holds them:
# sixteen stand for hexadecimal digits, three open, close and pad. The letters and signs in the guard break when the
# text is split, upper-cased or replaced; the checksum breaks when anything else is touched.
_DIGITS = "".join(map(chr, range(0xFDD0, 0xFDE0)))
_OPEN, _CLOSE, _PAD = "\ufde0", "\ufde1", "\ufde2"
LETTERS = "zQ9aXj0A4"  # what is left when everything but letters and digits is dropped; no text of a user holds it
_GUARD = _OPEN + "".join(sign + _PAD for sign in f"/:,.-_=| {LETTERS}\"'()[]{{}}<>@#%&*+;?!$^~`\\")
_READ = str.maketrans(_DIGITS, "0123456789abcdef")
_MARKER = f"{re.escape(_GUARD)}([{_DIGITS}]{{8}})([{_DIGITS}]*){_CLOSE}"  # these are compiled on first use
_STRAY = "[\ufdd0-\ufdef]"
_ESCAPED = r"\\ufd[de]"
_TEXT, _NAME = "\x01text", "\x01name"
_ABSENT = {"Ref": "AWS::NoValue"}

_WRITE = [high + low for high in _DIGITS for low in _DIGITS]  # every byte

_serials = count(1)
_referents: weakref.WeakValueDictionary[int, Any] = weakref.WeakValueDictionary()
_encode = json.JSONEncoder(separators=(",", ":")).encode


def _serial(referent: Referent) -> int:
    node = referent.node
    if node.serial is None:
        node.serial = next(_serials)
        _referents[node.serial] = referent
    return node.serial  # type: ignore[no-any-return]


def _refuse(what: str, instead: str) -> NoReturn:
    raise TokenError(f"{what}: its value is only known at deploy time", place=caller(), fix=instead)


def _stop(what: str, instead: str) -> NoReturn:
    raise TokenError(what, place=caller(), fix=instead)


def _shown(value: object) -> str:
    return repr(value) if isinstance(value, int | float | ListToken) else f"a {type(value).__name__}"


def _refusing(what: str, instead: str) -> Any:
    def refused(self: object, *args: object, **kwargs: object) -> NoReturn:
        _refuse(what, instead)

    return refused


class Token(str):
    """A string known only at deploy time; `str(token)`, f-strings, `+` and `join` work, the rest raises.

    Raises `TokenError` at the line that treats it as known text.
    """

    __slots__ = ("_expression",)
    _expression: Any

    def __add__(self, other: str) -> Token:
        return Token(str.__add__(self, other)) if isinstance(other, str) else NotImplemented

    def __radd__(self, other: str) -> Token:
        return Token(str.__add__(other, self)) if isinstance(other, str) else NotImplemented

    def __str__(self) -> str:
        return self

    def __format__(self, spec: str) -> str:
        if spec:
            _refuse(f"a format such as {spec!r} needs the text itself", "leave the format out of the braces")
        return self

    def __repr__(self) -> str:
        return f"<{describe(self)}, known at deploy \\ufde0>"

    def __eq__(self, other: object) -> bool:
        if isinstance(other, Token):
            return str.__eq__(self, other)
        if isinstance(other, str):
            if has_marker(other):
                return str.__eq__(self, other)
            _refuse(f"comparing with {other!r}", "use a Condition with equals(...), and if_(...) for the two values")
        return NotImplemented

    def __ne__(self, other: object) -> bool:
        equal = self.__eq__(other)
        return equal if equal is NotImplemented else not equal

    __hash__ = str.__hash__

    if not TYPE_CHECKING:
        __bool__ = _refusing("testing whether it is empty", "compare with None, or use a Condition and if_(...)")
        __len__ = _refusing("its length", "there is no length before deploy; check the parameter's MaxLength instead")
        __getitem__ = _refusing("cutting a piece out", "use select(index, split(separator, value))")
        __iter__ = _refusing("going through its characters", "use split(separator, value)")
        __contains__ = _refusing("looking for text inside", "use a Condition with equals(...)")
        __mod__ = _refusing("% formatting", "use an f-string")
        __mul__ = __rmul__ = _refusing("repeating", "there is no repetition at deploy time")
        __int__ = __float__ = __index__ = __complex__ = _refusing(
            "turning it into a number", "give the value itself: a Number parameter is accepted where a number is"
        )
        __lt__ = __le__ = __gt__ = __ge__ = _refusing("ordering", "there is no order before deploy")
        __sub__ = __rsub__ = __truediv__ = __rtruediv__ = __floordiv__ = __neg__ = _refusing(
            "arithmetic", "CloudFormation cannot calculate; pass the result as a parameter"
        )


def _guard_methods() -> None:
    splitting = "use select(index, split(separator, value))"
    changing = "CloudFormation cannot change text; build the value with an f-string from parts that are right already"
    asking = "use a Condition with equals(...)"
    reasons = {
        "split rsplit partition rpartition splitlines": splitting,
        "upper lower title capitalize swapcase casefold replace translate strip lstrip rstrip removeprefix "
        "removesuffix zfill center ljust rjust expandtabs encode format format_map": changing,
        "startswith endswith find rfind index rindex count isalnum isalpha isascii isdecimal isdigit isidentifier "
        "islower isnumeric isprintable isspace istitle isupper": asking,
        "join": "use join(separator, [...]) when the separator is only known at deploy time",
    }
    for names, instead in reasons.items():
        for name in names.split():
            setattr(Token, name, _refusing(f".{name}()", instead))


_guard_methods()


class ListToken:
    """A list known only at deploy time (`Fn::Split`, `Fn::GetAZs`, a list parameter).

    `tokens[0]` picks one entry (`Fn::Select`); its length and its entries cannot be asked for before deploy.
    """

    __slots__ = ("_expression",)

    def __init__(self, expression: Mapping[str, Any]) -> None:
        self._expression = dict(expression)

    def __getitem__(self, index: int) -> Token:
        if not isinstance(index, int):
            _refuse("a slice of a list", "pick entries one by one: tokens[0], tokens[1]")
        return select(index, self)

    def __repr__(self) -> str:
        return "<a list, known at deploy \\ufde0>"

    if not TYPE_CHECKING:
        __bool__ = __len__ = _refusing("the length of a list", "give the number you expect yourself")
        __iter__ = _refusing("going through a list", "pick entries one by one: tokens[0], tokens[1]")
        __contains__ = _refusing("looking into a list", "use a Condition with equals(...)")
        __str__ = __format__ = _refusing("a list inside text", "use join(separator, tokens)")


def _marker(expression: Any, written: str | None = None) -> Token:
    payload = (_encode(expression) if written is None else written).encode()
    token = Token(_GUARD + "".join([_WRITE[byte] for byte in crc32(payload).to_bytes(4, "big") + payload]) + _CLOSE)
    token._expression = expression
    return token


@lru_cache(1024)
def _expression(checksum: str, digits: str) -> Any:
    """What the digits of a marker say; shared by everybody who reads the same marker."""
    payload = bytes.fromhex(digits.translate(_READ)) if len(digits) % 2 == 0 else b""
    if int(checksum.translate(_READ), 16) != crc32(payload):
        _broken()
    return json.loads(payload)


def reference(referent: Referent) -> Token:
    """What `Ref` of something in the tree gives."""
    serial = _serial(referent)
    return _marker({"Ref": serial}, f'{{"Ref":{serial}}}')


def attribute_of(referent: Referent, name: str) -> Token:
    """What `Fn::GetAtt` of something in the tree gives."""
    serial = _serial(referent)
    return _marker({"Fn::GetAtt": [serial, name]}, f'{{"Fn::GetAtt":[{serial},{quote(name)}]}}')


def name_of(referent: Referent) -> Any:
    """The logical id itself, for places where CloudFormation wants a bare name (conditions, maps)."""
    return {_NAME: _serial(referent)}


def intrinsic(name: str, argument: Any) -> Token:
    """Any intrinsic function that gives one value: `intrinsic("Fn::ImportValue", "net-VpcId")`."""
    return _marker({name: express(argument)})


def express(value: Any) -> Any:
    """A value as plain data with every token spelled out, still free of logical ids."""
    kind = type(value)
    if kind is str or kind is Token:
        return _express_text(value)
    if isinstance(value, ListToken):
        return value._expression
    if kind is dict:
        return {str.__str__(key): express(item) for key, item in value.items()}
    if kind is list or kind is tuple:
        return [express(item) for item in value]
    plain = getattr(value, "to_cloudformation", None)
    return express(plain()) if plain is not None else value


def _express_text(text: str) -> Any:
    if type(text) is Token:
        try:
            return text._expression
        except AttributeError:  # text around it
            pass
    parts = _parts(text)
    if parts is None:
        return text if type(text) is str else str.__str__(text)
    return parts[0] if len(parts) == 1 else {_TEXT: parts}


def _parts(text: str) -> list[Any] | None:
    """The literals and expressions a text is made of, or None when it is plain."""
    if type(text) is not str:
        text = str.__str__(text)
    if "\\ufd" in text and re.search(_ESCAPED, text):
        raise TokenError(
            "a deploy-time value was written into JSON or printed as a Python value",
            fix="use to_json(...) in place of json.dumps(...), and no !r in f-strings",
        )
    if text.isascii() or not re.search(_STRAY, text):
        return None
    parts: list[Any] = []
    end = 0
    for match in re.finditer(_MARKER, text):
        if match.start() > end:
            parts.append(_literal(text[end : match.start()]))
        expression = _expression(match[1], match[2])
        parts.extend(expression[_TEXT] if isinstance(expression, dict) and _TEXT in expression else [expression])
        end = match.end()
    if end < len(text):
        parts.append(_literal(text[end:]))
    if len(parts) > 1 and _ABSENT in parts:
        raise TokenError(
            "NoValue stands inside text, where there is nothing to leave out",
            fix='give NoValue alone, or if_(condition, f"…", NoValue) around the whole text',
        )
    return parts


def _literal(text: str) -> str:
    if re.search(_STRAY, text):
        _broken()
    return text


def _broken() -> NoReturn:
    raise TokenError(
        "a deploy-time value inside this text was cut or changed as if it were known text",
        fix="use select(...), split(...), join(...) or an f-string on the value itself",
    )


def has_marker(text: str) -> bool:
    """Whether a string holds deploy-time parts, whole or broken."""
    return not str.isascii(text) and re.search(_STRAY, str.__str__(text)) is not None


def describe(text: str) -> str:
    """A deploy-time string for people: `Orders.Arn`, or its literal parts around such names."""
    parts = _parts(text)
    return text if parts is None else "".join(part if isinstance(part, str) else _spoken(part) for part in parts)


def _spoken(expression: Any) -> str:
    if isinstance(expression, dict) and len(expression) == 1:
        ((name, argument),) = expression.items()
        if name == "Ref":
            return argument if isinstance(argument, str) else _label(argument)
        if name == "Fn::GetAtt":
            return f"{argument[0] if isinstance(argument[0], str) else _label(argument[0])}.{argument[1]}"
        return str(name)
    return "…"


def referent_of(text: str) -> tuple[Any, str | None] | None:
    """What a deploy-time string stands for when it is one reference alone: the thing, and its attribute or None."""
    expression = express(text)
    if not isinstance(expression, dict) or len(expression) != 1:
        return None
    ((name, argument),) = expression.items()
    if name == "Ref" and type(argument) is int:
        return living(argument), None
    if name == "Fn::GetAtt" and type(argument[0]) is int:
        return living(argument[0]), argument[1]
    return None


def _label(serial: int) -> str:
    referent = _referents.get(serial)
    return str(referent.node.logical_id) if referent is not None else "a construct that is gone"


def finish(expression: Any, resolve: Resolver) -> Any:
    """An expression as CloudFormation reads it; `resolve` gives what stands for a referent."""
    if type(expression) is dict:
        if len(expression) == 1:
            ((name, argument),) = expression.items()
            if name == "Ref" and type(argument) is int:
                return resolve(living(argument), None)
            if name == _TEXT:
                return _sub([finish(part, resolve) for part in argument])
            if name == _NAME:
                named = living(argument)
                resolve(named, None)  # refuses a name of another template
                return named.node.logical_id
            if name == "Fn::GetAtt" and type(argument) is list and type(argument[0]) is int:
                return resolve(living(argument[0]), argument[1])
        return {key: finish(item, resolve) for key, item in expression.items()}
    if type(expression) is list:
        return [finish(item, resolve) for item in expression]
    return expression


def living(serial: int) -> Any:
    """What an expression refers to; raises `TokenError` when it is gone."""
    referent = _referents.get(serial)
    if referent is None:
        raise TokenError("a deploy-time value of a construct that no longer exists", fix="keep its App alive")
    return referent


def _sub(parts: Sequence[Any]) -> Any:
    if all(isinstance(part, str) for part in parts):
        return "".join(parts)
    text: list[str] = []
    local: dict[str, Any] = {}
    taken = {_head(part) for part in parts if not isinstance(part, str)}
    for part in parts:
        if isinstance(part, str):
            text.append(part.replace("${", "${!"))
            continue
        name = _inline(part)
        if name is None:
            name = next((known for known, value in local.items() if value == part), None)
            if name is None:
                name = _fresh(part, taken | set(local))
                local[name] = part
        text.append(f"${{{name}}}")
    return {"Fn::Sub": ["".join(text), local] if local else "".join(text)}


def _inline(part: Any) -> str | None:
    if part.keys() == {"Ref"} and isinstance(part["Ref"], str):
        return str(part["Ref"])
    if part.keys() == {"Fn::GetAtt"} and all(isinstance(step, str) for step in part["Fn::GetAtt"]):
        return ".".join(part["Fn::GetAtt"])
    return None


def _head(part: Any) -> str:
    return (_inline(part) or "").partition(".")[0]


def _fresh(part: Any, taken: set[str]) -> str:
    ((name, argument),) = part.items()
    stem = argument if isinstance(argument, str) else name.removeprefix("Fn::")
    stem = "".join(word[:1].upper() + word[1:] for word in re.split(r"[^A-Za-z0-9]+", stem)) or "Value"
    if stem not in taken:
        return stem
    return next(name for name in (f"{stem}{number}" for number in count(2)) if name not in taken)


class Site:
    """One place in a resource's data that holds a deploy-time value: rewritten when logical ids are final.

    `top` is the first step of its path: the property it belongs to.
    """

    __slots__ = ("holder", "key", "expression", "top")

    def __init__(self, holder: Any, key: Any, expression: Any, top: Any) -> None:
        self.holder = holder
        self.key = key
        self.expression = expression
        self.top = top

    def write(self, resolve: Resolver) -> None:
        """Put what the expression now stands for into its place."""
        self.holder[self.key] = finish(self.expression, resolve)


def revive(value: Any, sites: Iterable[Site]) -> Any:
    """A copy of rendered data with its deploy-time values as tokens again, to be used elsewhere."""
    known = {(id(site.holder), site.key): site.expression for site in sites}

    def copy(holder: Any, key: Any, item: Any) -> Any:
        expression = known.get((id(holder), key))
        if expression is not None:
            return _marker(expression)
        if type(item) is dict:
            return {name: copy(item, name, entry) for name, entry in item.items()}
        if type(item) is list:
            return [copy(item, place, entry) for place, entry in enumerate(item)]
        return item

    return copy(None, None, value)


def render(value: Any, resolve: Resolver, sites: list[Site], path: tuple[Any, ...] = ()) -> Any:
    """Plain JSON data from Python values: tokens become intrinsics, None disappears, tuples become lists.

    Every deploy-time value found is noted in `sites`. Raises `TokenError` with the path for a broken marker, and
    `ConstructError` for values that JSON cannot hold.
    """
    kind = type(value)
    if kind is str:
        if str.isascii(value) and "\\ufd" not in value:
            return value
    elif kind is bool or kind is int:
        return value
    elif kind is dict:
        made: dict[str, Any] = {}
        for key, item in value.items():
            if item is None:
                continue
            name = key if type(key) is str and key.isascii() else _key(key, path)
            kind = type(item)
            if (kind is str and item.isascii() and "\\ufd" not in item) or kind is bool or kind is int:
                made[name] = item
            elif kind is dict or kind is list:
                made[name] = render(item, resolve, sites, (*path, name))
            else:
                _place(made, name, item, resolve, sites, (*path, name))
        return made
    elif kind is list or kind is tuple:
        items: list[Any] = [None] * len(value)
        for index, item in enumerate(value):
            if item is None:
                raise _unfit("None in a list", path, "leave the entry out, or write NoValue")
            kind = type(item)
            if kind is dict:
                items[index] = render(item, resolve, sites, (*path, index))
            elif kind is str and item.isascii() and "\\ufd" not in item:
                items[index] = item
            else:
                _place(items, index, item, resolve, sites, (*path, index))
        return items
    holder: list[Any] = [None]
    _place(holder, 0, value, resolve, sites, path)
    return holder[0]


def _place(holder: Any, key: Any, value: Any, resolve: Resolver, sites: list[Site], path: tuple[Any, ...]) -> None:
    kind = type(value)
    if kind is Token and hasattr(value, "_expression"):
        expression = value._expression
        holder[key] = finish(expression, resolve)
        sites.append(Site(holder, key, expression, path[0] if path else None))
    elif kind is str or kind is Token:
        try:
            expression = _express_text(value)
        except TokenError as error:
            raise TokenError(f"{_at(path)}: {error.message}", place=error.place or caller(), fix=error.fix) from None
        if type(expression) is str:
            holder[key] = expression
            return
        holder[key] = finish(expression, resolve)
        sites.append(Site(holder, key, expression, path[0] if path else None))
    elif kind is dict or kind is list or kind is tuple:
        holder[key] = render(value, resolve, sites, path)
    elif kind is bool or kind is int or kind is float:
        if kind is float and value - value != 0:
            raise _unfit(f"the number {value}", path, "give a finite number")
        holder[key] = value
    elif isinstance(value, ListToken):
        holder[key] = finish(value._expression, resolve)
        sites.append(Site(holder, key, value._expression, path[0] if path else None))
    elif hasattr(value, "to_cloudformation"):
        _place(holder, key, value.to_cloudformation(), resolve, sites, path)
    elif isinstance(value, str):
        _place(holder, key, str.__str__(value), resolve, sites, path)
    elif hasattr(value, "keys"):
        holder[key] = render(dict(value), resolve, sites, path)
    elif isinstance(value, set | frozenset):
        raise _unfit("a set, which has no order", path, "write sorted(...) around it")
    elif hasattr(value, "node"):
        raise _unfit(
            f"the construct {value.node.path} itself", path, "say which value of it: .ref, .arn or another attribute"
        )
    elif hasattr(value, "isoformat"):
        raise _unfit(f"a {kind.__name__}", path, "write it as text: value.isoformat()")
    else:
        raise _unfit(f"a {kind.__name__}", path, "give a string, number, boolean, list or dictionary")


def _unfit(what: str, path: Iterable[Any], instead: str) -> Exception:
    from .errors import ConstructError

    return ConstructError(f"{_at(path)}: a template cannot hold {what}", place=caller(), fix=instead)


def known_now(value: Any, what: str, place: Place | None = None) -> None:
    """Raise `TokenError` where a deploy-time value stands in what the template's maker must know."""
    sites: list[Site] = []
    render({what: value}, lambda *_: {}, sites)
    if sites:
        raise TokenError(
            f"{what} with a deploy-time value, which CloudFormation does not fill in there",
            place=place or caller(),
            fix="write text that is known when the template is made",
        )


def _at(path: Iterable[Any]) -> str:
    return "/".join(str(step) for step in path) or "the value"


def _key(key: Any, path: tuple[Any, ...]) -> str:
    if isinstance(key, Token) or (isinstance(key, str) and has_marker(key)):
        raise TokenError(
            f"{_at(path)}: the name of a property or entry cannot be a deploy-time value", place=caller(),
            fix="use a name that is known now",
        )  # fmt: skip
    if isinstance(key, str):
        return str.__str__(key)
    if isinstance(key, int) and not isinstance(key, bool):
        return str(key)
    raise _unfit(f"{key!r} as a name", path, "names are strings")


def join(separator: str, values: Sequence[str] | ListToken) -> str:
    """`Fn::Join`: the values with `separator` between them; known text is joined now."""
    if isinstance(values, ListToken) or isinstance(separator, Token):
        return intrinsic("Fn::Join", [separator, values])
    for value in values:
        if not isinstance(value, str):
            _stop(
                f"join(...) of {_shown(value)}", "the values are text: join(separator, tokens) for a deploy-time list"
            )
    text = separator.join(values)
    return Token(text) if has_marker(text) else text


def select(index: int | str, values: Sequence[str] | ListToken) -> Token:
    """`Fn::Select`: one entry of a list, counted from 0."""
    if isinstance(index, int) and (index < 0 or (isinstance(values, list | tuple) and index >= len(values))):
        size = f"0 to {len(values) - 1}" if isinstance(values, list | tuple) and values else "0 for the first"
        _stop(f"select({index}, …): there is no such entry", f"count from {size}")
    return intrinsic("Fn::Select", [index, values])


def split(separator: str, value: str) -> ListToken:
    """`Fn::Split`: a list from text; pick from it with `[index]` or `select`."""
    if type(separator) is not str or not separator or has_marker(separator):
        _stop("split(...) needs a separator of at least one character that is known now", 'write split(",", value)')
    return ListToken({"Fn::Split": [separator, express(value)]})


def sub(text: str, **values: Any) -> Token:
    """`Fn::Sub` written by hand; an f-string is usually shorter."""
    return intrinsic("Fn::Sub", [text, values] if values else text)


def import_value(name: str) -> Token:
    """`Fn::ImportValue`: an export of a stack outside this app; inside the app just use the attribute."""
    return intrinsic("Fn::ImportValue", name)


def base64(value: str) -> Token:
    """`Fn::Base64`."""
    return intrinsic("Fn::Base64", value)


def cidr(block: str, blocks: int, bits: int) -> ListToken:
    """`Fn::Cidr`: `blocks` address ranges (1 to 256) of `bits` host bits inside `block`."""
    for name, number, most in (("blocks", blocks, 256), ("bits", bits, 128)):
        if isinstance(number, int) and not 1 <= number <= most:
            _stop(f"cidr(...): {name} is {number}", f"from 1 to {most}")
    return ListToken({"Fn::Cidr": [express(block), blocks, bits]})


def get_azs(region: str = "") -> ListToken:
    """`Fn::GetAZs`: the Availability Zones of a region, of the stack's own when left out."""
    return ListToken({"Fn::GetAZs": express(region)})


if TYPE_CHECKING:

    @overload
    def if_(condition: Condition | str, then: T, otherwise: Absent) -> T | Absent: ...
    @overload
    def if_(condition: Condition | str, then: Absent, otherwise: T) -> T | Absent: ...
    @overload
    def if_(condition: Condition | str, then: T, otherwise: Token) -> T | Token: ...  # type: ignore[overload-overlap]
    @overload
    def if_(condition: Condition | str, then: Token, otherwise: T) -> T | Token: ...  # type: ignore[overload-overlap]
    @overload
    def if_(condition: Condition | str, then: Scalar, otherwise: Scalar) -> Scalar: ...
    @overload
    def if_(condition: Condition | str, then: T, otherwise: T) -> T | Absent: ...


def if_(condition: Any, then: Any, otherwise: Any) -> Any:
    """`Fn::If`: one value when the condition holds, the other when not; `NoValue` for none at all."""
    name = name_of(condition) if hasattr(condition, "node") else condition
    return _marker({"Fn::If": [name, express(then), express(otherwise)]})


def to_json(value: Any) -> str:
    """JSON text of a structure that may hold deploy-time values, where `json.dumps` would break them.

    A deploy-time value stands as text in its quotes; CloudFormation fills it in as it is, so one that holds quotes or
    backslashes would break the JSON.
    """
    held: dict[str, str] = {}

    def hold(item: Any) -> Any:
        if isinstance(item, str) and has_marker(item):
            key = f"\ufdef{len(held)}\ufdef"  # what no text of a user holds
            held[json.dumps(key)[1:-1]] = str.__str__(item)
            return key
        if isinstance(item, ListToken):
            _stop("a deploy-time list inside JSON text", "use join(',', tokens)")
        if isinstance(item, dict):
            return {_key(name, ()): hold(entry) for name, entry in item.items()}
        if isinstance(item, list | tuple):
            return [hold(entry) for entry in item]
        if item is None or isinstance(item, str | int) or (isinstance(item, float) and item - item == 0):
            return item
        plain = getattr(item, "to_cloudformation", None)
        if plain is None:
            _stop(
                f"to_json(...) of {_shown(item)}",
                "JSON knows text, finite numbers, True, False, None, lists and dictionaries",
            )
        return hold(plain())

    text = json.dumps(hold(value), sort_keys=True, separators=(",", ":"))
    for key, marker in held.items():
        text = text.replace(key, _escape_literals(marker))
    return Token(text) if held else text


def _escape_literals(text: str) -> str:
    pieces: list[str] = []
    end = 0
    for match in re.finditer(_MARKER, text):
        pieces += [json.dumps(text[end : match.start()])[1:-1], match[0]]
        end = match.end()
    return "".join([*pieces, json.dumps(text[end:])[1:-1]])


def secret_value(secret: str, key: str = "", *, stage: str = "", version: str = "") -> str:
    """A dynamic reference to a Secrets Manager secret; `secret` is its name or ARN, `key` one JSON field of it.

    Source: CloudFormation User Guide, dynamic references.
    """
    return f"{{{{resolve:secretsmanager:{secret}:SecretString:{key}:{stage}:{version}}}}}"


def ssm_value(name: str, version: int | None = None) -> str:
    """A dynamic reference to a Systems Manager parameter; without a version the newest is taken at deploy."""
    return f"{{{{resolve:ssm:{name}{'' if version is None else f':{version}'}}}}}"


def ssm_secure_value(name: str, version: int | None = None) -> str:
    """A dynamic reference to a Systems Manager SecureString; only some properties accept it."""
    return f"{{{{resolve:ssm-secure:{name}{'' if version is None else f':{version}'}}}}}"


def _pseudo(name: str) -> Token:
    return _marker({"Ref": f"AWS::{name}"})


class AWS:
    """The pseudo parameters: what CloudFormation knows about the deploy itself."""

    AccountId = _pseudo("AccountId")
    Partition = _pseudo("Partition")
    Region = _pseudo("Region")
    StackId = _pseudo("StackId")
    StackName = _pseudo("StackName")
    URLSuffix = _pseudo("URLSuffix")
    NotificationARNs = ListToken({"Ref": "AWS::NotificationARNs"})


NoValue: Absent = _pseudo("NoValue")  # type: ignore[assignment]
"""Stands for "leave this property out", for use in `if_`."""
