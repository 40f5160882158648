"""Build hook: the wheel carries the type stubs of `awsdeck.cfn`, which are made and never committed."""

from __future__ import annotations

import shutil
import sys
import tempfile
from pathlib import Path
from typing import Any

from hatchling.builders.hooks.plugin.interface import BuildHookInterface


class StubsHook(BuildHookInterface[Any]):
    """Writes the stubs into a scratch folder and has them packed; an editable install reads the checkout instead."""

    PLUGIN_NAME = "custom"
    scratch: Path | None = None

    def initialize(self, version: str, build_data: dict[str, Any]) -> None:
        if version == "editable":
            # without an entry here the forced folders would be copied, and go stale
            target = f"awsdeck-{self.metadata.version}.dist-info/EDITABLE"
            build_data["force_include_editable"] = {f"{self.root}/.ci/wheel.py": target}
            return
        sys.path.insert(0, self.root)
        try:
            from awsdeck.cfn import stubs
        finally:
            sys.path.remove(self.root)
        self.scratch = Path(tempfile.mkdtemp(prefix="awsdeck-stubs-"))
        stubs.write(self.scratch)
        for file in sorted(self.scratch.rglob("*.pyi")):
            build_data["force_include"][str(file)] = f"awsdeck/cfn/{file.relative_to(self.scratch).as_posix()}"

    def finalize(self, version: str, build_data: dict[str, Any], artifact_path: str) -> None:
        if self.scratch is not None:
            shutil.rmtree(self.scratch)
