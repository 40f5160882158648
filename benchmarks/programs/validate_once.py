"""cloudformation-validate has no command: one process that validates files, or a folder of them, and prints what it finds."""

import json
import sys
from pathlib import Path

from cloudformation_validate import CompositeEngine

engine = CompositeEngine()
given = Path(sys.argv[1])
found = {}
for file in sorted(given.iterdir()) if given.is_dir() else [given]:
    report = engine.validate_template(str(file))
    found[file.name] = sorted({one.entity.logical_id for one in report.diagnostics if one.entity})
print(json.dumps(found))
