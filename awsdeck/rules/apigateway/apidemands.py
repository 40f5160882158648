"""What API Gateway, functions, queues of events, state machines and mail demand beyond their schemas."""

from __future__ import annotations

from ..templates.demand import ArnOf, Demand, JsonText, Keys, Pieces, demanded
from ..vocabulary import Between, Is, IsNot, Length, Matches, OneOf, Present, Rule, StartsWith, Unset

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Mapping

_CODE = Matches(r"[1-5]\d\d", "a status code, such as 404")
_RESPONSES = OneOf(
    "ACCESS_DENIED", "API_CONFIGURATION_ERROR", "AUTHORIZER_CONFIGURATION_ERROR", "AUTHORIZER_FAILURE",
    "BAD_REQUEST_BODY", "BAD_REQUEST_PARAMETERS", "DEFAULT_4XX", "DEFAULT_5XX", "EXPIRED_TOKEN", "INTEGRATION_FAILURE",
    "INTEGRATION_TIMEOUT", "INVALID_API_KEY", "INVALID_SIGNATURE", "MISSING_AUTHENTICATION_TOKEN", "QUOTA_EXCEEDED",
    "REQUEST_TOO_LARGE", "RESOURCE_NOT_FOUND", "THROTTLED", "UNAUTHORIZED", "UNSUPPORTED_MEDIA_TYPE", "WAF_FILTERED",
)  # fmt: skip

_CALLERS = {
    "apigateway": ("execute-api",), "cognito-idp": ("cognito-idp",), "elasticloadbalancing": ("elasticloadbalancing",),
    "events": ("events",), "logs": ("logs",), "s3": ("s3",), "scheduler": ("scheduler",),
    "secretsmanager": ("secretsmanager",), "sns": ("sns",), "sqs": ("sqs",),
}  # fmt: skip
"""Who calls functions, and of which service the ARN is that it calls for."""

_METHODS = "ANY|DELETE|GET|HEAD|OPTIONS|PATCH|POST|PUT"

# Source: the properties of each type in the CloudFormation Template Reference, and the API behind it.
DEMANDS: Mapping[str, tuple[Demand, ...]] = {
    "AWS::ApiGateway::Authorizer": (
        Demand("IdentitySource", Present(), {"Type": OneOf("TOKEN", "COGNITO_USER_POOLS")}),
    ),
    "AWS::ApiGateway::GatewayResponse": (
        Demand("ResponseType", _RESPONSES),
        Demand("StatusCode", _CODE),
        Demand(
            "ResponseParameters",
            Keys(r"gatewayresponse\.(?:header|querystring|path)\..+", "gatewayresponse.header.Access-Control-Allow-Origin"),
        ),
    ),
    "AWS::ApiGateway::Method": (
        Demand("AuthorizationType", OneOf("NONE", "AWS_IAM", "CUSTOM", "COGNITO_USER_POOLS")),
        Demand("HttpMethod", OneOf("ANY", "DELETE", "GET", "HEAD", "OPTIONS", "PATCH", "POST", "PUT")),
        Demand(
            "RequestParameters",
            Keys(r"method\.request\.(?:header|querystring|multivaluequerystring|multivalueheader|path)\..+", "method.request.path.id"),
        ),
        Demand(
            "Integration/RequestParameters",
            Keys(r"integration\.request\.(?:header|querystring|multivaluequerystring|multivalueheader|path)\..+", "integration.request.path.id"),
        ),
        Demand("MethodResponses/*/StatusCode", _CODE),
    ),
    "AWS::ApiGateway::Model": (Demand("Schema", JsonText()),),
    "AWS::ApiGateway::Stage": (Demand("DeploymentId", Present()),),
    "AWS::ApiGatewayV2::Api": (
        Demand("Name", Present(), {"Body": Unset(), "BodyS3Location": Unset()}),
        Demand("ProtocolType", OneOf("HTTP", "WEBSOCKET")),
        Demand("RouteSelectionExpression", Present(), {"ProtocolType": Is("WEBSOCKET")}),
    ),
    "AWS::ApiGatewayV2::Authorizer": (Demand("AuthorizerType", OneOf("JWT", "REQUEST")),),
    "AWS::ApiGatewayV2::DomainName": (
        Demand("EndpointType", OneOf("REGIONAL"), within="DomainNameConfigurations/*"),
        Demand("SecurityPolicy", OneOf("TLS_1_0", "TLS_1_2"), within="DomainNameConfigurations/*"),
    ),
    "AWS::ApiGatewayV2::Integration": (
        Demand("IntegrationType", OneOf("AWS", "AWS_PROXY", "HTTP", "HTTP_PROXY", "MOCK")),
        Demand("IntegrationUri", Present(), {"IntegrationType": Is("AWS_PROXY"), "IntegrationSubtype": Unset()}),
        Demand("PayloadFormatVersion", OneOf("1.0", "2.0")),
        Demand("TimeoutInMillis", Between(50, 30_000, "milliseconds")),
    ),
    "AWS::ApiGatewayV2::Route": (
        Demand("AuthorizationType", OneOf("NONE", "AWS_IAM", "CUSTOM", "JWT")),
        Demand("AuthorizerId", Present(), {"AuthorizationType": OneOf("CUSTOM", "JWT")}),
        Demand(
            "RouteKey",
            Matches(rf"(?!(?:{_METHODS}) +[^/]).*", "$default, or a method and a path that begins with a slash"),
        ),
        Demand("Target", StartsWith("integrations/")),
    ),
    "AWS::ApiGatewayV2::Stage": (
        Demand("StageName", Pieces(r"\$default|[\w-]*", "$default, or letters, digits, hyphens and underscores")),
        Demand("AccessLogSettings/Format", Present(), {"AccessLogSettings/DestinationArn": Present()}),
        Demand("AccessLogSettings/DestinationArn", Present(), {"AccessLogSettings/Format": Present()}),
    ),
    "AWS::CloudFormation::Stack": (
        Demand("TemplateURL", Matches(r"(?!s3:).*", "an address of Amazon S3 that begins with https://")),
    ),
    "AWS::CloudFormation::WaitCondition": (Demand("Timeout", Between(0, 43_200, "seconds")),),
    "AWS::CloudWatch::Alarm": (
        Demand("EvaluationPeriods", Present(), {"MetricName": Present()}),
        Demand("AlarmActions/*", StartsWith("arn:")),
        Demand("InsufficientDataActions/*", StartsWith("arn:")),
        Demand("OKActions/*", StartsWith("arn:")),
    ),
    "AWS::Events::Rule": (Demand("Input", JsonText(), within="Targets/*"),),
    "AWS::KinesisFirehose::DeliveryStream": (
        Demand("KinesisStreamSourceConfiguration", Present(), {"DeliveryStreamType": Is("KinesisStreamAsSource")}),
        Demand("KinesisStreamSourceConfiguration", Unset(), {"DeliveryStreamType": Is("DirectPut", default="DirectPut")}),
        Demand("MSKSourceConfiguration", Present(), {"DeliveryStreamType": Is("MSKAsSource")}),
        Demand("S3DestinationConfiguration", Unset(), {"ExtendedS3DestinationConfiguration": Present()}),
    ),
    "AWS::Lambda::EventSourceMapping": (
        Demand("EventSourceArn", Present(), {"SelfManagedEventSource": Unset()}),
        Demand("Pattern", JsonText(), within="FilterCriteria/Filters/*"),
    ),
    "AWS::Lambda::Function": (
        Demand("LoggingConfig/ApplicationLogLevel", Unset(), {"LoggingConfig/LogFormat": Is("Text", default="Text")}),
        Demand("LoggingConfig/SystemLogLevel", Unset(), {"LoggingConfig/LogFormat": Is("Text", default="Text")}),
        Demand(
            "Code/S3Bucket", Present(), {"Code/ZipFile": Unset(), "Code/ImageUri": Unset()}, fix="say where the code is"
        ),
        Demand("Code/ZipFile", Length(1, 4_194_304)),
    ),
    "AWS::Lambda::Permission": tuple(
        Demand("SourceArn", ArnOf(*named), {"Principal": Is(f"{service}.amazonaws.com")})
        for service, named in _CALLERS.items()
    ),
    "AWS::SES::ConfigurationSet": (Demand("TrackingOptions/CustomRedirectDomain", Present(), {"TrackingOptions": Present()}),),
    "AWS::SES::ContactList": (
        Demand("DefaultSubscriptionStatus", OneOf("OPT_IN", "OPT_OUT"), within="Topics/*"),
    ),
    "AWS::StepFunctions::Activity": (
        Demand("Name", Pieces(r"[^\s<>{}\[\]?*\"#%\\^|~`$&,;:/]*", "a name without blanks, brackets and special characters")),
    ),
    "AWS::XRay::Group": (
        Demand(
            "InsightsConfiguration/NotificationsEnabled", IsNot(True), {"InsightsConfiguration/InsightsEnabled": Is(False)}
        ),
    ),
}  # fmt: skip

RULES: tuple[Rule, ...] = (
    demanded(
        "TPL024",
        "a property of an API, a function or an event is what its service asks for",
        DEMANDS,
        good=({"Type": "AWS::ApiGatewayV2::Integration", "Properties": {"ApiId": "a", "IntegrationType": "MOCK"}},),
        bad=({"Type": "AWS::ApiGatewayV2::Integration", "Properties": {"ApiId": "a", "IntegrationType": "MOCKED"}},),
    ),
)  # fmt: skip
