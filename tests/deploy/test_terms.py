"""What a stack is deployed with besides its template: sent when it is said, left alone when it is not, shown when it changes."""

from __future__ import annotations

import json
from typing import Any

import pytest

from awsdeck.assembly import Assembly, StackArtifact
from awsdeck.deploy import Conduct, Refused, deploy
from awsdeck.deploy.fake import Denied, FakeCloudFormation
from awsdeck.errors import ApprovalNeeded, InputError
from awsdeck.terms import OPEN_POLICY

TEMPLATE: dict[str, Any] = {
    "Resources": {
        "Topic": {"Type": "AWS::SNS::Topic", "Properties": {"DisplayName": "a"}},
        "Orders": {"Type": "AWS::SQS::Queue", "Properties": {"VisibilityTimeout": 30}},
    }
}
OTHER = {"Resources": {**TEMPLATE["Resources"], "Topic": {"Type": "AWS::SNS::Topic", "Properties": {}}}}
TOPIC = "arn:aws:sns:eu-west-1:123456789012:deploys"
ALARM = "arn:aws:cloudwatch:eu-west-1:123456789012:alarm:errors"
ROLE = "arn:aws:iam::123456789012:role/deployer"
KEEP_ORDERS = {
    "Statement": [
        *OPEN_POLICY["Statement"],
        {
            "Effect": "Deny", "Action": ["Update:Replace", "Update:Delete"], "Principal": "*",
            "Resource": "LogicalResourceId/Orders",
        },
    ]
}  # fmt: skip


def sent(fake: FakeCloudFormation, operation: str) -> dict[str, Any]:
    """The arguments of the last call of an operation."""
    return dict(next(call.arguments for call in reversed(fake.calls) if call.operation == operation))


def policy(fake: FakeCloudFormation) -> Any:
    text = fake.stacks[-1].policy
    return json.loads(text) if text else None


def test_topics_alarms_and_role_go_into_the_change_set(fake: FakeCloudFormation, make: Any) -> None:
    shop = make.shop(
        TEMPLATE, notification_arns=[TOPIC], rollback_triggers=[ALARM, f"composite:{ALARM}2"], monitoring=20,
        execution_role=ROLE,
    )  # fmt: skip
    deploy(shop, aws=fake.aws())
    given = sent(fake, "CreateChangeSet")
    assert given["NotificationARNs"] == [TOPIC]
    assert given["RoleARN"] == ROLE
    assert given["RollbackConfiguration"] == {
        "RollbackTriggers": [
            {"Arn": ALARM, "Type": "AWS::CloudWatch::Alarm"},
            {"Arn": f"{ALARM}2", "Type": "AWS::CloudWatch::CompositeAlarm"},
        ],
        "MonitoringTimeInMinutes": "20",
    }


def test_what_nobody_says_is_not_sent(fake: FakeCloudFormation, make: Any) -> None:
    deploy(make.shop(TEMPLATE), aws=fake.aws())
    unsaid = {"NotificationARNs", "RollbackConfiguration", "RoleARN", "DeploymentConfig", "DeploymentMode"}
    unsaid |= {"DisableValidation", "ImportExistingResources"}
    assert not unsaid & sent(fake, "CreateChangeSet").keys()
    assert not {"GetStackPolicy", "SetStackPolicy"} & set(fake.operations())


def test_empty_lists_take_topics_and_alarms_away_and_silence_keeps_them(fake: FakeCloudFormation, make: Any) -> None:
    deploy(make.shop(TEMPLATE, notification_arns=[TOPIC], rollback_triggers=[ALARM], monitoring=9), aws=fake.aws())
    deploy(make.shop(OTHER), aws=fake.aws())
    terms = fake.stacks[0].terms
    assert terms["NotificationARNs"] == [TOPIC]
    assert terms["RollbackConfiguration"]["MonitoringTimeInMinutes"] == 9
    deploy(make.shop(TEMPLATE, notification_arns=[], rollback_triggers=[]), aws=fake.aws())
    terms = fake.stacks[0].terms
    assert terms["NotificationARNs"] == []
    assert terms["RollbackConfiguration"] == {"RollbackTriggers": [], "MonitoringTimeInMinutes": 9}


@pytest.mark.parametrize(
    ("before", "after", "told"),
    [
        ({}, {"notification_arns": [TOPIC]}, ("notification ARNs", "", TOPIC)),
        ({"notification_arns": [TOPIC]}, {"notification_arns": []}, ("notification ARNs", TOPIC, "")),
        ({}, {"rollback_triggers": [f"composite:{ALARM}"]}, ("rollback triggers", "", f"composite:{ALARM}")),
        ({"monitoring": 5}, {"monitoring": 0}, ("monitoring", "5 minutes", "0 minutes")),
        ({}, {"execution_role": ROLE}, ("execution role", "", ROLE)),
        ({"tags": {"a": "1"}}, {"tags": {}}, ("tag a", "1", "")),
    ],
)
def test_a_change_of_terms_alone_is_a_change_and_is_shown(
    fake: FakeCloudFormation, make: Any, listener: Any, before: dict[str, Any], after: dict[str, Any], told: Any
) -> None:
    deploy(make.shop(TEMPLATE, **before), aws=fake.aws())
    result = deploy(make.shop(TEMPLATE, **after), aws=fake.aws(), observer=listener)
    assert listener.plans[0].settings == (told,)
    assert result.stacks["shop"].status == "updated"


@pytest.mark.parametrize(
    "terms",
    [
        {"notification_arns": [TOPIC, f"{TOPIC}2"]}, {"rollback_triggers": [f"composite:{ALARM}"], "monitoring": 5},
        {"execution_role": ROLE}, {"tags": {"a": "1"}}, {"termination_protection": True}, {"stack_policy": KEEP_ORDERS},
        {"notification_arns": [], "rollback_triggers": [], "monitoring": 0, "stack_policy": {}},
    ],
)  # fmt: skip
def test_a_stack_with_the_terms_it_should_have_is_left_alone(
    fake: FakeCloudFormation, make: Any, terms: dict[str, Any]
) -> None:
    shop = make.shop(TEMPLATE, **terms)
    deploy(shop, aws=fake.aws())
    fake.calls.clear()
    assert deploy(shop, aws=fake.aws()).stacks["shop"].status == "unchanged"
    assert not {"CreateChangeSet", "SetStackPolicy", "UpdateTerminationProtection"} & set(fake.operations())


def test_the_order_of_topics_is_no_change(fake: FakeCloudFormation, make: Any) -> None:
    deploy(make.shop(TEMPLATE, notification_arns=[TOPIC, f"{TOPIC}2"]), aws=fake.aws())
    again = make.shop(TEMPLATE, notification_arns=[f"{TOPIC}2", TOPIC])
    assert deploy(again, aws=fake.aws()).stacks["shop"].status == "unchanged"


def test_a_role_of_the_run_is_for_stacks_without_one(fake: FakeCloudFormation, make: Any) -> None:
    deploy(make.shop(TEMPLATE), aws=fake.aws(), role=ROLE)
    assert sent(fake, "CreateChangeSet")["RoleARN"] == ROLE
    deploy(make.shop(OTHER, execution_role=f"{ROLE}2"), aws=fake.aws(), role=ROLE)
    assert sent(fake, "CreateChangeSet")["RoleARN"] == f"{ROLE}2"


# termination protection


def test_protection_alone_is_shown_asked_about_and_set_without_a_change_set(
    fake: FakeCloudFormation, make: Any, listener: Any
) -> None:
    fake.add_stack("shop", TEMPLATE, protected=True)
    with pytest.raises(ApprovalNeeded):
        deploy(make.shop(TEMPLATE), aws=fake.aws(), confirm=lambda plan: False)
    assert fake.stacks[0].protected
    result = deploy(make.shop(TEMPLATE), aws=fake.aws(), observer=listener)
    assert "termination protection is turned off" in listener.plans[0].notes
    assert (result.stacks["shop"].status, fake.stacks[0].protected) == ("updated", False)
    assert "CreateChangeSet" not in fake.operations()


def test_protection_is_as_it_should_be_before_an_update_begins(fake: FakeCloudFormation, make: Any) -> None:
    fake.add_stack("shop", TEMPLATE)
    deploy(make.shop(OTHER, termination_protection=True), aws=fake.aws())
    order = fake.operations()
    assert order.index("UpdateTerminationProtection") < order.index("ExecuteChangeSet")


# the stack policy


def test_a_new_stack_gets_its_policy_once_it_is_made(fake: FakeCloudFormation, make: Any) -> None:
    deploy(make.shop(TEMPLATE, stack_policy=KEEP_ORDERS), aws=fake.aws())
    assert policy(fake) == KEEP_ORDERS
    order = fake.operations()
    assert order.index("ExecuteChangeSet") < order.index("SetStackPolicy")


def test_a_new_stack_that_lets_everything_be_updated_needs_no_policy(fake: FakeCloudFormation, make: Any) -> None:
    deploy(make.shop(TEMPLATE, stack_policy={}), aws=fake.aws())
    assert "SetStackPolicy" not in fake.operations()


def test_a_narrower_policy_is_shown_and_is_in_force_for_the_update_itself(
    fake: FakeCloudFormation, make: Any, listener: Any
) -> None:
    fake.add_stack("shop", TEMPLATE)
    deploy(make.shop(OTHER, stack_policy=KEEP_ORDERS), aws=fake.aws(), observer=listener)
    assert (
        "the stack policy forbids replacing and deleting Orders (AWS::SQS::Queue) from now on"
        in listener.plans[0].notes
    )
    assert listener.plans[0].asks == ()
    order = fake.operations()
    assert order.index("SetStackPolicy") < order.index("ExecuteChangeSet")


def test_a_wider_policy_needs_a_yes(fake: FakeCloudFormation, make: Any, listener: Any) -> None:
    fake.add_stack("shop", TEMPLATE).policy = json.dumps(KEEP_ORDERS)
    wider = make.shop(TEMPLATE, stack_policy={})
    with pytest.raises(ApprovalNeeded, match="allows replacing and deleting Orders"):
        deploy(wider, aws=fake.aws())
    assert policy(fake) == KEEP_ORDERS
    result = deploy(wider, aws=fake.aws(), confirm=lambda plan: True, observer=listener)
    assert result.stacks["shop"].status == "updated"
    assert policy(fake) == OPEN_POLICY
    assert "CreateChangeSet" not in fake.operations()


def test_a_policy_that_the_deck_does_not_speak_of_stays(fake: FakeCloudFormation, make: Any) -> None:
    fake.add_stack("shop", TEMPLATE).policy = json.dumps(KEEP_ORDERS)
    deploy(make.shop(OTHER), aws=fake.aws())
    assert policy(fake) == KEEP_ORDERS


def test_a_policy_said_in_other_words_is_written_anew_and_asks_for_nothing(
    fake: FakeCloudFormation, make: Any, listener: Any
) -> None:
    fake.add_stack("shop", TEMPLATE).policy = json.dumps({"Statement": [*OPEN_POLICY["Statement"]] * 2})
    deploy(make.shop(TEMPLATE, stack_policy=OPEN_POLICY), aws=fake.aws(), observer=listener)
    assert policy(fake) == OPEN_POLICY
    assert "means the same" in listener.plans[0].notes[0]


def test_what_the_decks_own_policy_denies_is_told_before_anything_is_started(
    fake: FakeCloudFormation, make: Any
) -> None:
    fake.add_stack("shop", TEMPLATE)
    locked = {"Statement": [{"Effect": "Deny", "Action": "Update:*", "Principal": "*", "Resource": "*"}]}
    with pytest.raises(ApprovalNeeded, match="denies changing Topic"):
        deploy(make.shop(OTHER, stack_policy=locked), aws=fake.aws(), confirm=lambda plan: True)
    assert policy(fake) is None
    assert "ExecuteChangeSet" not in fake.operations()


def test_a_policy_that_may_not_be_read_is_an_error_when_the_deck_has_one(fake: FakeCloudFormation, make: Any) -> None:
    fake.add_stack("shop", TEMPLATE)
    fake.fault("GetStackPolicy", Denied(), times=5)
    for template in (TEMPLATE, OTHER):
        with pytest.raises(Refused, match="cloudformation:GetStackPolicy"):
            deploy(make.shop(template, stack_policy=KEEP_ORDERS), aws=fake.aws())
    assert "SetStackPolicy" not in fake.operations()
    assert deploy(make.shop(OTHER), aws=fake.aws()).ok


# acknowledgements


def test_a_stack_that_needs_more_than_is_allowed_is_refused_with_what_needs_it(
    fake: FakeCloudFormation, make: Any
) -> None:
    role = {"Type": "AWS::IAM::Role", "Properties": {"RoleName": "auditor", "AssumeRolePolicyDocument": {}}}
    shop = make.shop({"Resources": {"Auditor": role}})
    with pytest.raises(InputError, match="CAPABILITY_NAMED_IAM because of Auditor"):
        deploy(shop, aws=fake.aws(), conduct=Conduct(capabilities=["CAPABILITY_IAM"]))
    assert fake.operations() == [] or "CreateChangeSet" not in fake.operations()
    allowed = Conduct(capabilities=["CAPABILITY_NAMED_IAM"])
    assert deploy(shop, aws=fake.aws(), conduct=allowed, confirm=lambda plan: True).ok


def test_no_acknowledgement_at_all_can_be_the_rule(fake: FakeCloudFormation, make: Any) -> None:
    assert deploy(make.shop(TEMPLATE), aws=fake.aws(), conduct=Conduct(capabilities=[])).ok


# parameters


def with_parameters(**declared: Any) -> dict[str, Any]:
    return {**TEMPLATE, "Parameters": declared}


@pytest.mark.parametrize(
    ("declared", "value", "said"),
    [
        ({"Type": "String", "AllowedValues": ["live", "test"]}, "prod", "'prod' is not among AllowedValues"),
        ({"Type": "String", "AllowedPattern": "[a-z]+", "ConstraintDescription": "lower case"}, "A", "lower case"),
        ({"Type": "Number", "MaxValue": 5}, "6", "outside of MinValue and MaxValue"),
        ({"Type": "Number"}, "many", "is not a number"),
        ({"Type": "String", "MinLength": 3}, "ab", "2 characters"),
        ({"Type": "CommaDelimitedList", "AllowedValues": ["a", "b"]}, "a,c", "'c' is not among"),
        ({"Type": "String"}, "x" * 4097, "4,097 bytes"),
    ],
)
def test_a_value_that_the_template_does_not_allow_is_refused_before_anything_is_asked(
    fake: FakeCloudFormation, make: Any, declared: dict[str, Any], value: str, said: str
) -> None:
    with pytest.raises(InputError, match=said):
        deploy(make.shop(with_parameters(Stage=declared)), aws=fake.aws(), parameters={"Stage": value})
    assert "CreateChangeSet" not in fake.operations()


def test_all_that_is_wrong_with_parameters_is_told_at_once_and_no_secret_with_it(
    fake: FakeCloudFormation, make: Any
) -> None:
    shop = make.shop(
        with_parameters(
            Missing={"Type": "String"},
            Size={"Type": "Number"},
            Password={"Type": "String", "NoEcho": True, "MinLength": 20},
        )
    )
    with pytest.raises(InputError) as caught:
        deploy(shop, aws=fake.aws(), parameters={"Size": "big", "Password": "hunter2", "shop:Sise": "1"})
    text = str(caught.value)
    assert "no value for Missing" in text or "Sise" in text
    assert "hunter2" not in text


def test_a_parameter_from_parameter_store_is_looked_up_at_every_deploy(
    fake: FakeCloudFormation, make: Any, listener: Any
) -> None:
    declared = {"Image": {"Type": "AWS::SSM::Parameter::Value<AWS::EC2::Image::Id>", "Default": "/images/web"}}
    fake.add_stack("shop", with_parameters(**declared), parameters={"Image": "/images/web"})
    deploy(make.shop(with_parameters(**declared)), aws=fake.aws(), observer=listener)
    assert "CreateChangeSet" in fake.operations()
    assert listener.plans[0].parameters["Image"] == "(looked up again)"


def test_a_parameter_that_is_no_longer_declared_is_forgotten_and_that_is_said(
    fake: FakeCloudFormation, make: Any, listener: Any
) -> None:
    fake.add_stack("shop", with_parameters(Old={"Type": "String"}), parameters={"Old": "x"})
    deploy(make.shop(OTHER), aws=fake.aws(), observer=listener)
    assert "no longer declared, so the stack forgets: Old" in listener.plans[0].notes
    assert sent(fake, "CreateChangeSet").get("Parameters") in (None, [], "")


def test_values_for_several_stacks_are_judged_before_any_of_them_is_deployed(fake: FakeCloudFormation) -> None:
    size = {"Type": "Number", "MaxValue": 5}
    stacks = Assembly([StackArtifact(name, with_parameters(Size=size)) for name in ("a", "b")])
    with pytest.raises(InputError) as caught:
        deploy(stacks, aws=fake.aws(), parameters={"a:Size": "7", "b:Size": "many"})
    assert "a: Size: the value '7' is outside" in str(caught.value)
    assert "b: Size: the value 'many' is not a number" in str(caught.value)
    assert fake.operations() == []


def test_a_value_is_not_taken_for_the_name_of_an_entry_in_parameter_store(fake: FakeCloudFormation, make: Any) -> None:
    fake.add_stack("shop", with_parameters(Image={"Type": "String"}), parameters={"Image": "ami-1"})
    looked_up = {"Type": "AWS::SSM::Parameter::Value<String>"}
    with pytest.raises(InputError, match="no value for Image"):
        deploy(make.shop(with_parameters(Image=looked_up)), aws=fake.aws())
    named = with_parameters(Image={**looked_up, "Default": "/images/web"})
    deploy(make.shop(named), aws=fake.aws())
    assert fake.stacks[0].parameters == {"Image": "/images/web"}


def test_the_present_value_is_only_asked_for_where_the_stack_has_one(fake: FakeCloudFormation, make: Any) -> None:
    both = {"Old": {"Type": "String", "Default": "1"}, "New": {"Type": "String", "Default": "2"}}
    fake.add_stack("shop", with_parameters(Old=both["Old"]), parameters={"Old": "x"})
    deploy(make.shop({**OTHER, "Parameters": both}), aws=fake.aws())
    assert sent(fake, "CreateChangeSet")["Parameters"] == [{"ParameterKey": "Old", "UsePreviousValue": "true"}]
    assert fake.stacks[0].parameters == {"Old": "x", "New": "2"}
