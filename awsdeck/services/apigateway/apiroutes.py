"""What a REST API answers: methods and paths as a table, and what each of them takes.

Source: API Gateway Developer Guide, choose an API Gateway API integration type; methods and resources.
"""

from __future__ import annotations

import re

from ...errors import ConstructError
from ...keywords import checked, checked_but
from ...rules.apigateway.apipaths import PART_WORDS, VERBS, VERBS_WORDS, is_part, is_variable
from ...source import caller
from ...tokens import describe, has_marker

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence
    from typing import Any, Literal, TypeAlias

    from ..security.cognito import UserPoolAccess
    from .authorizer import Authorizer
    from .integration import Target

    Auth: TypeAlias = "Literal['iam', 'none'] | Authorizer | UserPoolAccess"


class ApiModel:
    """The shape of a JSON body: a name of letters and digits, and a JSON schema (draft 4).

    Source: API Gateway Developer Guide, data models for REST APIs.
    """

    __slots__ = ("name", "schema", "content_type", "description")

    @checked
    def __init__(
        self, name: str, schema: Mapping[str, Any], *, content_type: str = "application/json", description: str = ""
    ) -> None:
        self.name = name
        self.schema = {"$schema": "http://json-schema.org/draft-04/schema#", **schema}
        self.content_type = content_type
        self.description = description


class Route:
    """A row of the table with more than a target; made by `route(…)`."""

    __slots__ = ("target", "auth", "scopes", "api_key", "public", "body", "query", "headers", "operation", "cache_by")

    def __init__(self, target: Target, **options: Any) -> None:
        self.target = target
        self.auth: Auth | None = options.get("auth")
        self.scopes: Sequence[str] = options.get("scopes", ())
        self.api_key: bool | None = options.get("api_key")
        self.public: str | None = options.get("public")
        self.body: ApiModel | None = options.get("body")
        self.query: Mapping[str, bool] = options.get("query", {})
        self.headers: Mapping[str, bool] = options.get("headers", {})
        self.operation: str | None = options.get("operation")
        self.cache_by: Sequence[str] = options.get("cache_by", ())


@checked_but("body")
def route(
    target: Target,
    *,
    auth: Auth | None = None,
    scopes: Sequence[str] = (),
    api_key: bool | None = None,
    public: str | None = None,
    body: ApiModel | None = None,
    query: Sequence[str] | Mapping[str, bool] = (),
    headers: Sequence[str] | Mapping[str, bool] = (),
    operation: str | None = None,
    cache_by: Sequence[str] = (),
) -> Route:
    """A target with what its callers must bring.

    - `auth`: as for `RestApi`, for this route alone; `scopes`: OAuth scopes, one of which a Cognito access token has.
    - `public`: why everybody may call it, whatever the API's own `auth` is; then API015 does not ask.
    - `api_key`: whether a key of a usage plan is asked for.
    - `body`: an `ApiModel` that JSON bodies are checked against.
    - `query`, `headers`: names that must be there, or names with whether they must (`{"page": False}`).
    - `cache_by`: which of the query parameters and headers tell one cached answer from another.
    - `operation`: a name for the method in generated SDKs.
    """
    if body is not None and not isinstance(body, ApiModel):
        raise ConstructError(
            f"route(…): body= takes an ApiModel, not a {type(body).__name__}", place=caller(),
            fix='write ApiModel("Order", {…}) around the schema',
        )  # fmt: skip
    return Route(
        target, auth=auth, scopes=tuple(scopes), api_key=api_key, public=public, body=body, query=_required("query", query),
        headers=_required("headers", headers), operation=operation, cache_by=tuple(cache_by),
    )  # fmt: skip


def _required(where: str, names: Sequence[str] | Mapping[str, bool]) -> dict[str, bool]:
    given: Any = names
    found: dict[Any, Any] = dict(given) if hasattr(given, "keys") else dict.fromkeys(given, True)
    if not all(isinstance(name, str) and isinstance(must, bool) for name, must in found.items()):
        raise ConstructError(
            f"route(…): {where}= takes names, and with each whether it must be there", place=caller(),
            fix=f'{where}=["page"], or {where}={{"page": False}}',
        )  # fmt: skip
    return found


class Key:
    """A row's method and path: `GET /orders/{id}`."""

    __slots__ = ("verb", "path")

    def __init__(self, verb: str, path: str) -> None:
        self.verb = verb
        self.path = path

    @property
    def parts(self) -> list[str]:
        """What stands between the slashes."""
        return [part for part in self.path.split("/") if part]

    @property
    def id(self) -> str:
        """The id of the method's construct."""
        return " ".join([self.verb, *self.parts])

    def __str__(self) -> str:
        return f"{self.verb} {self.path}"


def keys_of(where: str, rows: Iterable[str], known: Iterable[str] = ()) -> dict[str, Key]:
    """The keys of a table by how they are written; `known` are those that are there already.

    Raises `ConstructError` with every row that cannot be: unknown methods, bad paths, the same row twice, two variables
    in one place.
    """
    wrong: list[str] = []
    found: dict[str, Key] = {}
    table = Table(known)
    for row in rows:
        key, said = table.add(row)
        if key is None:
            wrong.append(f"{where}: {said}")
        else:
            found[row] = key
    if wrong:
        raise ConstructError(
            "\n".join(wrong), place=caller(),
            fix='write the method and the path, as in "GET /orders/{id}" or "ANY /files/{proxy+}"',
        )  # fmt: skip
    return found


class Table:
    """The rows of an API, told apart; `known` are those that are there already, as `GET /orders`."""

    def __init__(self, known: Iterable[str] = ()) -> None:
        self._taken: dict[str, str] = {row: row for row in known}
        self._variables: dict[str, tuple[str, str]] = {}
        for row in self._taken:
            _clashes(Key(*row.split(" ", 1)), row, self._variables)

    def add(self, row: str) -> tuple[Key | None, str]:
        """The key of one more row; None with what is wrong."""
        key, said = _key(row)
        if key is None:
            return None, said
        other = self._taken.get(str(key))
        if other is not None:
            return None, f"{row!r} is there twice, the other one as {other!r}"
        clash = _clashes(key, row, self._variables)
        if clash is not None:
            return None, clash
        self._taken[str(key)] = row
        return key, ""


def _key(row: str) -> tuple[Key | None, str]:
    if isinstance(row, str) and has_marker(row):
        return None, f"{describe(row)!r} holds a deploy-time value, and methods and paths are known text"
    words = row.split() if isinstance(row, str) else []
    if len(words) != 2:
        return None, f"{row!r} is not a method and a path"
    verb, path = words[0].upper(), words[1]
    if verb not in VERBS:
        return None, f"{row!r}: {words[0]} is no method; there are {VERBS_WORDS}"
    if not path.startswith("/") or "//" in path or (len(path) > 1 and path.endswith("/")):
        return None, f"{row!r}: a path begins with a slash and has one between its parts, and none at its end"
    key = Key(verb, path)
    names = []
    for place, part in enumerate(key.parts):
        if not is_part(part):
            return None, f"{row!r}: {part!r} cannot be part of a path; {PART_WORDS}"
        if part.endswith("+}") and place < len(key.parts) - 1:
            return None, f"{row!r}: {part} takes all that follows, so it is the last part"
        if is_variable(part):
            names.append(re.sub(r"[{}+]", "", part))
    twice = sorted({name for name in names if names.count(name) > 1})
    return (None, f"{row!r}: {{{twice[0]}}} is there twice") if twice else (key, "")


def _clashes(key: Key, row: str, variables: dict[str, tuple[str, str]]) -> str | None:
    above = ""
    mine: dict[str, tuple[str, str]] = {}
    for part in key.parts:
        if is_variable(part):
            other = variables.get(above)
            if other is not None and other[0] != part:
                return (
                    f"{row!r} has {part} where {other[1]!r} has {other[0]}: below {above or '/'} there is one variable, "
                    "under one name"
                )
            mine[above] = (part, row)
        above = f"{above}/{part}"
    for place, name in mine.items():
        variables.setdefault(place, name)
    return None
