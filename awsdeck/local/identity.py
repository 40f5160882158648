"""IAM types MiniStack has an API for and no CloudFormation handler, or one that answers `Ref` wrongly."""

from __future__ import annotations

import json
from typing import Any

from .call import call
from .kind import Kind, Made, Properties, made_up


def named(policies: Any) -> dict[str, str]:
    """A `Policies` list as documents by name."""
    return {policy["PolicyName"]: json.dumps(policy["PolicyDocument"]) for policy in policies or []}


class Group:
    """AWS::IAM::Group, with its inline and its managed policies."""

    in_place = frozenset({"ManagedPolicyArns", "Path", "Policies"})

    def create(self, logical_id: str, properties: Properties, stack: str) -> Made:
        name = properties.get("GroupName") or made_up(stack, logical_id)
        call("iam", "CreateGroup", GroupName=name, Path=properties.get("Path"))
        return name, self.apply(name, {}, properties)

    def update(self, name: str, old: Properties, new: Properties) -> Made:
        if old.get("Path", "/") != new.get("Path", "/"):
            call("iam", "UpdateGroup", GroupName=name, NewPath=new.get("Path", "/"))
        return name, self.apply(name, old, new)

    def delete(self, name: str, properties: Properties) -> None:
        for user in call("iam", "GetGroup", GroupName=name)["Users"]:
            call("iam", "RemoveUserFromGroup", GroupName=name, UserName=user["UserName"])
        self.apply(name, properties, {})
        call("iam", "DeleteGroup", GroupName=name)

    def apply(self, name: str, old: Properties, new: Properties) -> dict[str, Any]:
        before, after = set(old.get("ManagedPolicyArns") or []), set(new.get("ManagedPolicyArns") or [])
        for arn in sorted(before - after):
            call("iam", "DetachGroupPolicy", GroupName=name, PolicyArn=arn)
        for arn in sorted(after - before):
            call("iam", "AttachGroupPolicy", GroupName=name, PolicyArn=arn)
        inline, wanted = named(old.get("Policies")), named(new.get("Policies"))
        for policy in sorted(inline.keys() - wanted.keys()):
            call("iam", "DeleteGroupPolicy", GroupName=name, PolicyName=policy)
        for policy, document in wanted.items():
            call("iam", "PutGroupPolicy", GroupName=name, PolicyName=policy, PolicyDocument=document)
        return {"Arn": call("iam", "GetGroup", GroupName=name)["Group"]["Arn"]}


class InlinePolicy:
    """AWS::IAM::RolePolicy, UserPolicy and GroupPolicy: one inline policy of one principal."""

    in_place = frozenset({"PolicyDocument"})

    def __init__(self, principal: str) -> None:
        self.principal = principal

    def create(self, logical_id: str, properties: Properties, stack: str) -> Made:
        owner, name = properties[f"{self.principal}Name"], properties["PolicyName"]
        self._put(owner, name, properties)
        return f"{name}|{owner}", {}

    def update(self, physical_id: str, old: Properties, new: Properties) -> Made:
        self._put(new[f"{self.principal}Name"], new["PolicyName"], new)
        return physical_id, {}

    def delete(self, physical_id: str, properties: Properties) -> None:
        name, _, owner = physical_id.partition("|")
        call("iam", f"Delete{self.principal}Policy", **{f"{self.principal}Name": owner, "PolicyName": name})

    def _put(self, owner: str, name: str, properties: Properties) -> None:
        document = properties.get("PolicyDocument") or {}
        put = {f"{self.principal}Name": owner, "PolicyName": name, "PolicyDocument": document}
        call("iam", f"Put{self.principal}Policy", **put)


class UserToGroupAddition:
    """AWS::IAM::UserToGroupAddition: who belongs to a group."""

    in_place = frozenset({"GroupName", "Users"})

    def create(self, logical_id: str, properties: Properties, stack: str) -> Made:
        self.apply(properties["GroupName"], [], properties["Users"])
        return made_up(stack, logical_id), {}

    def update(self, physical_id: str, old: Properties, new: Properties) -> Made:
        if old["GroupName"] != new["GroupName"]:
            self.delete(physical_id, old)
            old = {"Users": []}
        self.apply(new["GroupName"], old["Users"], new["Users"])
        return physical_id, {}

    def delete(self, physical_id: str, properties: Properties) -> None:
        self.apply(properties["GroupName"], properties["Users"], [])

    def apply(self, group: str, old: list[str], new: list[str]) -> None:
        for user in sorted(set(old) - set(new)):
            call("iam", "RemoveUserFromGroup", GroupName=group, UserName=user)
        for user in sorted(set(new) - set(old)):
            call("iam", "AddUserToGroup", GroupName=group, UserName=user)


class InstanceProfile:
    """AWS::IAM::InstanceProfile; MiniStack's own gives the ARN for `Ref`, where AWS gives the name."""

    in_place = frozenset({"Roles"})

    def create(self, logical_id: str, properties: Properties, stack: str) -> Made:
        name = properties.get("InstanceProfileName") or made_up(stack, logical_id)
        profile = call("iam", "CreateInstanceProfile", InstanceProfileName=name, Path=properties.get("Path"))
        self.apply(name, [], properties.get("Roles") or [])
        return name, {"Arn": profile["InstanceProfile"]["Arn"]}

    def update(self, name: str, old: Properties, new: Properties) -> Made:
        self.apply(name, old.get("Roles") or [], new.get("Roles") or [])
        return name, {"Arn": call("iam", "GetInstanceProfile", InstanceProfileName=name)["InstanceProfile"]["Arn"]}

    def delete(self, name: str, properties: Properties) -> None:
        self.apply(name, properties.get("Roles") or [], [])
        call("iam", "DeleteInstanceProfile", InstanceProfileName=name)

    def apply(self, name: str, old: list[str], new: list[str]) -> None:
        for role in sorted(set(old) - set(new)):
            call("iam", "RemoveRoleFromInstanceProfile", InstanceProfileName=name, RoleName=role)
        for role in sorted(set(new) - set(old)):
            call("iam", "AddRoleToInstanceProfile", InstanceProfileName=name, RoleName=role)


TYPES: dict[str, Kind] = {
    "AWS::IAM::Group": Group(),
    "AWS::IAM::GroupPolicy": InlinePolicy("Group"),
    "AWS::IAM::InstanceProfile": InstanceProfile(),
    "AWS::IAM::RolePolicy": InlinePolicy("Role"),
    "AWS::IAM::UserPolicy": InlinePolicy("User"),
    "AWS::IAM::UserToGroupAddition": UserToGroupAddition(),
}
