"""User pools: what is on by default, their applications, their page."""

from __future__ import annotations

from typing import Any

import pytest

from awsdeck import App, ConstraintError, ConstructError, LambdaFunction, Stack, UserPool, UserPoolClient, inline
from awsdeck.synth import synthesize


@pytest.fixture
def stack() -> Stack:
    return Stack(App(), "shop", region="eu-west-1")


def resources(stack: Stack) -> dict[str, Any]:
    found: dict[str, Any] = synthesize(stack.node.root_app)[stack.name].template["Resources"]
    return found


def test_a_pool_is_closed_protected_and_kept(stack: Stack) -> None:
    UserPool(stack, "Users")
    made = resources(stack)["Users"]
    assert made["DeletionPolicy"] == "Retain"
    assert made["Properties"] == {
        "UserPoolName": "Users", "UsernameAttributes": ["email"], "AutoVerifiedAttributes": ["email"],
        "UsernameConfiguration": {"CaseSensitive": False}, "AdminCreateUserConfig": {"AllowAdminCreateUserOnly": True},
        "MfaConfiguration": "OPTIONAL", "EnabledMfas": ["SOFTWARE_TOKEN_MFA"], "DeletionProtection": "ACTIVE",
        "AccountRecoverySetting": {"RecoveryMechanisms": [{"Name": "verified_email", "Priority": 1}]},
        "Policies": {"PasswordPolicy": {
            "MinimumLength": 12, "RequireLowercase": True, "RequireNumbers": True, "RequireSymbols": True,
            "RequireUppercase": True, "TemporaryPasswordValidityDays": 3,
        }},
    }  # fmt: skip


def test_what_is_closed_by_default_can_be_opened(stack: Stack) -> None:
    UserPool(stack, "Users", sign_in_by="name", self_sign_up=True, mfa="off", deletion_protection=False, name="shop")
    made = resources(stack)["Users"]["Properties"]
    assert made["AdminCreateUserConfig"] == {"AllowAdminCreateUserOnly": False}
    assert (made["MfaConfiguration"], made["DeletionProtection"], made["UserPoolName"]) == ("OFF", "INACTIVE", "shop")
    assert "UsernameAttributes" not in made
    assert "EnabledMfas" not in made


def test_people_can_sign_in_by_mail_and_phone(stack: Stack) -> None:
    UserPool(stack, "Users", sign_in_by=["email", "phone"])
    made = resources(stack)["Users"]["Properties"]
    assert made["UsernameAttributes"] == ["email", "phone_number"]
    assert [one["Name"] for one in made["AccountRecoverySetting"]["RecoveryMechanisms"]] == [
        "verified_email", "verified_phone_number",
    ]  # fmt: skip


def test_a_client_tells_nobody_who_exists_and_its_tokens_can_be_revoked(stack: Stack) -> None:
    client = UserPool(stack, "Users").client("Web", callbacks=["https://shop.example.com/in"])
    assert isinstance(client, UserPoolClient)
    made = resources(stack)["UsersWeb"]["Properties"]
    assert (made["PreventUserExistenceErrors"], made["EnableTokenRevocation"]) == ("ENABLED", True)
    assert made["ExplicitAuthFlows"] == ["ALLOW_REFRESH_TOKEN_AUTH", "ALLOW_USER_SRP_AUTH"]
    assert made["AllowedOAuthFlows"] == ["code"]
    assert made["CallbackURLs"] == ["https://shop.example.com/in"]


def test_a_client_without_addresses_speaks_no_oauth(stack: Stack) -> None:
    UserPool(stack, "Users").client("App", sign_in=["srp", "custom"])
    made = resources(stack)["UsersApp"]["Properties"]
    assert not {"AllowedOAuthFlows", "AllowedOAuthFlowsUserPoolClient", "AllowedOAuthScopes"} & set(made)


def test_a_program_gets_tokens_with_a_secret_and_scopes_of_an_api(stack: Stack) -> None:
    pool = UserPool(stack, "Users")
    scopes = pool.scopes("orders", {"read": "look at orders"})
    pool.client("Robot", grants=["client_credentials"], scopes=scopes, secret=True)
    made = resources(stack)
    assert made["UsersScopesOrders"]["Properties"]["Scopes"] == [
        {"ScopeName": "read", "ScopeDescription": "look at orders"}
    ]
    assert made["UsersRobot"]["Properties"]["AllowedOAuthScopes"] == [{"Fn::Sub": "${UsersScopesOrders}/read"}]
    with pytest.raises(ConstraintError) as caught:
        UserPool(Stack(App(), "b"), "Users").client("Robot", grants=["client_credentials", "code"])
    assert "client_credentials takes a client with a secret" in str(caught.value)
    assert "client_credentials is the only grant of its client" in str(caught.value)


def test_an_unknown_way_to_sign_in_is_refused_with_those_there_are(stack: Stack) -> None:
    with pytest.raises(ConstructError, match="sign_in= 'sms'") as caught:
        UserPool(stack, "Users").client("App", sign_in=["sms"])  # type: ignore[list-item]
    assert "srp, password" in str(caught.value.fix)


def test_passwords_shorter_than_cognito_takes_are_refused(stack: Stack) -> None:
    with pytest.raises(ConstraintError) as caught:
        UserPool(stack, "Users", password_length=5)
    assert "MinimumLength" in str(caught.value)


def test_the_page_is_a_prefix_or_a_name_of_ones_own(stack: Stack) -> None:
    pool = UserPool(stack, "Users")
    assert str.__str__(pool.add_domain("shop").url).startswith("https://shop.auth.")
    other = UserPool(stack, "Others")
    with pytest.raises(ConstructError, match="needs a certificate of us-east-1"):
        other.add_domain("login.example.com")
    third = UserPool(stack, "Third")
    page = third.add_domain("login.example.com", certificate="arn:aws:acm:us-east-1:123456789012:certificate/x")
    assert page.url == "https://login.example.com"
    assert page.alias_target().evaluate_health is False
    with pytest.raises(ConstructError, match="needs no record"):
        pool.node.children["Domain"].alias_target()  # type: ignore[attr-defined]


def test_a_trigger_is_invoked_by_this_pool_alone(stack: Stack) -> None:
    function = LambdaFunction(stack, "F", code=inline("def handler(e, c):\n    return e\n"), runtime="python3.13")
    UserPool(stack, "Users", triggers={"PreSignUp": function})
    made = resources(stack)
    assert made["Users"]["Properties"]["LambdaConfig"] == {"PreSignUp": {"Fn::GetAtt": ["F", "Arn"]}}
    (let,) = (body["Properties"] for body in made.values() if body["Type"] == "AWS::Lambda::Permission")
    assert let["Principal"] == "cognito-idp.amazonaws.com"
    assert let["SourceArn"] == {"Fn::GetAtt": ["Users", "Arn"]}


def test_an_existing_pool_is_known_by_id_or_arn(stack: Stack) -> None:
    one = UserPool.from_id(stack, "One", "eu-west-1_aB3dE6gH9")
    two = UserPool.from_arn(stack, "Two", "arn:aws:cognito-idp:eu-west-1:123456789012:userpool/eu-west-1_aB3dE6gH9")
    assert one.pool_id == two.pool_id == "eu-west-1_aB3dE6gH9"
    with pytest.raises(ConstructError, match="is not the ARN of something of cognito-idp"):
        UserPool.from_arn(stack, "Three", "arn:aws:sqs:eu-west-1:123456789012:x")


@pytest.mark.parametrize(
    ("mistake", "said"),
    [
        (lambda s: UserPool(s, "U", sign_in_by=[]), "nobody can sign in by nothing"),
        (lambda s: UserPool(s, "U", triggers={"PreSignUp": "f"}), "a str cannot be the trigger PreSignUp"),  # type: ignore[dict-item]
        (lambda s: UserPool(s, "U").scopes("orders", ["read"]), "scopes= takes a dictionary, not a list"),  # type: ignore[arg-type]
        (lambda s: UserPool(s, "U").scopes(5, {}), "identifier= takes text, not 5"),  # type: ignore[arg-type]
        (lambda s: UserPool.from_id(s, "U", "users"), "'users' is not a name"),
    ],
)
def test_what_cannot_be_meant_of_a_pool_is_told_at_the_users_line(stack: Stack, mistake: Any, said: str) -> None:
    with pytest.raises(ConstructError) as caught:
        mistake(stack)
    assert said in caught.value.message
    assert caught.value.place is not None
    assert caught.value.place.file == __file__


@pytest.mark.parametrize(
    ("keywords", "rule"),
    [
        ({"callbacks": ["http://shop.example.com"]}, "COG001"),
        ({"callbacks": ["https://shop.example.com"], "scopes": ["mail"]}, "COG002"),
        ({"grants": ["client_credentials"], "secret": True}, "COG002"),
    ],
)
def test_a_client_that_cognito_refuses_is_told_by_the_rule(stack: Stack, keywords: dict[str, Any], rule: str) -> None:
    with pytest.raises(ConstraintError) as caught:
        UserPool(stack, "Users").client("App", **keywords)
    assert {finding.rule for finding in caught.value.findings} == {rule}


def test_a_page_of_ones_own_takes_a_certificate_of_us_east_1(stack: Stack) -> None:
    with pytest.raises(ConstraintError) as caught:
        UserPool(stack, "Users").add_domain(
            "auth.example.com",
            certificate="arn:aws:acm:eu-west-1:123456789012:certificate/12345678-1234-1234-1234-123456789012",
        )
    assert {finding.rule for finding in caught.value.findings} == {"COG004"}
