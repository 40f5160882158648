"""Who may sign in to Redis and Valkey caches, and how: tokens, users, and the groups they come in."""

from __future__ import annotations

import re

from ..limits import AUTH_TOKEN_LEAST, AUTH_TOKEN_MOST
from ..policies.access import generated, literal, spelled
from ..vocabulary import ABSENT, Violation, is_unknown, number, truth
from .cacheengines import IAM_SINCE, USERS_SINCE, before, spelled_out
from .caches import GROUP, USER, USERS, engine_of, has, switched

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator

    from ..graph import Graph
    from ..view import View

SECRET = "AWS::SecretsManager::Secret"  # noqa: S105  (a type)
_TOKEN_SIGNS = "!&#$^<>-"  # noqa: S105  (the signs that a token may have)
_FILLED_IN = r"\{\{resolve:secretsmanager:\$\{(\w+)\}(?::SecretString(?::([^:}]*))?)?"
_PUNCTUATION = "!\"#$%&'()*+,-./:;<=>?@[\\]^_`{|}~"
"""What Secrets Manager takes for punctuation. Source: Secrets Manager API Reference, GetRandomPassword."""


def token(view: View) -> Iterator[Violation]:
    value = view.get("AuthToken")
    if value is not ABSENT:
        if switched(view, "TransitEncryptionEnabled") is False:
            yield Violation(
                ("AuthToken",),
                message="a token goes over the network in the clear unless clients come over TLS",
                fix="set TransitEncryptionEnabled to true",
            )
        written = literal(value)
        if written is not None:
            yield from _spelling(written)
        groups = view.get("UserGroupIds")
        if isinstance(groups, list) and groups and not any(isinstance(one, dict) and "Fn::If" in one for one in groups):
            yield Violation(
                ("AuthToken",),
                message="clients sign in with one token or as users of a group, not with both",
                fix="leave AuthToken or UserGroupIds out",
            )
    if engine_of(view) == "valkey" and not has(view, "TransitEncryptionEnabled"):
        yield Violation(
            ("TransitEncryptionEnabled",),
            message="with Valkey it must be said whether clients come over TLS",
            fix="set TransitEncryptionEnabled to true",
        )


def _spelling(written: str) -> Iterator[Violation]:
    allowed = f"{AUTH_TOKEN_LEAST} to {AUTH_TOKEN_MOST} letters, digits and {' '.join(_TOKEN_SIGNS)}"
    fits = AUTH_TOKEN_LEAST <= len(written) <= AUTH_TOKEN_MOST
    if not fits or not re.fullmatch(rf"[A-Za-z0-9{re.escape(_TOKEN_SIGNS)}]*", written):
        yield Violation(
            ("AuthToken",),
            message="the token has {n} characters" if not fits else "the token has signs that are not allowed",
            fix="let Secrets Manager make one, without punctuation",
            allowed=allowed,
            n=len(written),
        )


def users(view: View) -> Iterator[Violation]:
    groups = view.get("UserGroupIds")
    if not isinstance(groups, list) or not groups:
        return
    if switched(view, "TransitEncryptionEnabled") is False:
        yield Violation(
            ("UserGroupIds",),
            message="users can only sign in over TLS",
            fix="set TransitEncryptionEnabled to true",
        )
    engine = engine_of(view)
    since = USERS_SINCE.get(engine or "")
    if since is not None and before(view.get("EngineVersion"), since):
        yield Violation(
            ("UserGroupIds",),
            message="{engine} knows users from version {since} on",
            fix="choose a later EngineVersion",
            engine=engine,
            since=spelled_out(since),
        )
    if len(groups) > 1 and not any(is_unknown(one) and "Ref" not in one for one in groups if isinstance(one, dict)):
        yield Violation(
            ("UserGroupIds",),
            message="a cache has one group of users, {n} are named",
            fix="put all users into one group",
            n=len(groups),
        )


def identities(view: View) -> Iterator[Violation]:
    """A user that signs in with IAM is known by one name."""
    mode = literal(view.get("AuthenticationMode/Type"))
    id, name = view.get("UserId"), view.get("UserName")
    if mode is None or mode.lower() != "iam":
        return
    first, second = literal(id), literal(name)
    if first is not None and second is not None and first.lower() != second:
        yield Violation(
            ("UserName",),
            message="a user that signs in with IAM has the same UserId and UserName",
            fix="write {id_} as UserName",
            allowed=first.lower(),
            value=second,
            id_=first.lower(),
        )


def passwords(view: View) -> Iterator[Violation]:
    mode = literal(view.get("AuthenticationMode/Type"))
    given = view.get("AuthenticationMode/Passwords")
    engine = engine_of(view)
    if mode is not None and mode.lower() == "password" and given is ABSENT:
        yield Violation(
            ("AuthenticationMode", "Passwords"),
            message="a user with a password needs one",
            fix="name one or two passwords, from Secrets Manager",
        )
    elif mode is not None and mode.lower() != "password" and given is not ABSENT:
        yield Violation(
            ("AuthenticationMode", "Passwords"),
            message="a user of mode {mode} has no password",
            fix="leave Passwords out, or set Type to password",
            mode=mode,
        )
    if isinstance(given, list) and len(given) > 2:
        yield Violation(
            ("AuthenticationMode", "Passwords"), message="a user has at most two passwords", allowed="1 or 2",
            fix="keep the one in use and the next one",
        )  # fmt: skip
    free = (mode is not None and mode.lower() == "no-password-required") or switched(view, "NoPasswordRequired")
    if engine == "valkey" and free:
        yield Violation(
            ("AuthenticationMode",),
            message="every Valkey user signs in with a password or with IAM",
            fix="set AuthenticationMode to password or iam",
        )


def made_up(graph: Graph) -> Iterator[Violation]:
    """Tokens that Secrets Manager makes, which must be spelled as ElastiCache takes them."""
    for group in graph.of(GROUP):
        for path, value in group.values("AuthToken"):
            found = re.match(_FILLED_IN, spelled(value) or "") if isinstance(value, dict) else None
            secret = group.member.views.get(found[1]) if found and group.member is not None else None
            made = secret.get("GenerateSecretString") if secret is not None and secret.type == SECRET else ABSENT
            if secret is None or not isinstance(made, dict) or is_unknown(made):
                continue
            if "GenerateStringKey" in made and found is not None and not found[2]:
                yield Violation(
                    path,
                    view=group,
                    message="{secret} is JSON, and the token would be all of it",
                    fix="name its field: {{resolve:secretsmanager:…:SecretString:field}}",
                    secret=secret.id,
                )
                continue
            left = set(_PUNCTUATION) - set(_TOKEN_SIGNS) - set(str(made.get("ExcludeCharacters", "")))
            length = number(made.get("PasswordLength", 32))
            plain = truth(made.get("ExcludePunctuation", False))
            if (plain is False and left) or (length is not None and not AUTH_TOKEN_LEAST <= length <= AUTH_TOKEN_MOST):
                yield Violation(path, view=group, secret=secret.id)


def default_users(graph: Graph) -> Iterator[Violation]:
    for group in graph.of(USERS):
        for world in group.worlds():
            yield from _members(graph, group, world)


def _members(graph: Graph, group: View, world: View) -> Iterator[Violation]:
    ids = world.get("UserIds")
    if not isinstance(ids, list) or generated(group):
        return
    known = {literal(user.get("UserId")): user for user in graph.of(USER) if user.member is group.member}
    seen: dict[str, str] = {}
    complete = True
    for index, value in enumerate(ids):
        found = graph.target(group, value)
        written = literal(value)
        user = found.view if found is not None and found.view.type == USER else known.get(written) if written else None
        name = literal(user.get("UserName")) if user is not None else "default" if written == "default" else None
        if name is None:
            complete = False
            continue
        if name in seen:
            yield Violation(
                ("UserIds", index),
                view=group,
                message="two users of one group are called {name}",
                fix="keep one of them",
                name=name,
            )
        seen[name] = name
    engine = literal(world.get("Engine"))
    if engine is not None and engine.lower() == "redis" and complete and "default" not in seen:
        yield Violation(("UserIds",), view=group)


def iam_since(graph: Graph) -> Iterator[Violation]:
    """Groups of users that sign in with IAM, on engines that do not know it yet."""
    signing = {
        id(user) for user in graph.of(USER) if (literal(user.get("AuthenticationMode/Type")) or "").lower() == "iam"
    }
    if not signing:
        return
    for view in graph.of(GROUP):
        engine = engine_of(view)
        since = IAM_SINCE.get(engine or "")
        if since is None or not before(view.get("EngineVersion"), since):
            continue
        for path, value in view.values("UserGroupIds/*"):
            group = graph.target(view, value)
            members = () if group is None else group.view.values("UserIds/*")
            found = [graph.target(group.view, one) for _, one in members] if group is not None else []
            if any(one is not None and id(one.view) in signing for one in found):
                yield Violation(path, view=view, engine=engine, since=spelled_out(since))
