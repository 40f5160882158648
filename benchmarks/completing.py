"""How long an editor waits for what it may offer, through pyright's language server."""

from __future__ import annotations

import json
from dataclasses import dataclass
from pathlib import Path

from .checking import printed
from .contest import Bench, Budget, Contender, Contest

PROGRAM = Path(__file__).parent / "programs" / "complete.py"


@dataclass(frozen=True)
class Case:
    """A file with ¦ where the cursor stands, and what has to be offered there."""

    peer: str
    text: str
    expected: str


CASES = {
    "awsdeck": Case(
        "wheel",
        'from awsdeck import App, S3Bucket, Stack\n\nshop = Stack(App(), "shop")\nS3Bucket(shop, "Uploads", ¦)\n',
        "versioned=",
    ),
    "awsdeck, L1": Case(
        "wheel",
        'from awsdeck import App, Stack\nfrom awsdeck.cfn import s3\n\nshop = Stack(App(), "shop")\n'
        's3.Bucket(shop, "Uploads", ¦)\n',
        "VersioningConfiguration=",
    ),
    "troposphere": Case(
        "troposphere", 'from troposphere import s3\n\ns3.Bucket("Uploads", ¦)\n', "VersioningConfiguration="
    ),
    "aws-cdk-lib": Case(
        "cdk",
        'from aws_cdk import App, Stack\nfrom aws_cdk import aws_s3 as s3\n\nshop = Stack(App(), "shop")\n'
        's3.Bucket(shop, "Uploads", ¦)\n',
        "versioned=",
    ),
    "aws-cdk-lib, L1": Case(
        "cdk",
        'from aws_cdk import App, Stack\nfrom aws_cdk import aws_s3 as s3\n\nshop = Stack(App(), "shop")\n'
        's3.CfnBucket(shop, "Uploads", ¦)\n',
        "versioning_configuration=",
    ),
}


def _contender(name: str, case: Case, edits: int) -> Contender:
    def prepare(bench: Bench, folder: Path) -> None:
        order = {
            "text": case.text,
            "expected": case.expected,
            "edits": edits,
            "python": bench.fill(f"{{{case.peer}-python}}"),
        }
        (folder / "order.json").write_text(json.dumps(order), encoding="utf-8")
        (folder / "pyrightconfig.json").write_text("{}", encoding="utf-8")

    command = ["{python}", PROGRAM.name, "{node}", "{langserver}"]
    slow = 2 if case.peer == "cdk" else None
    return Contender(name, command, [PROGRAM], needs=[case.peer], rounds=slow, prepare=prepare, value=printed)


def _offered(folders: dict[str, Path]) -> str:
    offered = {
        name: json.loads((folder / "stdout").read_text(encoding="utf-8"))["offered"] for name, folder in folders.items()
    }
    right = [name for name, found in offered.items() if found]
    wrong = [name for name, found in offered.items() if not found]
    return f"the property is offered by {', '.join(right)}" + (f", not by {', '.join(wrong)}" if wrong else "")


def _contest(name: str, title: str, edits: int, rounds: int) -> Contest:
    return Contest(
        name,
        title,
        [_contender(app, case, edits) for app, case in CASES.items()],
        [Budget("awsdeck", "aws-cdk-lib", None), Budget("awsdeck, L1", "aws-cdk-lib, L1", None)],
        _offered,
        rounds=rounds,
        quick=1,
        unit="ms",
    )


def contests(bench: Bench) -> list[Contest]:
    return [
        _contest("completion-first", "from opening a file to the first offer", 0, rounds=3),
        _contest("completion", "from a keystroke to the offer, the median of ten", 10, rounds=3),
    ]
