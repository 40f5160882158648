"""Tasks of a state machine on single items of a DynamoDB table.

Source: Step Functions Developer Guide, perform DynamoDB CRUD operations.
"""

from __future__ import annotations

from ...errors import ConstructError
from ...source import caller
from ..dynamodb.tablekeys import typed as key_name
from ..security.keys import grant_key
from .choice import Expr, Var
from .tasks import Task, fitting, given, integration

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from typing import Any, Unpack

    from ..dynamodb.dynamodb import TableAccess
    from .tasks import TaskFields


def get_item(name: str, table: TableAccess, *, key: Mapping[str, Any], **fields: Unpack[TaskFields]) -> Task:
    """Read one item of a table by its key: `{"id": var("$.id")}`; the result has it under `Item`, in DynamoDB's JSON.

    Values are text, numbers, True, False, `var` (its `kind` says whether it is a number), or `{"S": …}` as DynamoDB
    writes it.
    """
    return _item(name, "getItem", table, ("kms:Decrypt",), fields, Key=typed(key))


def put_item(
    name: str, table: TableAccess, *, item: Mapping[str, Any], condition: str | None = None,
    values: Mapping[str, Any] | None = None, names: Mapping[str, str] | None = None, **fields: Unpack[TaskFields],
) -> Task:  # fmt: skip
    """Write one item to a table; `condition` with its `values` and `names` must hold. Values as for `get_item`."""
    return _item(
        name, "putItem", table, _WRITING, fields, Item=typed(item), ConditionExpression=condition,
        ExpressionAttributeValues=None if values is None else typed(values), ExpressionAttributeNames=names,
    )  # fmt: skip


def update_item(
    name: str, table: TableAccess, *, key: Mapping[str, Any], update: str, values: Mapping[str, Any] | None = None,
    names: Mapping[str, str] | None = None, condition: str | None = None, **fields: Unpack[TaskFields],
) -> Task:  # fmt: skip
    """Change one item of a table: `update="SET paid = :yes", values={":yes": True}`. Values as for `get_item`."""
    return _item(
        name, "updateItem", table, _WRITING, fields, Key=typed(key), UpdateExpression=update,
        ExpressionAttributeValues=None if values is None else typed(values), ExpressionAttributeNames=names,
        ConditionExpression=condition,
    )  # fmt: skip


def delete_item(
    name: str, table: TableAccess, *, key: Mapping[str, Any], condition: str | None = None,
    values: Mapping[str, Any] | None = None, names: Mapping[str, str] | None = None, **fields: Unpack[TaskFields],
) -> Task:  # fmt: skip
    """Delete one item of a table by its key, when `condition` holds. Values as for `get_item`."""
    return _item(
        name, "deleteItem", table, _WRITING, fields, Key=typed(key), ConditionExpression=condition,
        ExpressionAttributeValues=None if values is None else typed(values), ExpressionAttributeNames=names,
    )  # fmt: skip


_WRITING = ("kms:Decrypt", "kms:Encrypt", "kms:GenerateDataKey*", "kms:ReEncrypt*")
_DYNAMODB = {"text": "S", "time": "S", "number": "N", "boolean": "BOOL"}


def _item(
    name: str, action: str, table: TableAccess, keys: Sequence[str], fields: Any, **arguments: Any
) -> Task:  # fmt: skip
    fitting(name, table, "table_name", "a table")
    _check_key(name, table, arguments)
    arguments = given({"TableName": table.table_name, **arguments})
    made = Task(name, integration(f"dynamodb:{action}"), arguments=arguments, **fields)

    def let(machine: Any, role: Any) -> None:
        grant_key(table, table.key, role, keys, via="dynamodb")
        role.allow(f"dynamodb:{action[:1].upper()}{action[1:]}", on=table.arn)

    made.needs.append(let)
    return made


def _check_key(name: str, table: Any, arguments: Mapping[str, Any]) -> None:
    """Refuse an item without its key, or a key that is not the table's, where the table says which that is."""
    own = [key_name(key)[0] for one in ("partition_key", "sort_key") for key in [getattr(table, one, None)] if key]
    given = arguments.get("Item", arguments.get("Key", {}))
    wrong = [key for key in own if key not in given] or (
        "Key" in arguments and [key for key in given if key not in own]
    )
    if own and wrong:
        what = "writes an item with" if "Item" in arguments else "asks by"
        raise ConstructError(
            f"the task {name!r} {what} {', '.join(given) or 'nothing'}, and the key of {table.node.path} is "
            f"{' and '.join(own)}",
            place=caller(), fix=f"give {' and '.join(own)}" + ("" if "Item" in arguments else ", and nothing else"),
        )  # fmt: skip


def typed(item: Mapping[str, Any]) -> dict[str, Any]:
    """An item with its values as DynamoDB writes them."""
    if not isinstance(item, dict):
        raise ConstructError(f"{item!r} is no item", place=caller(), fix='name its attributes: {"id": var("$.id")}')
    return {name: _typed(name, value) for name, value in item.items()}


def _typed(name: str, value: Any) -> Any:
    if isinstance(value, dict):
        return value
    if isinstance(value, Var):
        if value.kind == "number":
            return {"N": Var(f"States.Format('{{}}', {value.path})", "text")}
        return {_DYNAMODB[value.kind]: value}
    if isinstance(value, Expr | str):
        return {"S": value}
    if isinstance(value, bool):
        return {"BOOL": value}
    if isinstance(value, int | float):
        return {"N": str(value)}
    if value is None:
        return {"NULL": True}
    raise ConstructError(
        f"{name} is a {type(value).__name__}", place=caller(),
        fix='give text, a number, True, False, var(…) or expr(…), or DynamoDB\'s own {"L": […]}',
    )  # fmt: skip
