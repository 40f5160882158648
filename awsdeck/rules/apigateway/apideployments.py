"""Amazon API Gateway: paths, stages and deployments of one API together."""

from __future__ import annotations

from ..policies.access import generated, literal, spelled
from ..vocabulary import ABSENT, Rule, Stacks, Violation
from .apiexamples import (
    app,
    get,
    of,
    path_of,
)
from .apigateway import API, DEPLOYMENT, METHOD, RESOURCE, STAGE
from .apis import Apis

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator
    from typing import Any

    from ..graph import Graph
    from ..view import View

ACCOUNT = "AWS::ApiGateway::Account"


def _mixed(graph: Graph) -> Iterator[Violation]:
    for api in graph.kept(Apis).all:
        body = api.view.get("Body")
        if (body is ABSENT and api.view.get("BodyS3Location") is ABSENT) or not (api.methods or api.resources):
            continue
        if literal(api.view.get("Mode")) == "merge":
            continue
        first = (api.methods or api.resources)[0]
        yield Violation(
            ("Body",) if body is not ABSENT else ("BodyS3Location",), view=api.view, severity="warning",
            message="the definition takes the place of everything in the API, of {other} too, whenever it changes",
            fix="put {other} into the definition, or leave the definition out", other=first.id,
        )  # fmt: skip


def _same_stage(graph: Graph) -> Iterator[Violation]:
    for api in graph.kept(Apis).all:
        names: dict[str, View] = {}
        for view in (*api.stages, *api.deployments):
            name = literal(view.get("StageName"))
            if name is None:
                continue
            other = names.setdefault(name, view)
            if other is not view and not (view.member is not None and view.member.exclusive(other, view)):
                if other.type == view.type == DEPLOYMENT:
                    continue  # the later one deploys to the stage again
                yield Violation(("StageName",), view=view, value=name, other=other.id)


def _deployed(graph: Graph) -> Iterator[Violation]:
    for api in graph.kept(Apis).all:
        if api.is_imported or api.view.get("CloneFrom") is not ABSENT or api.methods_elsewhere:
            continue
        for deployment in api.deployments:
            if generated(deployment):
                continue
            if not api.methods:
                yield Violation(("/",), view=deployment, message="the API has no method, so it cannot be deployed",
                                fix="add an AWS::ApiGateway::Method")  # fmt: skip
                continue
            waits = api.before(deployment)
            late = [
                method.id for method in api.methods if method.member is deployment.member and method.id not in waits
            ]
            if late and len(late) == len(api.methods):
                yield Violation(("/", "DependsOn"), view=deployment, methods=", ".join(late))
            elif late:
                yield Violation(
                    ("/", "DependsOn"), view=deployment, severity="warning",
                    message="the deployment may be made before {methods}, which its stages would then lack",
                    methods=", ".join(late),
                )  # fmt: skip


def _siblings(graph: Graph) -> Iterator[Violation]:
    for api in graph.kept(Apis).all:
        below: dict[str, list[View]] = {}
        for resource in api.resources:
            above = api.spoken(resource, "ParentId")
            if above is not None:
                below.setdefault(above, []).append(resource)
        for above, several in below.items():
            seen: dict[str, View] = {}
            for resource in several:
                part = literal(resource.get("PathPart"))
                if part is None:
                    continue
                kind = "{}" if part.startswith("{") else part
                other = seen.setdefault(kind, resource)
                if other is resource or (resource.member is not None and resource.member.exclusive(other, resource)):
                    continue
                yield Violation(
                    ("PathPart",), view=resource,
                    message="{value} is there already, as {other}" if literal(other.get("PathPart")) == part
                    else "below one path there is one variable, and {other} is {was}",
                    fix="use the one resource for both", value=part, other=other.id, was=literal(other.get("PathPart")),
                )  # fmt: skip
            if any(str(literal(one.get("PathPart"))).endswith("+}") and one.id in below for one in api.resources):
                for one in api.resources:
                    if str(literal(one.get("PathPart"))).endswith("+}") and one.id == above:
                        yield Violation(
                            ("ParentId",), view=several[0],
                            message="nothing comes behind {was}, which takes all that follows",
                            fix="put it beside {other}", was=literal(one.get("PathPart")), other=one.id,
                        )  # fmt: skip


def _twice(graph: Graph) -> Iterator[Violation]:
    for api in graph.kept(Apis).all:
        for methods in api.places().values():
            seen: dict[str, View] = {}
            for method in methods:
                verb = literal(method.get("HttpMethod"))
                other = seen.setdefault(verb, method) if verb is not None else method
                if other is not method and not (method.member is not None and method.member.exclusive(other, method)):
                    yield Violation(("HttpMethod",), view=method, value=verb, other=other.id)


def _orphans(graph: Graph) -> Iterator[Violation]:
    for api in graph.kept(Apis).all:
        used = {api.spoken(method, "ResourceId") for method in api.methods}
        used |= {api.spoken(resource, "ParentId") for resource in api.resources}
        if None in used or api.methods_elsewhere:
            continue
        for resource in api.resources:
            if resource.id not in used and not generated(resource):
                yield Violation(("/",), view=resource, part=spelled(resource.get("PathPart")) or "a path")


def _unwritten(graph: Graph) -> Iterator[Violation]:
    if graph.of(ACCOUNT):
        return
    for stage in graph.of(STAGE):
        levels = [
            literal(row.get("LoggingLevel")) for _, row in stage.values("MethodSettings/*") if isinstance(row, dict)
        ]
        if stage.get("AccessLogSetting") is not ABSENT or {"ERROR", "INFO"} & set(levels):
            yield Violation(("AccessLogSetting",) if stage.has("AccessLogSetting") else ("MethodSettings",), view=stage)


def _accounts(graph: Graph) -> Iterator[Violation]:
    seen: dict[tuple[Any, Any], View] = {}
    for view in graph.of(ACCOUNT):
        member = view.member
        home = (None, None) if member is None else (member.region, member.account)
        other = seen.setdefault(home, view)
        if other is not view and not (member is not None and member.exclusive(other, view)):
            yield Violation(("/",), view=view, other=other.id)


RULES: tuple[Rule, ...] = (
    Rule(
        "API001", API, "warning",
        "a definition and resources of its own make one API",
        scope="graph",
        check=_mixed,
        source="CloudFormation Template Reference, AWS::ApiGateway::RestApi, Body and Mode",
        verified="docs",
        good=app(),
        bad=app(Api=of(API, Body={"swagger": "2.0", "info": {}, "paths": {}})),
    ),
    Rule(
        "API003", (STAGE, DEPLOYMENT), "error",
        "{other} is a stage {value} of the same API already",
        scope="graph",
        check=_same_stage,
        fix="give one of them another name, or leave StageName out of the deployment",
        source="course notes, API Gateway (maintain multiple versions of your API); API Gateway API Reference, CreateStage",
        good=app(Next=of(STAGE, RestApiId={"Ref": "Api"}, DeploymentId={"Ref": "Deployment"}, StageName="next")),
        bad=(
            app(Next=of(STAGE, RestApiId={"Ref": "Api"}, DeploymentId={"Ref": "Deployment"}, StageName="prod")),
            app(Deployment={**of(DEPLOYMENT, RestApiId={"Ref": "Api"}, StageName="prod"), "DependsOn": "Get"}),
        ),
    ),
    Rule(
        "API012", DEPLOYMENT, "error",
        "the deployment may be made before {methods}, and then fails: the REST API doesn't contain any methods",
        scope="graph",
        check=_deployed,
        fix="add DependsOn: {methods}",
        source="CloudFormation Template Reference, AWS::ApiGateway::Deployment, method dependency",
        verified="docs",
        good=app(),
        bad=(
            app(Deployment=of(DEPLOYMENT, RestApiId={"Ref": "Api"})), app(Get=None, Deployment=of(DEPLOYMENT, RestApiId={"Ref": "Api"})),
            app(Post=get(HttpMethod="POST")),
        ),
    ),
    Rule(
        "API019", RESOURCE, "error",
        "{value} is there twice",
        scope="graph",
        check=_siblings,
        source="API Gateway API Reference, CreateResource; API Gateway Developer Guide, set up a proxy integration with a "
        "proxy resource",
        verified="docs",
        good=app(**path_of("Orders", "orders"), **path_of("One", "{id}", "Orders"), **path_of("Lines", "lines", "One")),
        bad=(
            app(**path_of("A", "{order-id}"), **path_of("B", "{item-id}")), app(**path_of("A", "orders"), **path_of("B", "orders")),
            app(**path_of("A", "{proxy+}"), **path_of("B", "x", "A")),
        ),
    ),
    Rule(
        "API022", RESOURCE, "info",
        "{part} has no method, and nothing is below it",
        scope="graph",
        check=_orphans,
        fix="add a method, or take the resource out",
        source="API Gateway Developer Guide, methods for REST APIs in API Gateway",
        verified="docs",
        good=app(**path_of("Orders", "orders"), Put=get(HttpMethod="PUT", ResourceId={"Ref": "Orders"})),
        bad=app(**path_of("Orders", "orders")),
    ),
    Rule(
        "API024", METHOD, "error",
        "{other} answers {value} of the same path already",
        scope="graph",
        check=_twice,
        fix="keep one of the two",
        source="API Gateway API Reference, PutMethod",
        good=app(Post=get(HttpMethod="POST")),
        bad=app(Again=get()),
    ),
    Rule(
        "API014", STAGE, "info",
        "the stage logs, and nothing here gives API Gateway the role for it: without one the stage cannot be made",
        scope="graph",
        check=_unwritten,  # a warning would be a false alarm wherever another stack has set it, as is usual
        fix="add AWS::ApiGateway::Account with a CloudWatchRoleArn (ApiAccount), unless the account has it already",
        source="API Gateway Developer Guide, set up CloudWatch logging for REST APIs",
        verified="docs",
        good=app(
            Stage=of(STAGE, RestApiId={"Ref": "Api"}, DeploymentId={"Ref": "Deployment"}, StageName="prod",
                     AccessLogSetting={"DestinationArn": "arn:aws:logs:eu-west-1:123456789012:log-group:x", "Format": "x"}),
            Account=of(ACCOUNT, CloudWatchRoleArn="arn:aws:iam::123456789012:role/r"),
        ),
        bad=app(
            Stage=of(STAGE, RestApiId={"Ref": "Api"}, DeploymentId={"Ref": "Deployment"}, StageName="prod",
                     AccessLogSetting={"DestinationArn": "arn:aws:logs:eu-west-1:123456789012:log-group:x", "Format": "x"}),
        ),
    ),
    Rule(
        "API025", ACCOUNT, "warning",
        "the role for CloudWatch Logs is one setting of the account in a region, and {other} sets it too",
        scope="graph",
        check=_accounts,
        fix="keep one of the two",
        source="CloudFormation Template Reference, AWS::ApiGateway::Account",
        verified="docs",
        good={"Resources": {"A": of(ACCOUNT, CloudWatchRoleArn="arn:aws:iam::123456789012:role/r")}},
        bad=Stacks({
            "a": {"Resources": {"A": of(ACCOUNT, CloudWatchRoleArn="arn:aws:iam::123456789012:role/r")}},
            "b": {"Resources": {"B": of(ACCOUNT, CloudWatchRoleArn="arn:aws:iam::123456789012:role/r")}},
        }),
    ),
)  # fmt: skip
