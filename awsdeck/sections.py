"""What stands in a template beside resources: parameters, mappings, conditions, outputs."""

from __future__ import annotations

import re

from .constructs import Construct
from .errors import ConstructError, TokenError
from .node import Node
from .rules.templates.parameters import PARAMETER_TYPES
from .source import caller
from .tokens import (
    ListToken,
    describe,
    express,
    finish,
    has_marker,
    intrinsic,
    known_now,
    living,
    name_of,
    reference,
    render,
)  # fmt: skip

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence
    from collections.abc import Mapping as MappingType
    from typing import Any, ClassVar

    from .tokens import Token


class Element(Construct):
    """Something with a logical id in a section of its own."""

    __slots__ = ("body",)
    SECTION: ClassVar[str] = ""
    exportable: ClassVar[bool] = False
    named_only: ClassVar[bool] = True  # it has no value that another template could be given
    body: Any

    def _enter(self, scope: Construct, id: str) -> None:
        self.node = Node(self, scope, id)
        if self.node.stack is None:
            raise ConstructError(
                f"{type(self).__name__} {id!r} stands outside a stack", place=caller(), fix="give it a Stack"
            )
        if self.SECTION == "Parameters":
            self.node.stack.wiring.declared.append(self)

    def gives_list(self, attribute: str | None) -> bool:
        """Whether `Ref` of it is a list."""
        return False

    def finished(self) -> Any:
        """The element as it stands in the template."""
        assert self.node.stack is not None
        wiring = self.node.stack.wiring
        wiring.asker = self
        return finish(express(self.body), wiring.final)


class Parameter(Element):
    """A value given at deploy time; `ref` (or `items` for a list type) stands for it.

    `type` is CloudFormation's: String, Number, CommaDelimitedList, `AWS::EC2::VPC::Id`,
    `AWS::SSM::Parameter::Value<String>`, … `secret=True` is `NoEcho`: shown as asterisks everywhere.
    Source: CloudFormation User Guide, Parameters.
    """

    __slots__ = ()
    SECTION = "Parameters"
    named_only = False

    def __init__(
        self,
        scope: Construct,
        id: str,
        *,
        type: str = "String",
        default: str | float | Sequence[str] | None = None,
        description: str | None = None,
        allowed_values: Sequence[str | int | float] | None = None,
        allowed_pattern: str | None = None,
        min_length: int | None = None,
        max_length: int | None = None,
        min_value: float | None = None,
        max_value: float | None = None,
        constraint_description: str | None = None,
        secret: bool = False,
    ) -> None:
        self._enter(scope, id)
        given = {"type": type, "default": default, "description": description, "allowed_values": allowed_values}
        given |= {"allowed_pattern": allowed_pattern, "constraint_description": constraint_description}
        for keyword, value in given.items():
            known_now(value, f"Parameter {id}: {keyword}=")
        if not re.fullmatch(PARAMETER_TYPES, type):
            raise ConstructError(
                f"{type!r} is not a parameter type", place=caller(),
                fix="String, Number, CommaDelimitedList, List<Number>, AWS::SSM::Parameter::Value<…> or AWS::EC2::…::Id",
            )  # fmt: skip
        if default is not None and not isinstance(default, str | int | float):
            default = ",".join(default)
        if secret and default not in (None, "") and "{{resolve:" not in str(default):
            raise ConstructError(
                f"Parameter {id}: the default of a secret stands in the template for everybody", place=caller(),
                fix="leave default= out, or give secret_value(…) where the secret is used",
            )  # fmt: skip
        if default is not None and allowed_values is not None:
            chosen = str(default).split(",") if "List" in type else [str(default)]
            wrong = [value for value in chosen if value not in map(str, allowed_values)]
            if wrong:
                raise ConstructError(
                    f"Parameter {id}: the default {wrong[0]!r} is not among its allowed values", place=caller(),
                    fix=f"one of: {', '.join(map(str, allowed_values))}",
                )  # fmt: skip
        body = {
            "Type": type,
            "Default": default,
            "Description": description,
            "AllowedValues": list(allowed_values) if allowed_values is not None else None,
            "AllowedPattern": allowed_pattern,
            "MinLength": min_length,
            "MaxLength": max_length,
            "MinValue": min_value,
            "MaxValue": max_value,
            "ConstraintDescription": constraint_description,
            "NoEcho": True if secret else None,
        }
        self.body = {key: value for key, value in body.items() if value is not None}

    @property
    def ref(self) -> Token:
        """The value given at deploy; accepted for numbers too when the type is Number."""
        if self._is_list:
            raise ConstructError(f"{self.node.path} is a list", place=caller(), fix="use .items, or .items[0]")
        return reference(self)

    @property
    def items(self) -> ListToken:
        """The values given at deploy, for list types."""
        if not self._is_list:
            raise ConstructError(f"{self.node.path} is a single value", place=caller(), fix="use .ref")
        return ListToken(express({"Ref": reference(self)})["Ref"])

    def gives_list(self, attribute: str | None) -> bool:
        """Whether `Ref` of it is a list."""
        return self._is_list

    @property
    def _is_list(self) -> bool:
        return "List" in self.body["Type"]


class Mapping(Element):
    """A table of fixed values by two keys: `Mapping(stack, "Images", {"eu-west-1": {"arm": "ami-…"}})`."""

    __slots__ = ()
    SECTION = "Mappings"

    def __init__(self, scope: Construct, id: str, table: MappingType[str, MappingType[str, Any]]) -> None:
        self._enter(scope, id)
        known_now(table, f"Mapping {id}")
        self.body = {str(first): dict(row) for first, row in table.items()}
        for first, row in self.body.items():
            for second in row:
                if not re.fullmatch(r"[A-Za-z0-9.-]+", str(second)):
                    raise ConstructError(
                        f"{id}/{first}: {second!r} cannot be a key", place=caller(), fix="letters, digits, . and -"
                    )

    def find(self, first: str, second: str) -> Any:
        """`Fn::FindInMap`: the value at two keys, either of which may be a deploy-time value."""
        later = [not isinstance(key, str) or has_marker(key) for key in (first, second)]
        rows = list(self.body.values()) if later[0] else [self.body.get(first, {})]
        if not any(row if later[1] else second in map(str, row) for row in rows):
            shown = ", ".join(describe(key) if isinstance(key, str) else "…" for key in (first, second))
            keys = sorted({*self.body, *(str(key) for row in self.body.values() for key in row)})
            raise ConstructError(
                f"{self.node.path} has nothing at {shown}", place=caller(),
                fix=f"its keys are {', '.join(keys)}",
            )  # fmt: skip
        return intrinsic("Fn::FindInMap", [name_of(self), first, second])


class ConditionExpression:
    """A condition without a name; combine with `&`, `|` and `~`, then give it to a `Condition`."""

    __slots__ = ("data",)

    def __init__(self, data: MappingType[str, Any]) -> None:
        self.data = dict(data)

    def to_cloudformation(self) -> dict[str, Any]:
        """The condition function as plain data."""
        return self.data

    def __and__(self, other: ConditionExpression | Condition) -> ConditionExpression:
        return ConditionExpression({"Fn::And": [*_flat(self, "Fn::And"), *_flat(other, "Fn::And")]})

    def __or__(self, other: ConditionExpression | Condition) -> ConditionExpression:
        return ConditionExpression({"Fn::Or": [*_flat(self, "Fn::Or"), *_flat(other, "Fn::Or")]})

    def __invert__(self) -> ConditionExpression:
        if self.data.keys() == {"Fn::Not"}:
            inner = self.data["Fn::Not"][0]
            return inner if isinstance(inner, ConditionExpression) else ConditionExpression(inner)
        return ConditionExpression({"Fn::Not": [self.data]})

    def __bool__(self) -> bool:
        raise ConstructError(
            "a condition is only known at deploy time", place=caller(), fix="use &, | and ~ in place of and, or, not"
        )


class Condition(Element):
    """A named truth, decided at deploy time; for `if_(condition, a, b)`, `resource.when(condition)` and outputs."""

    __slots__ = ()
    SECTION = "Conditions"

    def __init__(self, scope: Construct, id: str, expression: ConditionExpression | Condition) -> None:
        self._enter(scope, id)
        if not isinstance(expression, ConditionExpression | Condition):
            raise ConstructError(
                f"Condition {id}: {expression!r} is not a condition", place=caller(),
                fix="write equals(a, b), or combine conditions with &, | and ~",
            )  # fmt: skip
        self.body = _data(expression)
        stack = self.node.stack
        for referent in _asked(express(self.body)):
            outside = referent.node.stack is not stack and stack is not None and stack.parent is not None
            if hasattr(referent, "TYPE") and not outside:  # what is outside a nested stack comes in as a parameter
                raise TokenError(
                    f"Condition {id} asks about the resource {referent.node.label}; conditions are decided before there "
                    "are any",
                    place=caller(),
                    fix="ask about a Parameter, a pseudo parameter such as AWS.Region, or a Mapping",
                )

    def __and__(self, other: ConditionExpression | Condition) -> ConditionExpression:
        return ConditionExpression(_data(self)) & other

    def __or__(self, other: ConditionExpression | Condition) -> ConditionExpression:
        return ConditionExpression(_data(self)) | other

    def __invert__(self) -> ConditionExpression:
        return ~ConditionExpression(_data(self))

    def __bool__(self) -> bool:
        raise ConstructError(
            f"the condition {self.node.path} is only known at deploy time", place=caller(),
            fix="use &, | and ~ in place of and, or, not, and if_(...) in place of if",
        )  # fmt: skip


def _asked(expression: Any) -> Iterator[Any]:
    """Everything in the tree that an expression refers to."""
    if isinstance(expression, list):
        for item in expression:
            yield from _asked(item)
    elif isinstance(expression, dict):
        for name, argument in expression.items():
            first = argument[0] if name == "Fn::GetAtt" and isinstance(argument, list) else argument
            if name in ("Ref", "Fn::GetAtt") and isinstance(first, int):
                yield living(first)
            else:
                yield from _asked(argument)


def _data(expression: ConditionExpression | Condition) -> dict[str, Any]:
    return {"Condition": name_of(expression)} if isinstance(expression, Condition) else expression.data


def _flat(expression: ConditionExpression | Condition, name: str) -> list[Any]:
    data = _data(expression)
    inner = data.get(name)
    return list(inner) if isinstance(inner, list) and len(inner) < 10 else [data]


def equals(left: Any, right: Any) -> ConditionExpression:
    """`Fn::Equals`: whether two values are the same text."""
    return ConditionExpression({"Fn::Equals": [left, right]})


class Output(Element):
    """A value the stack shows after a deploy; `export` makes it importable by other stacks under that name."""

    __slots__ = ("condition",)
    SECTION = "Outputs"

    def __init__(
        self,
        scope: Construct,
        id: str,
        value: Any,
        *,
        description: str | None = None,
        export: str | None = None,
        condition: Condition | None = None,
    ) -> None:
        self._enter(scope, id)
        self.condition = condition
        assert self.node.stack is not None
        provisional = self.node.stack.wiring.provisional
        render(value, provisional, [], ("Value",))
        if export is not None:
            render(export, provisional, [], ("Export", "Name"))
        if condition is not None:
            finish(name_of(condition), provisional)
        self.body = {"Value": value}
        if description is not None:
            self.body["Description"] = description
        if export is not None:
            self.body["Export"] = {"Name": export}

    def finished(self) -> Any:
        """The output as it stands in the template."""
        body = super().finished()
        if self.condition is not None:
            body["Condition"] = self.condition.node.logical_id
        return body
