"""The arithmetic and the decisions of the course notes, as functions: `from awsdeck.planning import capacity, Load`.

Calculators return a `Result` with figures, units and notes; guides return an `Advice`. Both are what `awsdeck calc` and
`awsdeck advise` print. Wrong input raises `ConstructError` at the caller's line, with everything that is wrong.
"""

from __future__ import annotations

from importlib import import_module

TYPE_CHECKING = False
if TYPE_CHECKING:
    from .advice import Advice as Advice
    from .disks import volume as volume
    from .guides.compute import ebs as advise_ebs
    from .guides.compute import load_balancer as advise_load_balancer
    from .guides.compute import purchase as advise_purchase
    from .guides.database import availability as advise_availability
    from .guides.database import cache as advise_cache
    from .guides.database import caching as advise_caching
    from .guides.database import capacity_mode as advise_capacity_mode
    from .guides.database import database_cache as advise_database_cache
    from .guides.database import index as advise_index
    from .guides.families import instance_family as advise_instance_family
    from .guides.messages import mail as advise_mail
    from .guides.messages import queue as advise_queue
    from .guides.storage import protection as advise_protection
    from .guides.storage import storage_class as advise_storage_class
    from .keyspread import prefixes as prefixes
    from .lambdaprice import lambda_price as lambda_price
    from .load import Load as Load
    from .load import read_units as read_units
    from .load import write_units as write_units
    from .purchase import reserved as reserved
    from .purchase import spot_hours as spot_hours
    from .queues import fifo as fifo
    from .recovery import backup_storage as backup_storage
    from .recovery import restore_plan as restore_plan
    from .result import Result as Result
    from .tables import capacity as capacity
    from .tables import throughput as throughput
    from .throttling import throttle as throttle
    from .throttling import token_bucket as token_bucket
    from .volumes import gp2 as gp2
    from .waits import backoff as backoff

CALCULATORS = {
    "capacity": "tables:capacity",
    "throughput": "tables:throughput",
    "gp2": "volumes:gp2",
    "volume": "disks:volume",
    "lambda-price": "lambdaprice:lambda_price",
    "throttle": "throttling:throttle",
    "fifo": "queues:fifo",
    "backoff": "waits:backoff",
    "spot-hours": "purchase:spot_hours",
    "reserved": "purchase:reserved",
    "backup-storage": "recovery:backup_storage",
    "restore": "recovery:restore_plan",
    "prefixes": "keyspread:prefixes",
}
"""Where each calculator is, by the word that `awsdeck calc` knows it by."""
GUIDES = {
    "purchase": "guides.compute:purchase",
    "ebs": "guides.compute:ebs",
    "load-balancer": "guides.compute:load_balancer",
    "instance-family": "guides.families:instance_family",
    "cache": "guides.database:cache",
    "capacity-mode": "guides.database:capacity_mode",
    "caching": "guides.database:caching",
    "index": "guides.database:index",
    "availability": "guides.database:availability",
    "database-cache": "guides.database:database_cache",
    "mail": "guides.messages:mail",
    "queue": "guides.messages:queue",
    "storage-class": "guides.storage:storage_class",
    "protection": "guides.storage:protection",
}
"""Where each guide is, by the word that `awsdeck advise` knows it by."""
_HOMES = {
    **{home.partition(":")[2]: home for home in CALCULATORS.values()},
    **{f"advise_{word.replace('-', '_')}": home for word, home in GUIDES.items()},
    "Advice": "advice:Advice",
    "Load": "load:Load",
    "Result": "result:Result",
    "read_units": "load:read_units",
    "token_bucket": "throttling:token_bucket",
    "write_units": "load:write_units",
}
__all__ = [
    "CALCULATORS",
    "GUIDES",
    "Advice",
    "Load",
    "Result",
    "advise_availability",
    "advise_cache",
    "advise_caching",
    "advise_capacity_mode",
    "advise_database_cache",
    "advise_ebs",
    "advise_index",
    "advise_instance_family",
    "advise_load_balancer",
    "advise_mail",
    "advise_protection",
    "advise_purchase",
    "advise_queue",
    "advise_storage_class",
    "backoff",
    "backup_storage",
    "capacity",
    "fifo",
    "gp2",
    "lambda_price",
    "prefixes",
    "read_units",
    "reserved",
    "restore_plan",
    "spot_hours",
    "throttle",
    "throughput",
    "token_bucket",
    "volume",
    "write_units",
]


def __getattr__(name: str) -> object:
    home = _HOMES.get(name)
    if home is None:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    module, _, what = home.partition(":")
    return getattr(import_module(f".{module}", __name__), what)


def __dir__() -> list[str]:
    return list(__all__)
