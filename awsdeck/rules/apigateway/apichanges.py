"""What happens to callers of a REST API when it, its stages or its deployment change."""

from __future__ import annotations

from ..functions.aliases import called
from ..templates.update import differs, pairs
from ..vocabulary import Update, Violation, is_unknown
from .apigateway import API, DEPLOYMENT, METHOD, RESOURCE, STAGE
from .apipicture import PARTS, pictured
from .apis import Apis

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator
    from typing import Any

    from ..graph import Graph
    from ..view import View
    from .apis import Api

TYPES = (API, STAGE, DEPLOYMENT, METHOD, RESOURCE)


def moved(before: Graph, after: Graph) -> Iterator[Violation]:
    """Stages with another address, and deployments that stay as they are while the API changes."""
    for old, new in pairs(before, after, STAGE):
        for prop in ("StageName", "RestApiId"):
            if differs(old.get(prop), new.get(prop)):
                yield Violation(
                    (prop,),
                    view=new,
                    message="callers of {id} need another address: the old one goes with the old {prop}",
                    fix="add a second stage, move the callers over, and take this one out later",
                )
                break
    yield from _stale(before, after)


def _stale(before: Graph, after: Graph) -> Iterator[Violation]:
    earlier = {(api.view.member.name if api.view.member else "", api.view.id): api for api in before.kept(Apis).all}
    single = len(before.members) == len(after.members) == 1
    for api in after.kept(Apis).all:
        name = api.view.member.name if api.view.member is not None else ""
        old = earlier.get((name, api.view.id))
        if old is None and single:
            old = next((one for one in before.kept(Apis).all if one.view.id == api.view.id), None)
        if old is None or not api.deployments or not old.deployments:
            continue
        kept = {view.id for view in old.deployments} & {view.id for view in api.deployments}
        if len(kept) < len(api.deployments):
            continue
        changed = _changed(old, api, before, after)
        if changed is not None:
            yield Violation(
                ("/",),
                view=api.deployments[0],
                message="{changed} changes, and {id} does not, so the stage goes on serving the API as it was",
                fix="give the deployment another logical id, for example one with a hash of the API",
                changed=changed,
            )


def _changed(old: Api, new: Api, before: Graph, after: Graph) -> str | None:
    """The first resource of an API that is surely another than before."""
    was, now = _shown(old, before), _shown(new, after)
    for id in sorted({*was, *now}):
        one, other = was.get(id), now.get(id)
        if one is None or other is None:
            return id
        if one.type != other.type or differs(
            pictured(one.type, one.properties), pictured(other.type, other.properties)
        ):
            return id
        if one.type == METHOD and _leads_elsewhere(one, other, before, after):
            return id
    return None


def _leads_elsewhere(one: View, other: View, before: Graph, after: Graph) -> bool:
    """Whether a method surely invokes another function than before, by the ids of both."""
    was = called(before, one, one.get("Integration/Uri"))
    now = called(after, other, other.get("Integration/Uri"))
    return was is not None and now is not None and was.function.id != now.function.id


def _shown(api: Api, graph: Graph) -> dict[str, View]:
    found = {api.view.id: api.view}
    for view in graph.of(*PARTS):
        target = graph.target(view, view.get("RestApiId"))
        if target is not None and target.view is api.view and not is_unknown(view.properties):
            found[view.id] = view
    return found


def _api(method: dict[str, Any], deployment: str, stage: str = "prod") -> dict[str, Any]:
    return {
        "Resources": {
            "Api": {"Type": API, "Properties": {"Name": "a"}},
            "Get": {
                "Type": METHOD,
                "Properties": {
                    "RestApiId": {"Ref": "Api"}, "ResourceId": {"Fn::GetAtt": ["Api", "RootResourceId"]},
                    "HttpMethod": "GET", "AuthorizationType": "AWS_IAM", "Integration": method,
                },
            },
            deployment: {"Type": DEPLOYMENT, "Properties": {"RestApiId": {"Ref": "Api"}}, "DependsOn": "Get"},
            "Stage": {
                "Type": STAGE,
                "Properties": {"RestApiId": {"Ref": "Api"}, "DeploymentId": {"Ref": deployment}, "StageName": stage},
            },
        }
    }  # fmt: skip


_MOCK, _SLOW = {"Type": "MOCK"}, {"Type": "MOCK", "TimeoutInMillis": 100}
GOOD = (Update(_api(_MOCK, "DeploymentA"), _api(_SLOW, "DeploymentB")), Update(_api(_MOCK, "A"), _api(_MOCK, "A")))
BAD = (Update(_api(_MOCK, "A"), _api(_SLOW, "A")), Update(_api(_MOCK, "A"), _api(_MOCK, "A", "live")))
