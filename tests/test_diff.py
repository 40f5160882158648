"""What differs between two templates, what that does to resources, data and permissions."""

from __future__ import annotations

import copy
import json
from typing import Any

import pytest

from awsdeck.diff import Diff, diff

QUEUE = {"Type": "AWS::SQS::Queue", "Properties": {"VisibilityTimeout": 30}}
BUCKET = {"Type": "AWS::S3::Bucket", "Properties": {"BucketName": "invoices"}}
TABLE = {
    "Type": "AWS::DynamoDB::Table",
    "Properties": {
        "AttributeDefinitions": [{"AttributeName": "id", "AttributeType": "S"}],
        "KeySchema": [{"AttributeName": "id", "KeyType": "HASH"}],
        "BillingMode": "PAY_PER_REQUEST",
    },
}


def template(**resources: Any) -> dict[str, Any]:
    return {"Resources": resources}


def changed(resource: dict[str, Any], **properties: Any) -> dict[str, Any]:
    return {**resource, "Properties": {**resource["Properties"], **properties}}


def compared(old: dict[str, Any], new: dict[str, Any]) -> Diff:
    return diff(template(R=old), template(R=new))


# what happens to a resource


def test_without_an_old_template_everything_is_created() -> None:
    found = diff(None, template(Q=QUEUE, B=BUCKET))
    assert [(change.logical_id, change.action) for change in found.resources] == [("B", "create"), ("Q", "create")]


def test_a_resource_that_is_gone_is_deleted() -> None:
    assert diff(template(Q=QUEUE, B=BUCKET), template(Q=QUEUE))["B"].action == "delete"


def test_a_changed_property_is_shown_with_both_values() -> None:
    [change] = compared(QUEUE, changed(QUEUE, VisibilityTimeout=60)).resources
    assert change.action == "update"
    [prop] = change.properties
    assert (prop.path, prop.before, prop.after, prop.replacement) == (("VisibilityTimeout",), 30, 60, "no")


def test_a_create_only_property_replaces_and_is_named_as_the_cause() -> None:
    [change] = compared(changed(QUEUE, QueueName="a"), changed(QUEUE, QueueName="b", VisibilityTimeout=1)).resources
    assert change.action == "replace"
    assert [cause.path for cause in change.causes] == [("QueueName",)]


def test_a_create_only_property_that_is_added_replaces() -> None:
    assert compared(QUEUE, changed(QUEUE, QueueName="b"))["R"].action == "replace"


def test_a_property_that_only_sometimes_replaces_says_maybe() -> None:
    instance = {"Type": "AWS::EC2::Instance", "Properties": {"ImageId": "ami-1", "InstanceType": "t3.small"}}
    assert compared(instance, changed(instance, InstanceType="t3.large"))["R"].action == "maybe-replace"


def test_another_type_is_a_replacement_that_cloudformation_refuses() -> None:
    change = compared(QUEUE, BUCKET)["R"]
    assert change.action == "replace"
    assert "refuses" in change.notes[0]


def test_a_type_nobody_knows_may_be_replaced() -> None:
    private = {"Type": "Acme::Web::Site", "Properties": {"Name": "a"}}
    assert compared(private, changed(private, Name="b"))["R"].action == "maybe-replace"


@pytest.mark.parametrize("attribute", ["Metadata", "DependsOn", "DeletionPolicy", "UpdateReplacePolicy"])
def test_a_change_of_the_template_alone_leaves_the_resource_alone(attribute: str) -> None:
    [change] = compared(QUEUE, {**QUEUE, attribute: "Other"}).resources
    assert change.action == "metadata"
    assert change.properties == ()
    assert [item.path for item in change.attributes] == [(attribute,)]


def test_a_change_deep_in_a_list_is_shown_where_it_is() -> None:
    task = {
        "Type": "AWS::ECS::Service",
        "Properties": {"LoadBalancers": [{"ContainerName": "web", "ContainerPort": 80}], "DesiredCount": 1},
    }
    other = copy.deepcopy(task)
    other["Properties"]["LoadBalancers"][0]["ContainerPort"] = 8080  # type: ignore[index]
    [prop] = compared(task, other)["R"].properties
    assert prop.path == ("LoadBalancers", 0, "ContainerPort")


def test_an_item_that_is_put_in_front_is_one_addition() -> None:
    function = {"Type": "AWS::Lambda::Function", "Properties": {"Architectures": ["x"], "Layers": ["b", "c"]}}
    [prop] = compared(function, changed(function, Layers=["a", "b", "c"]))["R"].properties
    assert (prop.path, prop.after) == (("Layers", 0), "a")


# noise


@pytest.mark.parametrize(
    ("before", "after"),
    [
        (30, "30"),
        (True, "true"),
        (30.0, 30),
        ({"Fn::GetAtt": ["A", "Arn"]}, {"Fn::GetAtt": "A.Arn"}),
        ({"Fn::Sub": "${A}"}, {"Fn::Sub": ["${A}", {}]}),
        ({"A": 1, "B": {"Ref": "AWS::NoValue"}}, {"A": 1}),
        ([1, {"Ref": "AWS::NoValue"}], ["1"]),
        ('{"deadLetterTargetArn":"arn","maxReceiveCount":5}', {"maxReceiveCount": "5", "deadLetterTargetArn": "arn"}),
    ],
)
def test_other_spellings_of_the_same_are_no_change(before: Any, after: Any) -> None:
    assert compared(changed(QUEUE, RedrivePolicy=before), changed(QUEUE, RedrivePolicy=after)).empty


def test_true_and_one_are_different() -> None:
    assert not compared(changed(QUEUE, FifoQueue=True), changed(QUEUE, FifoQueue=1)).empty


def test_the_order_of_tags_does_not_matter() -> None:
    tags = [{"Key": "a", "Value": "1"}, {"Key": "b", "Value": "2"}]
    assert compared(changed(QUEUE, Tags=tags), changed(QUEUE, Tags=tags[::-1])).empty


def test_the_order_matters_where_the_schema_does_not_say_otherwise() -> None:
    function = {"Type": "AWS::Lambda::Function", "Properties": {"Layers": ["a", "b"]}}
    assert not compared(function, changed(function, Layers=["b", "a"])).empty


def test_the_order_does_not_matter_where_the_schema_says_so() -> None:
    group = {"Type": "AWS::RDS::DBSubnetGroup", "Properties": {"SubnetIds": ["a", "b"]}}
    assert compared(group, changed(group, SubnetIds=["b", "a"])).empty


def test_a_changed_tag_is_found_by_its_key() -> None:
    old = changed(QUEUE, Tags=[{"Key": "a", "Value": "1"}, {"Key": "b", "Value": "2"}])
    new = changed(QUEUE, Tags=[{"Key": "b", "Value": "3"}, {"Key": "a", "Value": "1"}])
    [prop] = compared(old, new)["R"].properties
    assert (prop.path, prop.before, prop.after) == (("Tags", 1, "Value"), "2", "3")


def test_a_policy_as_text_or_with_lists_of_one_is_the_same_policy() -> None:
    document = {"Statement": [{"Effect": "Allow", "Action": ["sqs:SendMessage"], "Resource": "*", "Principal": "*"}]}
    terse = {"Statement": {"Effect": "Allow", "Action": "sqs:SendMessage", "Resource": ["*"], "Principal": "*"}}
    policy = {"Type": "AWS::SQS::QueuePolicy", "Properties": {"Queues": ["q"], "PolicyDocument": document}}
    assert compared(policy, changed(policy, PolicyDocument=terse)).empty
    assert compared(policy, changed(policy, PolicyDocument=json.dumps(document))).empty


def test_a_statement_more_is_one_addition_whatever_the_order_of_the_others() -> None:
    first = {"Effect": "Allow", "Action": ["a:B", "c:D"], "Resource": "*", "Principal": "*"}
    again = {**first, "Action": ["c:D", "a:B"]}
    more = {**first, "Effect": "Deny"}
    policy = {
        "Type": "AWS::SQS::QueuePolicy",
        "Properties": {"Queues": ["q"], "PolicyDocument": {"Statement": [first]}},
    }
    [prop] = compared(policy, changed(policy, PolicyDocument={"Statement": [more, again]}))["R"].properties
    assert (prop.path, prop.after) == (("PolicyDocument", "Statement", 0), more)


def test_the_order_of_depends_on_is_noise() -> None:
    assert compared({**QUEUE, "DependsOn": ["A", "B"]}, {**QUEUE, "DependsOn": ["B", "A"]}).empty
    assert compared({**QUEUE, "DependsOn": ["A"]}, {**QUEUE, "DependsOn": "A"}).empty


# what follows


def test_who_refers_to_a_replaced_resource_in_a_create_only_property_is_replaced_too() -> None:
    subnet = {"Type": "AWS::EC2::Subnet", "Properties": {"VpcId": {"Ref": "Vpc"}, "CidrBlock": "10.0.0.0/24"}}
    vpc = {"Type": "AWS::EC2::VPC", "Properties": {"CidrBlock": "10.0.0.0/16"}}
    old = {"Resources": {"Vpc": vpc, "Subnet": subnet}, "Outputs": {"Id": {"Value": {"Ref": "Vpc"}}}}
    new = {**old, "Resources": {"Vpc": changed(vpc, CidrBlock="10.1.0.0/16"), "Subnet": subnet}}
    found = diff(old, new)
    assert found["Vpc"].action == "replace"
    assert found["Subnet"].action == "replace"
    assert [(cause.path, cause.through) for cause in found["Subnet"].causes] == [(("VpcId",), "Vpc")]
    followers = {(item.section, item.name, item.effect) for item in found["Vpc"].followers}
    assert followers == {("Resources", "Subnet", "replace"), ("Outputs", "Id", "replace")}


def test_the_chain_goes_on_through_sub_and_getatt() -> None:
    old = template(
        Vpc={"Type": "AWS::EC2::VPC", "Properties": {"CidrBlock": "10.0.0.0/16"}},
        Subnet={"Type": "AWS::EC2::Subnet", "Properties": {"VpcId": {"Fn::GetAtt": ["Vpc", "VpcId"]}}},
        Host={"Type": "AWS::EC2::Instance", "Properties": {"SubnetId": {"Fn::Sub": "${Subnet}"}}},
    )
    new = copy.deepcopy(old)
    new["Resources"]["Vpc"]["Properties"]["CidrBlock"] = "10.1.0.0/16"
    assert [change.logical_id for change in diff(old, new).replacements] == ["Host", "Subnet", "Vpc"]


def test_a_reference_that_can_be_updated_follows_without_replacement() -> None:
    old = template(
        Q=changed(QUEUE, QueueName="a"), P={"Type": "AWS::SQS::QueuePolicy", "Properties": {"Queues": [{"Ref": "Q"}]}}
    )
    new = copy.deepcopy(old)
    new["Resources"]["Q"]["Properties"]["QueueName"] = "b"
    found = diff(old, new)
    assert [change.logical_id for change in found.resources] == ["Q"]
    assert [(item.name, item.effect) for item in found["Q"].followers] == [("P", "no")]


def test_a_maybe_stays_a_maybe_down_the_chain() -> None:
    old = template(
        Host={"Type": "AWS::EC2::Instance", "Properties": {"InstanceType": "t3.small"}},
        Ip={
            "Type": "AWS::EC2::VolumeAttachment",
            "Properties": {"InstanceId": {"Ref": "Host"}, "VolumeId": "v", "Device": "d"},
        },
    )
    new = copy.deepcopy(old)
    new["Resources"]["Host"]["Properties"]["InstanceType"] = "t3.large"
    assert diff(old, new)["Ip"].action == "maybe-replace"


# data


@pytest.mark.parametrize(
    ("policy", "verdict"),
    [(None, "lost"), ("Delete", "lost"), ("Retain", "kept"), ("RetainExceptOnCreate", "kept"), ("Snapshot", "lost")],
)
def test_what_becomes_of_a_deleted_bucket(policy: str | None, verdict: str) -> None:
    bucket = {**BUCKET, **({"DeletionPolicy": policy} if policy else {})}
    assert diff(template(B=bucket), template())["B"].data == verdict


def test_a_deleted_database_leaves_a_snapshot_unless_told_otherwise() -> None:
    database = {"Type": "AWS::RDS::DBInstance", "Properties": {"Engine": "postgres"}}
    assert diff(template(D=database), template())["D"].data == "snapshot"
    assert diff(template(D={**database, "DeletionPolicy": "Delete"}), template())["D"].data == "lost"


@pytest.mark.parametrize(
    "body",
    [
        {"Type": "AWS::RDS::DBInstance", "Properties": {"DBClusterIdentifier": {"Ref": "Cluster"}}},
        {"Type": "AWS::RDS::DBInstance", "Properties": {"SourceDBInstanceIdentifier": {"Ref": "Source"}}},
        {"Type": "AWS::ElastiCache::CacheCluster", "Properties": {"Engine": "memcached"}},
    ],
)
@pytest.mark.parametrize("policy", [{}, {"DeletionPolicy": "Delete", "UpdateReplacePolicy": "Delete"}])
def test_nothing_is_lost_with_a_copy_or_with_what_can_never_be_kept(
    body: dict[str, Any], policy: dict[str, Any]
) -> None:
    gone = {**body, **policy}
    assert diff(template(D=gone), template())["D"].data is None
    moved = changed(gone, SubnetGroupName="b", DBSubnetGroupName="b", CacheSubnetGroupName="b")
    assert compared(gone, moved)["R"].data is None


@pytest.mark.parametrize(
    "property", ["AutoMinorVersionUpgrade", "BackupRetentionPeriod", "DBParameterGroupName", "MultiAZ", "StorageType"]
)
def test_an_ordinary_setting_of_a_database_never_replaces_it(property: str) -> None:
    old: dict[str, Any] = {"Type": "AWS::RDS::DBInstance", "Properties": {"Engine": "postgres", property: "1"}}
    assert compared(old, changed(old, **{property: "2"}))["R"].action == "update"


def test_a_database_turned_into_a_replica_loses_its_own_data() -> None:
    alone: dict[str, Any] = {"Type": "AWS::RDS::DBInstance", "Properties": {"Engine": "postgres"}}
    replica = changed(alone, SourceDBInstanceIdentifier="other")
    assert compared(alone, replica)["R"].data in ("lost", "maybe")


def test_a_replacement_obeys_the_update_replace_policy_and_not_the_deletion_policy() -> None:
    old = {**TABLE, "DeletionPolicy": "Retain"}
    new = changed(old, TableName="other")
    assert compared(old, new)["R"].data == "lost"
    assert compared(old, {**new, "UpdateReplacePolicy": "Retain"})["R"].data == "kept"


def test_data_that_may_be_replaced_may_be_lost() -> None:
    bucket = {"Type": "AWS::S3::Bucket", "Properties": {"BucketName": {"Ref": "Name"}}}
    assert [change.data for change in compared(BUCKET, bucket).data_loss] == ["lost"]
    new = changed(TABLE, KeySchema={"Fn::If": ["C", TABLE["Properties"]["KeySchema"], []]})  # type: ignore[index]
    assert [change.data for change in compared(TABLE, new).data_loss] == ["maybe"]


def test_a_stateless_resource_loses_nothing() -> None:
    role = {"Type": "AWS::IAM::Role", "Properties": {"RoleName": "a"}}
    assert diff(template(R=role), template())["R"].data is None


def test_a_condition_put_on_a_bucket_may_delete_it() -> None:
    assert compared(BUCKET, {**BUCKET, "Condition": "Prod"})["R"].data == "maybe"


# renames


def test_the_same_resource_under_another_id_is_a_rename() -> None:
    [change] = diff(template(Old=QUEUE), template(New=QUEUE)).resources
    assert (change.action, change.was, change.logical_id) == ("rename", "Old", "New")
    assert "not a rename" in change.notes[0]


def test_a_chain_of_renames_is_recognised_through_its_references() -> None:
    def made(queue: str, policy: str) -> dict[str, Any]:
        return template(
            **{
                queue: QUEUE,
                policy: {"Type": "AWS::SQS::QueuePolicy", "Properties": {"Queues": [{"Ref": queue}]}},
            }
        )

    found = diff(made("OldQ", "OldP"), made("NewQ", "NewP"))
    assert [(change.was, change.logical_id) for change in found.resources] == [("OldP", "NewP"), ("OldQ", "NewQ")]


def test_a_rename_with_a_fixed_name_is_said_to_collide() -> None:
    [change] = diff(template(Old=BUCKET), template(New=BUCKET)).resources
    assert "collides" in change.notes[1]
    assert change.data == "lost"


def test_a_resource_with_another_property_is_no_rename() -> None:
    found = diff(template(Old=QUEUE), template(New=changed(QUEUE, VisibilityTimeout=1)))
    assert {(change.logical_id, change.action) for change in found.resources} == {("Old", "delete"), ("New", "create")}


# other parts


def test_parameters_outputs_conditions_and_mappings_are_compared() -> None:
    old = {"Parameters": {"A": {"Type": "String"}}, "Conditions": {"C": {"Fn::Equals": [1, 1]}}, "Description": "x"}
    new = {"Outputs": {"O": {"Value": "1"}}, "Mappings": {"M": {"a": {"b": 1}}}, "Description": "y"}
    found = diff(old, new)
    assert [entry.action for entry in found.parameters] == ["delete"]
    assert [entry.action for entry in found.outputs] == ["create"]
    assert [entry.action for entry in found.conditions] == ["delete"]
    assert [entry.action for entry in found.mappings] == ["create"]
    assert [entry.section for entry in found.entries][-1] == "Description"


def test_the_default_of_a_secret_parameter_is_never_shown() -> None:
    old = {"Parameters": {"Password": {"Type": "String", "NoEcho": True, "Default": "hunter2"}}}
    new = {"Parameters": {"Password": {"Type": "String", "NoEcho": "true", "Default": "hunter3"}}}
    found = diff(old, new)
    assert len(found.parameters) == 1
    assert "hunter" not in json.dumps(found.to_dict())


def test_removed_exports_are_listed() -> None:
    def made(name: str) -> dict[str, Any]:
        return {"Outputs": {"Arn": {"Value": "x", "Export": {"Name": name}}}}

    assert [(item.output, item.name) for item in diff(made("a"), made("b")).exports_removed] == [("Arn", "a")]
    assert diff(made("a"), made("a")).exports_removed == ()


# broadening


def allow(action: Any, resource: Any = "*", **more: Any) -> dict[str, Any]:
    return {"Effect": "Allow", "Action": action, "Resource": resource, **more}


def role(*statements: dict[str, Any], **properties: Any) -> dict[str, Any]:
    policies = [{"PolicyName": "p", "PolicyDocument": {"Statement": list(statements)}}]
    return {"Type": "AWS::IAM::Role", "Properties": {"Policies": policies, **properties}}


def widened(old: dict[str, Any], new: dict[str, Any]) -> list[str]:
    return [item.kind for item in compared(old, new).broadening]


def test_a_new_action_is_broadening_and_only_that_action_is_named() -> None:
    [item] = compared(role(allow("s3:GetObject")), role(allow(["s3:GetObject", "s3:PutObject"]))).broadening
    assert item.details["actions"] == ["s3:PutObject"]
    assert item.logical_id == "R"


@pytest.mark.parametrize(
    ("old", "new"),
    [
        (allow("s3:*"), allow("s3:GetObject")),
        (allow("s3:GetObject", "arn:aws:s3:::a/*"), allow("s3:GetObject", "arn:aws:s3:::a/b/*")),
        (allow("s3:GetObject"), allow("s3:getobject", Condition={"Bool": {"aws:SecureTransport": "true"}})),
        (allow(["a:B", "c:D"]), allow("a:B")),
    ],
)
def test_narrower_is_not_broadening(old: dict[str, Any], new: dict[str, Any]) -> None:
    assert widened(role(old), role(new)) == []
    assert widened(role(new), role(old)) == ["statement"]


def test_moving_a_policy_out_of_its_role_is_not_broadening() -> None:
    inline = template(R=role(allow("s3:GetObject")))
    policy = {
        "Type": "AWS::IAM::Policy",
        "Properties": {"Roles": [{"Ref": "R"}], "PolicyDocument": {"Statement": [allow("s3:GetObject")]}},
    }
    assert diff(inline, template(R={"Type": "AWS::IAM::Role", "Properties": {}}, P=policy)).broadening == ()


def test_wider_trust_is_told_apart() -> None:
    def trusted(*services: str) -> dict[str, Any]:
        statement = {"Effect": "Allow", "Action": "sts:AssumeRole", "Principal": {"Service": list(services)}}
        return {"Type": "AWS::IAM::Role", "Properties": {"AssumeRolePolicyDocument": {"Statement": [statement]}}}

    [item] = compared(trusted("ec2.amazonaws.com"), trusted("ec2.amazonaws.com", "lambda.amazonaws.com")).broadening
    assert item.kind == "trust"
    assert item.details["principals"] == ["Service lambda.amazonaws.com"]


def test_a_managed_policy_and_a_lost_boundary_are_broadening() -> None:
    assert widened(role(), role(ManagedPolicyArns=["arn:aws:iam::aws:policy/AdministratorAccess"])) == [
        "managed-policy"
    ]
    assert widened(role(PermissionsBoundary="arn:b"), role()) == ["boundary"]


def test_a_removed_denial_is_broadening() -> None:
    deny = {"Effect": "Deny", "Action": "s3:*", "Resource": "*", "Principal": "*"}
    policy = {"Type": "AWS::S3::BucketPolicy", "Properties": {"Bucket": "b", "PolicyDocument": {"Statement": [deny]}}}
    assert widened(policy, changed(policy, PolicyDocument={"Statement": []})) == ["deny-removed"]


def test_a_lambda_permission_is_a_statement() -> None:
    permission = {
        "Type": "AWS::Lambda::Permission",
        "Properties": {"Action": "lambda:InvokeFunction", "FunctionName": "f", "Principal": "s3.amazonaws.com"},
    }
    assert [item.kind for item in diff(template(), template(P=permission)).broadening] == ["statement"]
    assert widened(permission, changed(permission, SourceArn="arn:x")) == []
    assert widened(changed(permission, SourceArn="arn:x"), permission) == ["statement"]


def group(*rules: dict[str, Any]) -> dict[str, Any]:
    return {"Type": "AWS::EC2::SecurityGroup", "Properties": {"SecurityGroupIngress": list(rules)}}


def test_new_ingress_is_broadening_and_narrower_ingress_is_not() -> None:
    office = {"IpProtocol": "tcp", "FromPort": 22, "ToPort": 22, "CidrIp": "10.1.0.0/16"}
    world = {**office, "CidrIp": "0.0.0.0/0"}
    assert widened(group(office), group(world)) == ["ingress"]
    assert widened(group(world), group(office)) == []
    assert widened(group({**world, "FromPort": 0, "ToPort": 100}), group({**world, "IpProtocol": "6"})) == []


def test_an_ingress_resource_of_its_own_counts_for_its_group() -> None:
    rule = {"IpProtocol": "tcp", "FromPort": 443, "ToPort": 443, "CidrIp": "0.0.0.0/0"}
    single = {
        "Type": "AWS::EC2::SecurityGroupIngress",
        "Properties": {**rule, "GroupId": {"Fn::GetAtt": ["G", "GroupId"]}},
    }
    assert diff(template(G=group(rule)), template(G=group(), I=single)).broadening == ()
    assert [item.kind for item in diff(template(G=group()), template(G=group(), I=single)).broadening] == ["ingress"]


def test_a_database_that_becomes_public_is_broadening() -> None:
    database = {"Type": "AWS::RDS::DBInstance", "Properties": {"PubliclyAccessible": False}}
    assert widened(database, changed(database, PubliclyAccessible=True)) == ["exposure"]


def test_a_renamed_role_is_not_broadening() -> None:
    assert diff(template(Old=role(allow("s3:*"))), template(New=role(allow("s3:*")))).broadening == ()


# shape


def test_the_json_shape_is_plain_data_with_a_version() -> None:
    data = diff(template(Q=QUEUE, B=BUCKET), template(Q=changed(QUEUE, QueueName="x"))).to_dict()
    assert data["version"] == 1
    assert data["replacements"] == ["Q"]
    assert data["data_loss"] == ["B"]
    assert json.loads(json.dumps(data)) == data


@pytest.mark.parametrize(
    "broken",
    [
        {"Resources": None},
        {"Resources": {"Fn::ForEach::X": ["N", ["a"], {"Q${N}": QUEUE}]}},
        {"Resources": {"Q": {"Type": "AWS::SQS::Queue", "Properties": None}}},
        {"Resources": {"Q": {"Properties": []}}},
        {"Outputs": [], "Parameters": "x"},
        {"Resources": {"R": {"Type": "AWS::IAM::Role", "Properties": {"Policies": {"Fn::If": ["C", [], []]}}}}},
        {"Resources": {"P": {"Type": "AWS::IAM::Policy", "Properties": {"PolicyDocument": {"Statement": "x"}}}}},
    ],
)
def test_an_odd_template_is_compared_without_a_traceback(broken: dict[str, Any]) -> None:
    diff(template(Q=QUEUE), broken)
    diff(broken, template(Q=QUEUE))
    assert diff(broken, broken).empty
