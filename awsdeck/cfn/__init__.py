"""L1: every CloudFormation resource type under its own names, made on first use.

    from awsdeck.cfn import sqs
    queue = sqs.Queue(stack, "Orders", FifoQueue=True)
    queue.Arn, queue.ref

A service's module is its name in lower case (`ec2`, `elasticloadbalancingv2`, `lambda_`). Nested values are plain
dictionaries; type stubs describe them to editors and type checkers.
"""

from __future__ import annotations

from .build import install, resource_class, service_module
from .names import modules

TYPE_CHECKING = False
if TYPE_CHECKING:
    from types import ModuleType

install()

__all__ = ["resource_class"]


def __getattr__(name: str) -> ModuleType:
    if name.startswith("__"):
        raise AttributeError(name)
    module = service_module(name)
    globals()[name] = module
    return module


def __dir__() -> list[str]:
    return sorted(modules())
