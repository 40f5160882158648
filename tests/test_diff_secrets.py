"""What of a diff nobody may read."""

from __future__ import annotations

import json
from typing import Any

import pytest

from awsdeck.diff import ABSENT, diff
from awsdeck.diff.secrets import MASK, is_secret, masked_value


@pytest.mark.parametrize(
    "name",
    [
        "MasterUserPassword", "Password", "AuthToken", "DB_PASSWORD", "API_TOKEN", "api_key", "SecretString", "ClientSecret",
        "SecretAccessKey", "PrivateKey", "OAuthToken", "Passphrase", "SharedKey", "token", "github_token",
    ],
)  # fmt: skip
def test_a_name_that_tells_of_a_secret_hides_its_value(name: str) -> None:
    assert is_secret(("Properties", name))
    assert masked_value({name: "hush"}, ()) == {name: MASK}


@pytest.mark.parametrize(
    "name",
    [
        "SecretArn", "SecretId", "PasswordPolicy", "MinimumPasswordLength", "KmsKeyId", "TableName", "KeySchema", "TokenUrl",
        "NextToken", "SecretName", "ManageMasterUserPasswordEnabled", "PublicKey", "PartitionKey", "TokenValidityUnits",
    ],
)  # fmt: skip
def test_a_name_that_only_sounds_like_one_hides_nothing(name: str) -> None:
    assert masked_value({name: "shown"}, ()) == {name: "shown"}


@pytest.mark.parametrize(
    "value",
    [{"Ref": "Password"}, "{{resolve:secretsmanager:db:SecretString:password}}", True, "true", 12, {"Fn::GetAtt": ["A", "B"]}],
)  # fmt: skip
def test_what_refers_to_a_secret_is_none(value: Any) -> None:
    assert masked_value({"Password": value}, ()) == {"Password": value}


def test_pairs_of_a_name_and_a_value_are_understood() -> None:
    value = [{"Name": "DB_PASSWORD", "Value": "hush"}, {"Name": "TABLE", "Value": "shown"}]
    assert [one["Value"] for one in masked_value(value, ("Environment",))] == [MASK, "shown"]


def test_a_secret_that_changes_shows_as_changed_and_not_what_it_is() -> None:
    def template(password: str, size: str) -> dict[str, Any]:
        properties = {"MasterUserPassword": password, "AllocatedStorage": size}
        return {
            "Parameters": {"Password": {"Type": "String", "Default": password}},
            "Mappings": {"Prod": {"Api": {"ApiKey": password}}},
            "Resources": {"Db": {"Type": "AWS::RDS::DBInstance", "Properties": properties}},
        }

    for old, new in (
        (None, template("one-secret", "20")),
        (template("one-secret", "20"), template("two-secret", "30")),
    ):
        change = diff(old, new)
        text = json.dumps(change.to_dict())
        assert "-secret" not in text
        assert "30" in text or old is None
        assert {entry.section for entry in change.entries} == {"Parameters", "Mappings"}
    storage, password = diff(template("one-secret", "20"), template("two-secret", "30"))["Db"].properties
    assert (storage.before, storage.after) == ("20", "30")
    assert (password.before, password.after) == (MASK, MASK)
    assert ABSENT not in (password.before, password.after)
