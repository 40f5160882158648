"""APIs as the examples of several rules need them."""

from __future__ import annotations

from .apigateway import API, DEPLOYMENT, METHOD, PLAN, RESOURCE, STAGE
from .apis import AUTHORIZER

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any

FUNCTION = "AWS::Lambda::Function"
PLAN_KEY = "AWS::ApiGateway::UsagePlanKey"


def of(type: str, /, **properties: Any) -> dict[str, Any]:
    """A resource."""
    return {"Type": type, "Properties": properties}


def method(**integration: Any) -> dict[str, Any]:
    """A method that asks for signed requests and leads somewhere."""
    return {
        "RestApiId": "a", "ResourceId": "r", "HttpMethod": "GET", "AuthorizationType": "AWS_IAM", "Integration": integration,
    }  # fmt: skip


def mock(**properties: Any) -> dict[str, Any]:
    """A method that leads nowhere."""
    return {**method(Type="MOCK"), **properties}


def app(**more: Any) -> dict[str, Any]:
    """An API with one method, deployed to one stage, and more; None takes something out."""
    resources: dict[str, Any] = {
        "Api": of(API, Name="a"),
        "Get": of(METHOD, **{**mock(), "RestApiId": {"Ref": "Api"}, "ResourceId": {"Fn::GetAtt": ["Api", "RootResourceId"]}}),
        "Deployment": {**of(DEPLOYMENT, RestApiId={"Ref": "Api"}), "DependsOn": "Get"},
        "Stage": of(STAGE, RestApiId={"Ref": "Api"}, DeploymentId={"Ref": "Deployment"}, StageName="prod"),
        **more,
    }  # fmt: skip
    return {"Resources": {id: body for id, body in resources.items() if body is not None}}


def get(**properties: Any) -> dict[str, Any]:
    """A method of the root of that API."""
    place = {"RestApiId": {"Ref": "Api"}, "ResourceId": {"Fn::GetAtt": ["Api", "RootResourceId"]}}
    return of(METHOD, **{**mock(), **place, **properties})


def authorizing(**properties: Any) -> dict[str, Any]:
    """An authorizer; None takes a property out."""
    given = {
        "RestApiId": "a", "Name": "n", "AuthorizerUri": "x", "IdentitySource": "method.request.header.A", **properties,
    }  # fmt: skip
    return of(AUTHORIZER, **{name: value for name, value in given.items() if value is not None})


def path_of(id: str, part: str, parent: Any = None) -> dict[str, Any]:
    """A resource of that API, below another or the root."""
    above = {"Fn::GetAtt": ["Api", "RootResourceId"]} if parent is None else {"Ref": parent}
    return {id: of(RESOURCE, RestApiId={"Ref": "Api"}, ParentId=above, PathPart=part)}


LAMBDA_URI = "arn:aws:apigateway:us-east-1:lambda:path/2015-03-31/functions/arn:aws:lambda:us-east-1:123456789012:function:f/invocations"
A_CALL = {
    "Type": "AWS_PROXY", "IntegrationHttpMethod": "POST",
    "Uri": {"Fn::Sub": "arn:${AWS::Partition}:apigateway:${AWS::Region}:lambda:path/2015-03-31/functions/${F.Arn}/invocations"},
}  # fmt: skip
A_FUNCTION = of(
    FUNCTION, Role="arn:aws:iam::123456789012:role/r", Code={"ZipFile": "x"}, Handler="index.h", Runtime="python3.13"
)
A_PLAN = of(PLAN, ApiStages=[{"ApiId": {"Ref": "Api"}, "Stage": {"Ref": "Stage"}}])
A_LINK = of(PLAN_KEY, KeyId="k", KeyType="API_KEY", UsagePlanId={"Ref": "Plan"})
A_TOKEN = of(
    AUTHORIZER,
    RestApiId={"Ref": "Api"},
    Name="t",
    Type="TOKEN",
    AuthorizerUri="x",
    IdentitySource="method.request.header.A",
)
