"""The benchmark measures what it says: programs make their source, nobody slow is asked too often, skips have a reason."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import xml.etree.ElementTree as ET
from pathlib import Path
from typing import Any

import pytest

from benchmarks import picture, report, sources
from benchmarks.contest import Bench, Budget, Contender, Contest, Result, run, score
from benchmarks.process import Failed, Usage, usage
from benchmarks.sameness import normal, same_templates, templates

ROOT = Path(__file__).parent.parent
SPIN = "import time\nwhile time.process_time() < {seconds}: pass\nprint('done')\n"


def bench(folder: Path, **failures: str) -> Bench:
    return Bench(folder, {"{python}": sys.executable}, {}, failures=failures)


def program(folder: Path, name: str, seconds: float = 0.0) -> Path:
    file = folder / name
    file.write_text(SPIN.format(seconds=seconds), encoding="utf-8")
    return file


def nothing(folders: dict[str, Path]) -> str:
    return "not compared"


@pytest.mark.parametrize(("name", "arguments"), [("small", ()), ("l2", ("14", "2")), ("many", ("40", "2"))])
def test_a_program_written_from_a_source_makes_the_source(
    name: str, arguments: tuple[str, ...], tmp_path: Path
) -> None:
    environment = {**os.environ, "PYTHONPATH": str(ROOT)}
    (tmp_path / "source.json").write_text(json.dumps(sources.read(name)), encoding="utf-8")
    write = [
        sys.executable,
        "-m",
        "benchmarks.writing",
        "awsdeck",
        str(tmp_path / "source.json"),
        str(tmp_path / "app.py"),
    ]
    subprocess.run(write, check=True, cwd=ROOT, env=environment)
    subprocess.run([sys.executable, "app.py", *arguments], check=True, cwd=tmp_path, env=environment)
    made = templates(tmp_path)
    wanted = [sources.filled(name, "0", f"{number}-0") for number in range(len(made))]
    assert [template["Resources"] for template in made.values()] == [normal(one)["Resources"] for one in wanted]


def test_what_cdk_adds_of_its_own_is_no_difference_and_a_property_is(tmp_path: Path) -> None:
    queue = {"Type": "AWS::SQS::Queue", "Properties": {"DelaySeconds": 5, "Tags": [{"Key": "b"}, {"Key": "a"}]}}
    other = {"Type": "AWS::SQS::Queue", "Properties": {"DelaySeconds": 5, "Tags": [{"Key": "a"}, {"Key": "b"}]}}
    cdk: dict[str, Any] = {
        "Resources": {
            "Q": {**other, "Metadata": {"aws:cdk:path": "s/Q"}},
            "CDKMetadata": {"Type": "AWS::CDK::Metadata"},
        },
        "Parameters": {"BootstrapVersion": {"Type": "String"}},
        "Rules": {"CheckBootstrapVersion": {}},
    }
    folders = {"awsdeck": tmp_path / "a", "cdk": tmp_path / "b"}
    for folder, out, template in zip(
        folders.values(), ("awsdeck.out", "cdk.out"), ({"Resources": {"Q": queue}}, cdk), strict=True
    ):
        (folder / out).mkdir(parents=True)
        (folder / out / "s.template.json").write_text(json.dumps(template), encoding="utf-8")
    assert same_templates(folders) == "equal templates, 1 resources"
    cdk["Resources"]["Q"]["Properties"]["DelaySeconds"] = "5"
    (folders["cdk"] / "cdk.out" / "s.template.json").write_text(json.dumps(cdk), encoding="utf-8")
    with pytest.raises(Failed, match=r"/s\.template\.json/Resources/Q/Properties/DelaySeconds: 5 and '5'"):
        same_templates(folders)


def test_the_cost_of_a_program_counts_what_it_starts(tmp_path: Path) -> None:
    program(tmp_path, "child.py", 0.2)
    (tmp_path / "parent.py").write_text("import subprocess, sys; subprocess.run([sys.executable, 'child.py'])\n")
    used = usage([sys.executable, "parent.py"], tmp_path)
    assert used.cpu >= 200
    assert used.peak >= 5
    assert (tmp_path / "stdout").read_text() == "done\n"


def test_a_program_that_fails_is_a_failure_with_what_it_said(tmp_path: Path) -> None:
    with pytest.raises(Failed, match=r"(?s)ended with 3:\nwoe"):
        usage([sys.executable, "-c", "import sys; print('woe', file=sys.stderr); sys.exit(3)"], tmp_path)


def test_the_slow_take_part_in_fewer_rounds_and_nobody_without_a_peer(tmp_path: Path) -> None:
    file = program(tmp_path, "spin.py")
    command = ["{python}", "spin.py"]
    contest = Contest(
        "turns",
        "",
        [
            Contender("often", command, [file]),
            Contender("seldom", command, [file], rounds=2),
            Contender("once", command, [file], rounds=1),
            Contender("absent", command, [file], needs=["cdk"]),
        ],
        [Budget("often", "seldom", 1e9), Budget("often", "absent", 1.0)],
        nothing,
        rounds=6,
    )
    result = run(contest, bench(tmp_path, cdk="no network"))
    assert {name: list(rounds) for name, rounds in result.times.items()} == {
        "often": [0, 1, 2, 3, 4, 5], "seldom": [0, 3], "once": [0],
    }  # fmt: skip
    assert result.skipped == {"absent": "no network"}
    assert [(score.budget.peer, len(score.ratios), score.within) for score in result.scores] == [("seldom", 2, True)]
    assert "**turns, absent** was skipped: no network" in report.markdown([result], {}, {})


def test_a_budget_for_each_takes_off_the_start_and_divides() -> None:
    budget = Budget("50", None, 150, less="10", per=40, unit="µs")
    contest = Contest("growth", "", [], [budget], nothing)
    result = Result(contest, {"10": {0: 100.0}, "50": {0: 4_100.0}}, {}, "", {})
    assert score(budget, result).ratios == [100.0]


def test_the_picture_is_an_image_with_every_program_in_it() -> None:
    sizes = {name: {0: 10.0 * number} for number, name in enumerate(("1,000", "5,000", "troposphere, 1,000"), 1)}
    used = {name: {0: Usage(1, 1, 20)} for name in sizes}
    growth = Result(Contest("growth", "", [], [], nothing), sizes, used, "", {})
    bars = Result(
        Contest("a & b", "<", [], [], nothing), {"awsdeck": {0: 1.0}, "cdk": {0: 900.0, 1: 950.0}}, {}, "", {}
    )
    drawn = ET.fromstring(picture.draw([bars, growth]))
    assert drawn.tag == "{http://www.w3.org/2000/svg}svg"
    words = {text for text in drawn.itertext() if text.strip()}
    assert {"a & b: < (ms CPU)", "awsdeck", "cdk", "troposphere", "5,000"} <= words
