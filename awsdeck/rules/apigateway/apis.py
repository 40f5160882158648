"""What belongs to which REST API of a graph: resources, methods, deployments, stages."""

from __future__ import annotations

from ..policies.access import identity, literal, spelled
from ..vocabulary import ABSENT, as_list
from .apigateway import API, DEPLOYMENT, METHOD, RESOURCE, STAGE

TYPE_CHECKING = False
if TYPE_CHECKING:
    from ..graph import Graph
    from ..view import View

AUTHORIZER = "AWS::ApiGateway::Authorizer"


class Api:
    """A REST API of a graph with what is made for it.

    `methods_elsewhere`: some method of the graph may belong to it without saying so.
    """

    def __init__(self, view: View) -> None:
        self.view = view
        self.methods: list[View] = []
        self.resources: list[View] = []
        self.deployments: list[View] = []
        self.stages: list[View] = []
        self.methods_elsewhere = False

    @property
    def is_imported(self) -> bool:
        """Whether a definition says what its methods are."""
        return any(self.view.get(prop) is not ABSENT for prop in ("Body", "BodyS3Location"))

    @property
    def is_guarded(self) -> bool:
        """Whether a policy of its own, or a VPC, decides who comes as far as its methods."""
        types = as_list(self.view.get("EndpointConfiguration/Types"))
        return self.view.get("Policy") is not ABSENT or any(
            literal(one) != "EDGE" and literal(one) != "REGIONAL" for one in types
        )

    def spoken(self, view: View, prop: str) -> str | None:
        """What a property names: the id of a resource here, "/" for the root, or the text; None when that is unclear."""
        value = view.get(prop)
        found = view.graph.target(view, value) if view.graph is not None else None
        if found is not None:
            if found.view.type == RESOURCE:
                return found.view.id if found.view.member is view.member else None
            return "/" if found.view is self.view and found.attribute == "RootResourceId" else None
        return literal(value)

    def places(self) -> dict[str, list[View]]:
        """The methods of every path that can be told from others."""
        found: dict[str, list[View]] = {}
        for method in self.methods:
            place = self.spoken(method, "ResourceId")
            if place is not None:
                found.setdefault(place, []).append(method)
        return found

    def before(self, deployment: View) -> set[str]:
        """The resources that a deployment waits for, one after the other."""
        member = deployment.member
        if member is None:
            return set()
        next_of: dict[str, set[str]] = {}
        for edge in member.edges():
            next_of.setdefault(edge.source, set()).add(edge.target)
        done: set[str] = set()
        waiting = [deployment.id]
        while waiting:
            for one in next_of.get(waiting.pop(), ()):
                if one not in done:
                    done.add(one)
                    waiting.append(one)
        return done


class Apis:
    """Every REST API of a graph."""

    def __init__(self, graph: Graph) -> None:
        self.graph = graph
        self._of = {identity(view): Api(view) for view in graph.of(API)}
        lost = False
        for type, place in (
            (METHOD, "methods"),
            (RESOURCE, "resources"),
            (DEPLOYMENT, "deployments"),
            (STAGE, "stages"),
        ):
            for view in graph.of(type):
                api = self.of(view)
                if api is not None:
                    getattr(api, place).append(view)
                elif type == METHOD and literal(view.get("RestApiId")) is None:
                    lost = True
        for api in self._of.values():
            api.methods_elsewhere = lost

    @property
    def all(self) -> list[Api]:
        """The APIs in the order of their templates."""
        return list(self._of.values())

    def of(self, view: View) -> Api | None:
        """The API that something is made for, when it is in the graph."""
        found = self.graph.target(view, view.get("RestApiId"))
        return self._of.get(identity(found.view)) if found is not None else None

    def name_of(self, view: View) -> object:
        """What tells the API of something from others; None when only the deploy knows."""
        api = self.of(view)
        return identity(api.view) if api is not None else literal(view.get("RestApiId"))

    def covers(self, plan: View, api: Api) -> bool | None:
        """Whether a usage plan has a stage of an API."""
        unclear = False
        for _, stage in plan.values("ApiStages/*"):
            if not isinstance(stage, dict):
                continue
            found = self.graph.target(plan, stage.get("ApiId"))
            if found is not None:
                if found.view is api.view:
                    return True
            elif spelled(stage.get("ApiId")) is None or "${" in (spelled(stage.get("ApiId")) or ""):
                unclear = True
        return None if unclear else False
