"""Each guide gives every one of its answers to the need it is meant for."""

from __future__ import annotations

from importlib import import_module
from typing import Any

import pytest

from awsdeck import planning
from awsdeck.planning import GUIDES

NEEDS: dict[str, list[tuple[dict[str, Any], str]]] = {
    "purchase": [
        ({"dedicated_hardware": True, "interruptible": True}, "Dedicated Host"),
        ({"interruptible": True, "predictable": True, "commitment_years": 3}, "Spot"),
        ({"predictable": True, "commitment_years": 1}, "Reserved (Standard)"),
        ({"predictable": True, "commitment_years": 1, "may_change": True}, "Reserved (Convertible)"),
        ({"predictable": True, "commitment_years": 1, "recurring_window": True}, "Reserved (Scheduled)"),
        ({"recurring_window": True}, "Reserved (Scheduled)"),
        ({"recurring_window": True, "limits": "current"}, "On-Demand Capacity Reservation with a Savings Plan"),
        ({"predictable": True}, "On-Demand"),
    ],
    "ebs": [
        ({"boot": True}, "gp2"),
        ({"workload": "database", "iops": 10_001}, "io1"),
        ({"workload": "database", "iops": 16_000, "limits": "current"}, "gp3"),
        ({"workload": "throughput"}, "st1"),
        ({"workload": "throughput", "boot": True}, "gp2"),
        ({"workload": "cold"}, "sc1"),
        ({"workload": "lowest-cost", "boot": True}, "standard"),
        ({"workload": "cold", "iops": 500}, "gp2"),
    ],
    "load-balancer": [
        ({"protocol": "websocket"}, "ALB"),
        ({"protocol": "tcp"}, "NLB"),
        ({"static_ip": True}, "NLB"),
        ({"legacy": True}, "Classic"),
    ],
    "cache": [
        ({}, "Memcached"),
        ({"simple": True}, "Memcached"),
        ({"simple": True, "data_types": True}, "Redis"),
        ({"ranking": True}, "Redis"),
        ({"failover": True, "limits": "current"}, "Valkey or Redis"),
    ],
    "capacity-mode": [({"traffic": "spiky"}, "On-demand"), ({"traffic": "growing"}, "Provisioned")],
    "instance-family": [
        ({"use_case": "genomics"}, "F1"),
        ({"use_case": "web-server"}, "T2"),
        ({"use_case": "machine-learning", "limits": "current"}, "P5"),
    ],
    "caching": [
        ({}, "Lazy loading with a time to live"),
        ({"survive_node_loss": True}, "Lazy loading with a time to live"),
        ({"never_stale": True}, "Write-through"),
        ({"never_stale": True, "survive_node_loss": True}, "Write-through, with lazy loading and a time to live"),
    ],
    "index": [
        ({"same_partition_key": True}, "Local secondary index"),
        ({"same_partition_key": True, "table_exists": True}, "Global secondary index"),
        ({"same_partition_key": False}, "Global secondary index"),
        ({"same_partition_key": False, "strong_reads": True}, "No index"),
    ],
    "mail": [
        ({"to_customers": True}, "SES"),
        ({"incoming": True}, "SES"),
        ({}, "SNS"),
        ({"fan_out": True}, "SNS"),
        ({"fan_out": True, "to_customers": True}, "SES"),
    ],
    "availability": [
        ({"survive_zone": True}, "Multi-AZ"),
        ({"more_reads": True}, "Read replicas"),
        ({"survive_zone": True, "more_reads": True}, "Multi-AZ with read replicas"),
        ({"other_region": True}, "Cross-Region read replica"),
        ({"survive_zone": True, "engine": "aurora-mysql"}, "Several instances in the Aurora cluster"),
        ({}, "One instance with backups"),
        ({"engine": "mysql"}, "One instance with backups"),
    ],
    "storage-class": [
        ({}, "STANDARD"),
        ({"access": "frequent"}, "STANDARD"),
        ({"access": "infrequent"}, "STANDARD_IA"),
        ({"access": "infrequent", "reproducible": True}, "ONEZONE_IA"),
        ({"reproducible": True}, "REDUCED_REDUNDANCY"),
        ({"reproducible": True, "limits": "current"}, "ONEZONE_IA"),
        ({"access": "archive"}, "GLACIER"),
    ],
    "database-cache": [
        ({"database": "dynamodb"}, "DAX"),
        ({"database": "dynamodb", "strong_reads": True}, "No cache"),
        ({"database": "relational"}, "ElastiCache"),
        ({"database": "computed", "mostly_writes": True}, "No cache"),
    ],
    "queue": [
        ({"ordered": True, "calls": 300}, "SQS FIFO"),
        ({"calls": 100_000}, "SQS standard"),
        ({"many_receivers": True}, "SNS"),
    ],
    "protection": [
        ({"need": "exact-reads"}, "Strongly consistent reads"),
        ({"need": "existing-database"}, "Snapshot, encrypted copy, restore"),
        ({"need": "large-data"}, "Envelope encryption"),
        ({"need": "instance-access"}, "An IAM role"),
    ],
}
CASES = [pytest.param(word, need, choice, id=f"{word}-{choice}") for word in NEEDS for need, choice in NEEDS[word]]


@pytest.mark.parametrize(("word", "need", "choice"), CASES)
def test_a_need_leads_to_its_choice(word: str, need: dict[str, Any], choice: str) -> None:
    advice = getattr(planning, f"advise_{word.replace('-', '_')}")(**need)
    assert advice.choice == choice
    assert advice.why
    assert advice.source.startswith("course notes")


@pytest.mark.parametrize("word", GUIDES)
def test_every_guide_is_proved_and_every_choice_has_a_reason(word: str) -> None:
    assert word in NEEDS
    module, _, name = GUIDES[word].partition(":")
    guide = getattr(import_module(f"awsdeck.planning.{module}"), name.upper())
    assert guide.question.endswith("?")
    assert all(choice.name and choice.when and choice.why for choice in guide.choices.values())


@pytest.mark.parametrize("word", GUIDES)
def test_every_answer_can_be_had_by_asking_for_something(word: str) -> None:
    """Without any need a command lists the choices, so each of them must have a need that leads to it."""
    module, _, name = GUIDES[word].partition(":")
    choices = getattr(import_module(f"awsdeck.planning.{module}"), name.upper()).choices
    if word in ("instance-family", "protection"):
        use = "use_case" if word == "instance-family" else "need"
        guide = getattr(planning, f"advise_{word.replace('-', '_')}")
        assert {guide(**{use: key}).choice for key in choices} == {choice.name for choice in choices.values()}
    else:
        reached = {choice for need, choice in NEEDS[word] if need.keys() - {"limits"}}
        assert {choice.name for choice in choices.values()} <= reached


def test_a_bucket_with_many_requests_is_told_to_spread_its_keys() -> None:
    early = planning.advise_storage_class(puts=101)
    assert early.choice == "STANDARD"
    assert "random prefix" in early.notes[0]
    assert planning.advise_storage_class(puts=101, limits="current").notes == ()
    assert planning.advise_storage_class(gets=11_001, limits="current").notes == ("spread the keys over 3 prefixes",)


def test_what_was_asked_but_cannot_be_had_is_said() -> None:
    assert "nothing boots from st1" in planning.advise_ebs(workload="throughput", boot=True).notes
    assert "several queues" in planning.advise_queue(ordered=True, calls=1_000).notes[0]
    assert "X-Forwarded-For" in planning.advise_load_balancer(client_address=True).notes[0]
