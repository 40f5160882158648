"""The names MiniStack keeps to itself and we use anyway: a new version that changes one fails here first."""

from __future__ import annotations

import inspect
from typing import Any

import pytest

pytest.importorskip("ministack")

from ministack.core import iam_actions, iam_evaluator, responses, router
from ministack.services import cloudformation, dynamodb, ec2, iam, lambda_svc, s3, sns
from ministack.services.cloudformation import provisioners

from awsdeck.local import identity, network, omissions, topic


def parameters(function: Any) -> list[str]:
    return list(inspect.signature(function).parameters)


def test_handlers_are_a_table_of_create_update_and_delete() -> None:
    handlers = provisioners._RESOURCE_HANDLERS
    assert type(handlers) is dict
    for name in omissions.AFTERWARDS:
        assert parameters(handlers[name]["create"]) == ["logical_id", "props", "stack_name"], name
        assert parameters(handlers[name]["update"])[:4] == ["physical_id", "old_props", "new_props", "stack_name"], name
        assert parameters(handlers[name]["delete"]) == ["physical_id", "props"], name


def test_types_we_bring_are_the_ones_it_lacks_or_gets_wrong() -> None:
    ours = identity.TYPES.keys() | network.TYPES.keys()
    assert ours & provisioners._RESOURCE_HANDLERS.keys() == {"AWS::IAM::InstanceProfile"}
    assert topic.TYPES.keys() <= provisioners._RESOURCE_HANDLERS.keys()


def test_an_update_passes_the_logical_id_when_asked() -> None:
    source = inspect.getsource(provisioners._update_resource)
    assert "update_with_logical_id" in source
    assert parameters(provisioners._update_resource)[:6] == [
        "resource_type",
        "physical_id",
        "old_props",
        "new_props",
        "stack_name",
        "logical_id",
    ]


def test_stacks_and_their_resources_are_where_we_look() -> None:
    assert hasattr(cloudformation._stacks, "get")
    assert provisioners._STACK_TAG_PROPERTY["AWS::SQS::Queue"] == ("Tags", "list")


def test_services_take_requests_the_way_we_send_them() -> None:
    for service in (dynamodb, ec2, iam, lambda_svc, s3, sns):
        assert parameters(service.handle_request)[:5] == ["method", "path", "headers", "body", "query_params"]


def test_bucket_policies_and_their_judge_are_where_we_look() -> None:
    assert parameters(s3._bucket_owner_account) == ["name"]
    assert parameters(s3._bucket_policies.get_scoped)[:3] == ["account_id", "region", "key"]
    assert parameters(iam_actions._s3_action) == ["method", "path", "query_params"]
    assert parameters(iam_actions.s3_service_context) == ["iam_action", "query_params", "path", "headers"]
    assert {"service", "action", "principal_arn", "request_id", "explicit_deny", "resource_policy_arn"} <= set(
        parameters(iam_actions.access_denied_response)
    )
    assert parameters(iam_evaluator.evaluate_resource_policy)[:2] == ["doc", "ctx"]
    assert {"principal_arn", "secure_transport", "service_context"} <= set(parameters(iam_evaluator.EvalContext))
    assert parameters(responses.request_scope) == ["account_id", "region"]
    assert parameters(router.detect_service) == ["method", "path", "headers", "query_params"]
