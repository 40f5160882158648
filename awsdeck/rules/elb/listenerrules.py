"""Rules of listeners: their order, what requests they are about, and what happens to those."""

from __future__ import annotations

import re

from ..limits import CONDITION_VALUES_MOST, LISTENER_RULE_LAST, WEIGHTED_GROUPS_MOST
from ..policies.access import literal, only, together
from ..vocabulary import ABSENT, Between, Violation, is_unknown, number
from .balancing import LISTENER, LISTENER_RULE, Balancers, action_list, kind, known

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator
    from typing import Any

    from ..graph import Graph
    from ..view import View

    Path = tuple[str | int, ...]

_ONCE = ("host-header", "path-pattern", "http-request-method", "source-ip")
_PRIORITY = Between(1, LISTENER_RULE_LAST)
_CONFIGS = (
    "HostHeaderConfig", "PathPatternConfig", "HttpHeaderConfig", "HttpRequestMethodConfig", "QueryStringConfig",
    "SourceIpConfig",
)  # fmt: skip
_NAME_MOST = 40
_VALUE_MOST = 128
_LOGIN = ("authenticate-oidc", "authenticate-cognito", "jwt-validation")


def priority(view: View) -> Iterator[Violation]:
    value = view.get("Priority")
    if _PRIORITY(value) is False:
        yield Violation(
            ("Priority",), message="the priority of a rule is a whole number", value=value, allowed=_PRIORITY.allowed(view.mode),
            fix="choose one of them; rules with lower numbers come first",
        )  # fmt: skip


def same_priority(graph: Graph) -> Iterator[Violation]:
    listeners: dict[Any, list[View]] = {}
    found = graph.kept(Balancers)
    for rule in graph.of(LISTENER_RULE):
        listener = found.listener(rule)
        written = literal(rule.get("ListenerArn"))
        key = ("made", id(listener.member), listener.id) if listener is not None else ("arn", written)
        if key[1] is not None:
            listeners.setdefault(key, []).append(rule)
    for rules in listeners.values():
        for place, rule in enumerate(rules):
            for earlier in rules[:place]:
                if any(
                    number(one.get("Priority")) is not None
                    and number(one.get("Priority")) == number(two.get("Priority"))
                    for one, two in together(only(rule, "Priority"), only(earlier, "Priority"))
                ):
                    yield Violation(("Priority",), view=rule, other=earlier.id, priority=number(rule.get("Priority")))
                    break


def taken_priority(view: View) -> Iterator[Violation]:
    other = view.get("priority_taken_by")
    if isinstance(other, str):
        yield Violation(("priority",), other=other, priority=view.get("priority"))


def conditions(view: View) -> Iterator[Violation]:
    given = view.get("Conditions")
    if not isinstance(given, list):
        return
    if not given:
        yield Violation(("Conditions",), message="a rule without conditions is what the default action is for",
                        fix="give a condition")  # fmt: skip
        return
    fields: set[str] = set()
    count = 0
    for place, condition in enumerate(given):
        if not isinstance(condition, dict) or is_unknown(condition):
            return
        field = literal(condition.get("Field"))
        if field in _ONCE and field in fields:
            yield Violation(
                ("Conditions", place),
                message="a rule has at most one condition of field {field}, and this is the second",
                fix="put the values into one condition: any of them will do",
                field=field,
            )
        fields.add(field or "")
        for holder in (condition, *(condition.get(name) for name in _CONFIGS)):
            values = holder.get("Values") if isinstance(holder, dict) else None
            if isinstance(values, list):
                count += len(values)
            elif values is not None:
                return
    if count > CONDITION_VALUES_MOST:
        yield Violation(("Conditions",), n=count)


def content(graph: Graph) -> Iterator[Violation]:
    found = graph.kept(Balancers)
    for rule in graph.of(LISTENER_RULE):
        listener = found.listener(rule)
        balancer = None if listener is None else found.of(listener)
        if balancer is None:
            continue
        for world, its in together(only(rule, "Conditions"), only(balancer, "Type", "IpAddressType")):
            type = kind(its)
            if type == "gateway":
                yield Violation(
                    (), view=world, message="a Gateway Load Balancer has no rules", fix="use the default action"
                )
            if type != "network":
                continue
            if known(its, "IpAddressType", "ipv4") == "ipv4":
                yield Violation(
                    ("ListenerArn",),
                    view=world,
                    message="rules need an Application Load Balancer, or a dual-stack Network Load Balancer, and {balancer} is "
                    "neither",
                    fix="use an ALB for rules about hosts and paths, or set IpAddressType: dualstack",
                    balancer=balancer.id,
                )
                continue
            for path, condition in world.values("Conditions/*"):
                if not isinstance(condition, dict) or is_unknown(condition):
                    continue
                field = literal(condition.get("Field"))
                config = condition.get("SourceIpConfig")
                if field is not None and (field != "source-ip" or (isinstance(config, dict) and "Values" in config)):
                    yield Violation(
                        path,
                        view=world,
                        message="a Network Load Balancer looks at the kind of the source address alone, not at {field}",
                        fix="use an ALB, or a source-ip condition with SourceIpConfig.IpAddressType ipv4 or ipv6",
                        field="addresses" if field == "source-ip" else field,
                    )


def actions(view: View) -> Iterator[Violation]:
    name = action_list(view)
    given = view.get(name)
    actions = given if isinstance(given, list) else []
    kinds: list[str] = []
    for place, action in enumerate(actions):
        if not isinstance(action, dict) or is_unknown(action) or is_unknown(action.get("Type")):
            return
        type = text_of(action.get("Type"))
        kinds.append(type)
        groups = action.get("ForwardConfig")
        groups = groups.get("TargetGroups") if isinstance(groups, dict) else None
        if isinstance(groups, list):
            if len(groups) > WEIGHTED_GROUPS_MOST:
                yield Violation(
                    (name, place, "ForwardConfig", "TargetGroups"),
                    message="an action forwards to at most {most} target groups, not {n}",
                    fix="spread them over several rules",
                    most=WEIGHTED_GROUPS_MOST,
                    n=len(groups),
                )
            for at, entry in enumerate(groups):
                weight = entry.get("Weight", ABSENT) if isinstance(entry, dict) else ABSENT
                if Between(0, 999)(weight) is False:
                    yield Violation(
                        (name, place, "ForwardConfig", "TargetGroups", at, "Weight"),
                        message="a weight is a whole number",
                        value=weight,
                        allowed="0 to 999",
                    )
        yield from _redirect(view, action, (name, place, "RedirectConfig"))
    ends = [type for type in kinds if type not in _LOGIN]
    if kinds and len(ends) != 1:
        said = "no action says what to do in the end" if not ends else "only one action can say what to do in the end"
        yield Violation((name,), message=f"{said}: forward, redirect or fixed-response", fix="give exactly one of them")
    if view.type == LISTENER and known(view, "Protocol") == "HTTP":
        for place, type in enumerate(kinds):
            if type in _LOGIN:
                yield Violation(
                    (name, place, "Type"),
                    message="only an HTTPS listener can ask who somebody is",
                    fix="listen on HTTPS, and redirect from here",
                    value=type,
                )


def text_of(value: Any) -> str:
    """A text as it is, anything else as nothing."""
    return value if isinstance(value, str) else ""


def _redirect(view: View, action: dict[str, Any], path: Path) -> Iterator[Violation]:
    config = action.get("RedirectConfig")
    if action.get("Type") != "redirect" or not isinstance(config, dict) or is_unknown(config):
        return
    if view.type == LISTENER and known(view, "Protocol") == "HTTPS" and config.get("Protocol") == "HTTP":
        yield Violation(
            (*path, "Protocol"),
            message="a redirect from HTTPS to HTTP is refused",
            fix="redirect to HTTPS",
            value="HTTP",
        )
    if _leads_back(config, known(view, "Protocol"), number(view.get("Port"))):
        yield Violation(path, message=AGAIN, fix=ELSEWHERE)


AGAIN = "the redirect changes neither protocol, host, port nor path, so requests would come back for ever"
ELSEWHERE = "change one of them"


def _leads_back(config: dict[str, Any], protocol: str | None, port: float | None) -> bool:
    """Whether a redirect gives the address that it came from; protocol and port are those of the listener."""
    for name, kept, own in (
        ("Protocol", "#{protocol}", protocol),
        ("Port", "#{port}", None if port is None else f"{port:g}"),
        ("Host", "#{host}", None),
        ("Path", "/#{path}", None),
    ):
        value = config.get(name, kept)
        if is_unknown(value) or (value != kept and (own is None or str(value) != own)):
            return False
    return True


def loops(graph: Graph) -> Iterator[Violation]:
    """Rules whose redirect leads back to the listener they belong to."""
    found = graph.kept(Balancers)
    for rule in graph.of(LISTENER_RULE):
        listener = found.listener(rule)
        if listener is None or "RedirectConfig" not in str(rule.properties.get("Actions")):
            continue
        for world, heard in together(only(rule, "Actions"), only(listener, "Protocol", "Port")):
            for path, config in world.values("Actions/*/RedirectConfig"):
                if not isinstance(config, dict) or is_unknown(config) or _leads_back(config, None, None):
                    continue  # the rule alone has said it
                if _leads_back(config, known(heard, "Protocol"), number(heard.get("Port"))):
                    yield Violation(path, view=world)


def contents(view: View) -> Iterator[Violation]:
    for path, condition in view.values("Conditions/*"):
        if not isinstance(condition, dict) or is_unknown(condition):
            continue
        field = literal(condition.get("Field"))
        for name in (None, *_CONFIGS):
            config = condition if name is None else condition.get(name)
            values = config.get("Values") if isinstance(config, dict) else None
            for at, value in enumerate(values if isinstance(values, list) else ()):
                where = (*path, "Values", at) if name is None else (*path, name, "Values", at)
                yield from _content_of(field, value, where)
        header = condition.get("HttpHeaderConfig")
        header_name = literal(header.get("HttpHeaderName", ABSENT)) if isinstance(header, dict) else None
        if header_name is not None and (header_name.lower() == "host" or len(header_name) > _NAME_MOST):
            yield Violation(
                (*path, "HttpHeaderConfig", "HttpHeaderName"),
                message="a condition about a header names one of at most {most} characters, and hosts have their own",
                fix="use a host-header condition" if header_name.lower() == "host" else "choose another header",
                value=header_name,
                most=_NAME_MOST,
            )


def _content_of(field: str | None, value: Any, where: Path) -> Iterator[Violation]:
    written = literal(value)
    if written is None:
        return
    if field == "source-ip":
        from ipaddress import ip_network

        try:
            ip_network(written, strict=False)
            right = "/" in written
        except ValueError:
            right = False
        if not right:
            yield Violation(where, what="a block of addresses, such as 10.0.0.0/8", value=written)
    elif field == "http-request-method":
        if re.fullmatch(r"[A-Z_-]{1,40}", written) is None:
            yield Violation(where, what="the name of a method in capitals, such as GET", value=written)
    elif field == "path-pattern" and not written.startswith(("/", "*", "?")):
        yield Violation(
            where, severity="warning", message="paths begin with /, so this pattern fits none", value=written,
            fix="begin it with / or *",
        )  # fmt: skip
    elif len(written) > _VALUE_MOST:
        yield Violation(where, what=f"at most {_VALUE_MOST} characters long", value=written)
