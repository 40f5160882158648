"""What checkov says of every file of a folder, read into one process; it runs in an environment of its own."""

import json
import logging
import sys
import time
from pathlib import Path

logging.disable(logging.CRITICAL)

from checkov.cloudformation.runner import Runner  # noqa: E402
from checkov.runner_filter import RunnerFilter  # noqa: E402

folder = Path(sys.argv[1])
said = {}
for file in sorted(folder.iterdir()):
    if file.name.startswith("verdicts"):
        continue
    started = time.process_time()
    try:
        report = Runner().run(
            root_folder=None, files=[str(file)], runner_filter=RunnerFilter(framework=["cloudformation"])
        )
        found = [["error", check.check_id, check.resource] for check in report.failed_checks]
        found += [["error", "unreadable", name] for name in report.parsing_errors]
    except Exception as error:  # noqa: BLE001  (a crash is an answer too)
        found = [["error", type(error).__name__, ""]]
    said[file.name] = {"seconds": time.process_time() - started, "said": found}
(folder / "verdicts-checkov.json").write_text(json.dumps(said), encoding="utf-8")
