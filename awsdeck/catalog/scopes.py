"""Which resources the permissions of CloudFormation's handlers can be limited to.

Source: Service Authorization Reference, as `schemas/PROVENANCE.json` says.
"""

from __future__ import annotations

from .store import read_data

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Mapping


def scopes_of(action: str) -> Mapping[str, tuple[str, ...]]:
    """The kinds of resources an action such as `sqs:CreateQueue` can be limited to, each with the forms of its ARN.

    In the forms `{partition}`, `{region}` and `{account}` stand for what they say and `*` for a name. Nothing is given
    for an action that takes no resource, or that nobody knows.
    """
    service, _, name = action.partition(":")
    kinds = (read_data("scopes.json") or {}).get(service, {})
    return {kind: tuple(forms.split()) for kind, (forms, actions) in kinds.items() if name in actions.split()}
