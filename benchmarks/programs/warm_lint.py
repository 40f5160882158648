"""Milliseconds of CPU for one template in a process that is warm, the median: `warm_lint.py LINTER FOLDER`."""

import json
import statistics
import sys
import time
from pathlib import Path


def awsdeck():
    from awsdeck.lint import lint

    return lambda file: {one.resource for one in lint(str(file), regions=["us-east-1"])}


def cfn_lint():
    from cfnlint.api import lint
    from cfnlint.config import ConfigMixIn
    from cfnlint.runner import Runner

    rules = Runner(ConfigMixIn(regions=["us-east-1"])).rules

    def judge(file):
        found = lint(file.read_text(encoding="utf-8"), rules, ["us-east-1"])
        return {one.path[1] for one in found if len(one.path) > 1}

    return judge


def cloudformation_validate():
    from cloudformation_validate import CompositeEngine

    engine = CompositeEngine()
    return lambda file: {one.entity.logical_id for one in engine.validate_template(str(file)).diagnostics if one.entity}


def checkov():
    import logging

    logging.disable(logging.CRITICAL)
    from checkov.cloudformation.runner import Runner
    from checkov.runner_filter import RunnerFilter

    def judge(file):
        chosen = RunnerFilter(framework=["cloudformation"])
        report = Runner().run(root_folder=None, files=[str(file)], runner_filter=chosen)
        return {check.resource.rpartition(".")[2] for check in report.failed_checks}

    return judge


def main(linter, folder):
    """The first half of the templates warms up; the second has the same mistakes under other names."""
    judge = globals()[linter.replace("-", "_")]()
    files = sorted(folder.iterdir())
    found, times = [], []
    for number, file in enumerate(files):
        started = time.process_time()
        said = judge(file)
        if number >= len(files) // 2:
            times.append(time.process_time() - started)
            found.append(sorted(name for name in said if name and name.startswith("Wrong")))
    print(json.dumps({"value": statistics.median(times) * 1000, "found": found}))


main(sys.argv[1], Path(sys.argv[2]))
