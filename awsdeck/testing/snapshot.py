"""Templates kept beside the tests, in a form that does not move when only the content of files does."""

from __future__ import annotations

import json
import os
import re

from ..errors import InputError
from ..output import write_atomic
from ..template import render_json

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping
    from typing import Any

FOLDER = "snapshots"
UPDATING = "AWSDECK_UPDATE_SNAPSHOTS"
"""Set in the environment by `--update-snapshots`."""

BEGIN = "AWSDECK_TESTS_BEGIN"
"""In the environment: the folder that names of tests begin at."""

_HASH = r"(?<![0-9A-Za-z])[0-9a-f]{40,64}(?![0-9A-Za-z])"
_OWN_HASH = r"[0-9A-F]{8,16}$"


class Snapshot:
    """One kept template: its file, and whether it is to be written anew."""

    __slots__ = ("file", "updating")

    def __init__(self, file: str, *, updating: bool = False) -> None:
        self.file = file
        self.updating = updating

    @classmethod
    def of_this_test(cls, name: str) -> Snapshot:
        """The snapshot of the test that runs now. Raises `InputError` outside of pytest."""
        current = os.environ.get("PYTEST_CURRENT_TEST")
        if current is None:
            raise InputError("a snapshot belongs to a test, and none is running", fix="run it with pytest")
        path, _, test = current.rpartition(" ")[0].partition("::")
        full = os.path.join(os.environ.get(BEGIN, ""), path)
        stem = re.sub(r"[^\w.-]+", "-", "-".join(filter(None, (test, name)))).strip("-")
        module = os.path.basename(path).removesuffix(".py")
        return cls(os.path.join(os.path.dirname(full), FOLDER, module, f"{stem}.json"), updating=UPDATING in os.environ)

    @property
    def shown(self) -> str:
        """The file as people know it."""
        return os.path.relpath(self.file, os.environ.get(BEGIN) or None)

    def read(self) -> Any:
        """The template that was kept; None when there is none yet."""
        try:
            with open(self.file, encoding="utf-8") as text:
                return json.load(text)
        except FileNotFoundError:
            return None
        except ValueError as error:
            raise InputError(f"{self.shown} is not JSON: {error}", fix="take it anew with --update-snapshots") from None

    def write(self, template: Any) -> None:
        """Keep the template."""
        os.makedirs(os.path.dirname(self.file), exist_ok=True)
        write_atomic(self.file, render_json(template))


def settled(template: Mapping[str, Any], assets: Iterable[Mapping[str, Any]] = ()) -> Any:
    """The template without what changes whenever the content of a file does: hashes, and ids that end in one."""
    text = json.dumps(template)
    for id, body in (template.get("Resources") or {}).items():
        if isinstance(body, dict) and body.get("Type") == "AWS::Lambda::Version":
            stem = re.sub(_OWN_HASH, "", id)
            if stem and stem != id:
                text = re.sub(rf"(?<![0-9A-Za-z]){id}(?![0-9A-Za-z])", f"{stem}HASH", text)
    for asset in assets:
        for value in asset.values():
            if isinstance(value, str) and re.fullmatch(r"[0-9a-f]{16,}", value):
                text = text.replace(value, "HASH")
    return json.loads(re.sub(_HASH, "HASH", text))
