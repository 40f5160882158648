"""The names MiniStack keeps to itself and we use anyway: a new version that changes one fails here first."""

from __future__ import annotations

import inspect
from typing import Any

import pytest

pytest.importorskip("ministack")

from ministack import app
from ministack.core import iam_actions, iam_evaluator, responses, router
from ministack.services import (
    alb,
    cloudformation,
    cloudfront,
    cloudwatch,
    cloudwatch_logs,
    dynamodb,
    ec2,
    elasticache,
    eventbridge,
    iam,
    kms,
    lambda_svc,
    rds,
    route53,
    s3,
    secretsmanager,
    ses_v2,
    sns,
    ssm,
    stepfunctions,
)
from ministack.services.cloudformation import provisioners

from awsdeck.local import (
    alarms,
    caches,
    databases,
    deliveries,
    edge,
    identity,
    images,
    keys,
    machines,
    names,
    network,
    omissions,
    secured,
    topic,
    traffic,
    workflows,
)


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
    modules = (caches, databases, deliveries, edge, identity, keys, machines, network, secured, traffic, workflows)
    ours = {name for module in modules for name in module.TYPES}
    assert ours & provisioners._RESOURCE_HANDLERS.keys() == {"AWS::IAM::InstanceProfile"}
    wrong = alarms.TYPES.keys() | names.TYPES.keys() | topic.TYPES.keys()
    assert wrong - provisioners._RESOURCE_HANDLERS.keys() == {
        "AWS::CloudWatch::CompositeAlarm", "AWS::Route53::HealthCheck", "AWS::Route53::RecordSetGroup",
    }  # fmt: skip


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
    services = (
        alb, cloudfront, cloudwatch, cloudwatch_logs, dynamodb, ec2, elasticache, eventbridge, iam, kms, lambda_svc, rds,
        route53, s3, secretsmanager, ses_v2, sns, ssm, stepfunctions,
    )  # fmt: skip
    for service in services:
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
    assert parameters(iam_evaluator.pin_request_origin) == ["source_ip", "secure_transport"]
    assert parameters(responses.request_scope) == ["account_id", "region"]
    assert parameters(router.detect_service) == ["method", "path", "headers", "query_params"]


def test_requests_for_a_distribution_are_known_by_their_host() -> None:
    assert app._parse_cloudfront_dataplane_host("d111111abcdef8.cloudfront.net:4566") == "d111111abcdef8"
    assert app._parse_cloudfront_dataplane_host("127.0.0.1:4566") is None
    assert 'scope.get("scheme") == "https"' in inspect.getsource(app)


def test_what_user_pools_lack_is_what_we_add() -> None:
    told = inspect.getsource(provisioners._cognito_user_pool_attributes)
    assert '"ProviderName"' in told
    assert '"ProviderURL"' not in told


def test_machines_and_their_disks_are_where_we_look() -> None:
    for store in (ec2._instances, ec2._key_pairs, ec2._network_acls, ec2._subnets, ec2._volumes):
        assert hasattr(store, "get")
    for name in ("_mrk_regions", "MultiRegion"):
        assert name in inspect.getsource(kms._create_key)


def test_keys_are_made_without_cryptography_the_way_we_look() -> None:
    assert isinstance(kms.HAS_CRYPTO, bool)
    assert parameters(kms._resolve_key)[0].startswith("key")
    for name in ("KeySpec", "KeyUsage", "_symmetric_key"):
        assert f'"{name}"' in inspect.getsource(kms._create_key)


def test_replicas_of_databases_are_named_the_way_we_write() -> None:
    source = inspect.getsource(provisioners._rds_db_instance_create)
    assert '"ReadReplicaSourceDBInstanceIdentifier"' in source
    assert '"ReadReplicaDBInstanceIdentifiers"' in source
    for store in (rds._clusters, rds._instances):
        assert hasattr(store, "get")
    assert '"MasterUserSecret"' in inspect.getsource(rds._create_db_cluster_impl)


def test_passwords_and_writers_are_said_the_way_we_change_them() -> None:
    made = provisioners._sm_secret_string(
        {"GenerateSecretString": {"ExcludeCharacters": "abc", "PasswordLength": 2_000}}
    )
    assert len(made) == 2_000
    assert not set(made) & set("abc")
    assert '"IsClusterWriter"' in inspect.getsource(provisioners._rds_db_instance_create)


def test_a_made_up_password_has_no_kind_of_sign_that_is_left_out() -> None:
    known: dict[str, Any] = {
        "create": lambda _id, properties, _stack: (provisioners._sm_secret_string(properties), {}),
        "update": None,
    }
    asked = {"ExcludePunctuation": True, "ExcludeNumbers": "true", "PasswordLength": "2000"}
    made, _ = secured.secrets(known)["create"]("Secret", {"GenerateSecretString": asked}, "shop")
    assert len(made) == 2_000
    assert made.isalpha()


def test_rotation_is_kept_where_we_end_it() -> None:
    assert parameters(secretsmanager._resolve)[0] == "secret_id"
    assert 'secret["RotationEnabled"]' in inspect.getsource(secretsmanager._rotate_secret)


def test_public_parameters_are_asked_for_where_we_answer() -> None:
    assert parameters(images._known) == ["name"]
    assert "_public_parameter(" in inspect.getsource(ssm.resolve_parameter_value)
    assert "_public_parameter(" in inspect.getsource(ssm._select_parameter)


def test_only_services_we_know_of_work_aside() -> None:
    from awsdeck.local.call import WAITING

    for service in (elasticache, rds):
        assert "run_offloop" in inspect.getsource(service)
        assert service.__name__.rpartition(".")[2] in WAITING
