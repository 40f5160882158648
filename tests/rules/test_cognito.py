"""User pools: what must stay silent, and what only the deploy knows."""

from __future__ import annotations

from typing import Any

import pytest

from awsdeck.rules import check_resource
from awsdeck.rules.view import View

CLIENT = "AWS::Cognito::UserPoolClient"
DOMAIN = "AWS::Cognito::UserPoolDomain"


def said(type: str, **properties: Any) -> set[str]:
    view = View("It", type, {"Type": type, "Properties": {"UserPoolId": "eu-west-1_a", **properties}})
    return {finding.rule for finding in check_resource(view)}


@pytest.mark.parametrize(
    ("type", "properties"),
    [
        (
            CLIENT,
            {"CallbackURLs": ["http://localhost", "http://127.0.0.1:8080/in", "com.example.app:/in", {"Ref": "Url"}]},
        ),
        (
            CLIENT,
            {
                "AllowedOAuthFlows": ["client_credentials"],
                "GenerateSecret": {"Ref": "S"},
                "AllowedOAuthScopes": ["a/b"],
            },
        ),
        (
            CLIENT,
            {
                "AllowedOAuthFlows": ["client_credentials"],
                "GenerateSecret": "true",
                "AllowedOAuthScopes": [{"Ref": "S"}],
            },
        ),
        (CLIENT, {"AllowedOAuthFlows": {"Ref": "Flows"}, "AllowedOAuthScopes": ["aws.cognito.signin.user.admin"]}),
        (CLIENT, {"AccessTokenValidity": {"Ref": "T"}, "RefreshTokenValidity": 1}),
        (CLIENT, {"AccessTokenValidity": 24}),
        (
            CLIENT,
            {"AccessTokenValidity": 1_440, "RefreshTokenValidity": 1, "TokenValidityUnits": {"AccessToken": "minutes"}},
        ),
        (
            CLIENT,
            {"AccessTokenValidity": 90, "RefreshTokenValidity": 1, "TokenValidityUnits": {"AccessToken": {"Ref": "U"}}},
        ),
        (DOMAIN, {"Domain": {"Ref": "Name"}}),
        (DOMAIN, {"Domain": "auth.example.com", "CustomDomainConfig": {"CertificateArn": {"Ref": "Certificate"}}}),
        (
            DOMAIN,
            {
                "Domain": "auth.aws-users.example.com",
                "CustomDomainConfig": {"CertificateArn": "arn:aws:acm:us-east-1:123456789012:certificate/x"},
            },
        ),
    ],
)
def test_what_cognito_takes_is_left_alone(type: str, properties: dict[str, Any]) -> None:
    assert said(type, **properties) == set()
