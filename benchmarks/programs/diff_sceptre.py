"""What Sceptre does with two templates when it diffs: `diff_sceptre.py OLD NEW`. The command itself asks AWS for the old one."""

import sys
from pathlib import Path

from sceptre.diffing.diff_writer import deepdiff_json_defaults
from sceptre.diffing.stack_differ import DeepDiffStackDiffer

old, new = (Path(name).read_text(encoding="utf-8") for name in sys.argv[1:])
found = DeepDiffStackDiffer().compare_templates(old, new)
print(found.to_json(indent=4, default_mapping=deepdiff_json_defaults))
