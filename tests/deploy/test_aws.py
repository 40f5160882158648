"""How AWS is reached: through a proxy where there is one, and never when it is this machine."""

from __future__ import annotations

import collections
from typing import Any

import pytest

from awsdeck.deploy import AWS
from awsdeck.deploy.account.aws import on_this_machine
from awsdeck.deploy.fake import FakeCloudFormation
from awsdeck.deploy.files.template import deployed
from awsdeck.errors import InputError


@pytest.mark.parametrize(
    ("url", "here"),
    [
        ("http://127.0.0.1:4566", True),
        ("http://127.9.9.9", True),
        ("http://[::1]:4566", True),
        ("http://localhost:4566", True),
        ("http://shop.localhost", True),
        ("http://localhost.example.com", False),
        ("https://cloudformation.eu-west-1.amazonaws.com", False),
        ("http://10.0.0.1", False),
    ],
)
def test_no_proxy_stands_before_this_machine(monkeypatch: pytest.MonkeyPatch, url: str, here: bool) -> None:
    monkeypatch.setenv("HTTP_PROXY", "http://127.0.0.1:9")
    assert on_this_machine(url) is here
    client = AWS(region="eu-west-1", endpoint_url=url, credentials=("a", "b")).client("cloudformation")
    assert client.meta.config.proxies == ({} if here else None)


def test_a_template_is_made_of_plain_dicts_whatever_boto3_makes_of_it(fake: FakeCloudFormation) -> None:
    inner = {"Type": "AWS::SNS::Topic", "Properties": {"Tags": [{"Key": "a", "Value": "b"}]}}
    stack = fake.add_stack("shop", {"Resources": {"Topic": inner}})
    waiting: list[Any] = [deployed(fake.aws().cloudformation(), stack.id)]
    assert waiting == [{"Resources": {"Topic": inner}}]
    while waiting:
        one = waiting.pop()
        assert not isinstance(one, collections.OrderedDict)
        waiting.extend(one.values() if isinstance(one, dict) else one if isinstance(one, list) else ())


def test_an_endpoint_that_is_no_address_is_an_error_of_its_own() -> None:
    with pytest.raises(InputError, match="Invalid endpoint: nonsense") as caught:
        AWS(region="eu-west-1", endpoint_url="nonsense", credentials=("a", "b")).client("cloudformation")
    assert "AWS_ENDPOINT_URL" in str(caught.value.fix)
