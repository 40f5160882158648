"""What SAM makes of a template, judged as CloudFormation will see it, and told where the SAM resource is written.

`aws-sam-translator` (extra `deep`) is what AWS runs itself. It keeps global state, so it runs in a process of its own;
nothing is asked over the network, and files that are still to be uploaded count as uploaded.
"""

from __future__ import annotations

import json
import subprocess
import sys
from copy import deepcopy
from importlib import metadata
from importlib.util import find_spec

from ..errors import Finding, InputError
from ..rules.templates.foreach import unrolled
from ..template import Template
from .own import UNTRANSLATED

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from typing import Any

    from ..rules.vocabulary import Mode
    from .files import Source

    Path = tuple[str | int, ...]

TRANSFORM = "AWS::Serverless-2016-10-31"
TRANSLATOR = "aws-sam-translator"
MARK = "AWS::Serverless::"
_MOST_SECONDS = 120
_UPLOADED = "s3://bucket/key"
_PLACES = {
    "Api": ("DefinitionUri",),
    "Function": ("CodeUri",),
    "GraphQLApi": ("SchemaUri",),
    "HttpApi": ("DefinitionUri",),
    "LayerVersion": ("ContentUri",),
    "StateMachine": ("DefinitionUri",),
}
"""Properties that may name a file here, which is uploaded before CloudFormation sees the template."""
_SHARED = ("ServerlessRestApi", "ServerlessHttpApi", "ServerlessDeploymentApplication", "CodeDeployServiceRole")
"""What SAM makes once for several resources."""
_SKIPPED = frozenset(("TPL002", "XSV015", "XSV016", "XSV020"))
"""Rules about how a template is written, which a made one need not follow."""
_RUN = """
import json, sys
from samtranslator.internal.managed_policies import get_bundled_managed_policy_map
from samtranslator.model.exceptions import InvalidDocumentException
from samtranslator.parser.parser import Parser
from samtranslator.translator.translator import Translator

class Here:
    def __init__(self, region):
        self.region_name = region
    def get_partition_for_region(self, region):
        return "aws-cn" if region.startswith("cn-") else "aws-us-gov" if region.startswith("us-gov-") else "aws"

given = json.load(sys.stdin)
policies = get_bundled_managed_policy_map(given["partition"]) or {}
try:
    made = {"template": Translator(policies, Parser(), boto_session=Here(given["region"])).translate(
        given["template"], given["parameters"])}
except InvalidDocumentException as error:
    made = {"problems": [[getattr(cause, "_logical_id", None), cause.message] for cause in error.causes]}
except Exception as error:
    made = {"problems": [[None, f"{type(error).__name__}: {error}"]], "broken": True}
json.dump(made, sys.stdout)
"""


def is_serverless(data: Mapping[str, Any]) -> bool:
    """Whether a template goes through SAM, and has something to go through it."""
    named, resources = data.get("Transform"), data.get("Resources")
    if not isinstance(resources, dict) or not all(isinstance(body, dict) for body in resources.values()):
        return False  # which is told already
    return TRANSFORM in (named if isinstance(named, list) else [named])


class Translation:
    """What SAM makes of a template: `made`, None when it makes nothing of it, and then `problems` say why."""

    __slots__ = ("source", "template", "made", "problems", "_loop", "_data")

    def __init__(
        self, source: Source, template: Template, parameters: Mapping[str, Any] | None = None, region: str | None = None
    ) -> None:
        self.source = source
        self.template = template
        self._loop = unrolled(template.data, parameters or {})
        self._data: Mapping[str, Any] = template.data if self._loop is None else self._loop.data
        self.made: Template | None = None
        self.problems: list[Finding] = []
        if find_spec("samtranslator") is None:
            said, fix = f"SAM resources are left alone: {TRANSLATOR} is not installed", "pip install 'awsdeck[deep]'"
            self.problems = [self._located(Finding(UNTRANSLATED, "info", said, path=("Transform",), fix=fix))]
            return
        made, problems = _made(self._data, parameters or {}, region or "us-east-1")
        self.problems = [self._located(one) for one in problems]
        if made is not None:
            self.made = Template.from_dict(made, name=template.name)

    def judged(
        self,
        own: Sequence[Finding],
        *,
        limits: Mode = "documented",
        parameters: Mapping[str, Any] | None = None,
        region: str | None = None,
    ) -> list[Finding]:
        """What is wrong with the template, and with what SAM makes of it, beyond what `own` says as it is written."""
        if self.made is None:
            return self.problems
        from .files import Source
        from .filters import Filter
        from .run import check
        from .suppress import Suppressions

        known = {(finding.rule, finding.resource, finding.path) for finding in own}
        regions = [region] if region else []
        whole = Source([self.made])
        report = check(whole, Filter((), (), "info"), limits=limits, parameters=parameters, regions=regions)
        told = (
            _back(self._data, finding) for finding in report.findings
            if finding.rule not in _SKIPPED and not finding.rule.startswith("LNT")
        )  # fmt: skip
        fresh = [one for one in told if one is not None and (one.rule, one.resource, one.path) not in known]
        return [self._located(one) for one in Suppressions(self._data).split(fresh)[0]]

    def back(self, finding: Finding) -> Finding | None:
        """A finding about what SAM makes, at the place it comes from; None for one that nobody can do anything about."""
        told = _back(self._data, finding)
        return None if told is None else self._located(told.replace(source=finding.source))

    def _located(self, finding: Finding) -> Finding:
        if self._loop is not None:
            finding = finding.replace(path=self._loop.written(finding.path))
        stack = self.template.name if self.source.stacks else None
        clean = finding.replace(stack=stack, file=None, line=None, column=None)
        return self.source.locate(clean, self.template)


def _made(
    data: Mapping[str, Any], parameters: Mapping[str, Any], region: str
) -> tuple[dict[str, Any] | None, list[Finding]]:
    """The template that SAM makes, or why it makes none."""
    rest = [name for name in _transforms(data) if name != TRANSFORM]
    partition = "aws-cn" if region.startswith("cn-") else "aws-us-gov" if region.startswith("us-gov-") else "aws"
    given = {"template": _uploaded(data), "parameters": dict(parameters), "region": region, "partition": partition}
    try:
        done = subprocess.run(
            [sys.executable, "-c", _RUN], input=json.dumps(given, default=str), capture_output=True, text=True,
            check=False, timeout=_MOST_SECONDS,
        )  # fmt: skip
    except subprocess.TimeoutExpired:
        raise InputError(f"{TRANSLATOR} takes more than {_MOST_SECONDS} seconds", fix="leave --deep out") from None
    try:
        answer: dict[str, Any] = json.loads(done.stdout)
    except ValueError:
        last = done.stderr.strip().rpartition("\n")[2]
        raise InputError(f"{TRANSLATOR} failed: {last}", fix="leave --deep out") from None
    made = answer.get("template")
    if isinstance(made, dict):
        return ({**made, "Transform": rest} if rest else made), []
    severity = "warning" if answer.get("broken") else "error"
    return None, [_problem(id, said, severity, data) for id, said in answer["problems"]]


def _problem(id: Any, said: str, severity: Any, data: Mapping[str, Any]) -> Finding:
    resources = data["Resources"]
    known = id if isinstance(id, str) and id in resources else None
    return Finding(
        UNTRANSLATED, severity, f"SAM cannot translate this: {said}", resource=known,
        type=resources[known].get("Type") if known else None, path=("Resources", known) if known else ("Transform",),
        source=f"AWS SAM specification; {TRANSLATOR} {metadata.version(TRANSLATOR)}",
    )  # fmt: skip


def _transforms(data: Mapping[str, Any]) -> list[Any]:
    named = data.get("Transform", [])
    return named if isinstance(named, list) else [named]


def _uploaded(data: Mapping[str, Any]) -> dict[str, Any]:
    """The template with every file that stands beside it taken for uploaded, and applications for fetched."""
    whole = deepcopy(dict(data))
    shared = whole.get("Globals")
    for kind, properties in shared.items() if isinstance(shared, dict) else ():
        _upload(properties, _PLACES.get(kind, ()))
    for body in whole["Resources"].values():
        type = body.get("Type")
        if not isinstance(type, str) or not type.startswith(MARK):
            continue
        kind, properties = type.removeprefix(MARK), body.setdefault("Properties", {})
        _upload(properties, _PLACES.get(kind, ()))
        if kind == "Application" and isinstance(properties, dict):
            properties["Location"] = "https://s3.amazonaws.com/bucket/key"
    return whole


def _upload(properties: Any, names: Sequence[str]) -> None:
    for name in names if isinstance(properties, dict) else ():
        value = properties.get(name)
        whole = isinstance(value, dict) and {"Bucket", "Key"} <= value.keys()
        if value is not None and not whole and not (isinstance(value, str) and value.startswith("s3://")):
            properties[name] = _UPLOADED


def _back(data: Mapping[str, Any], finding: Finding) -> Finding | None:
    """The finding at the place in the SAM template that it comes from."""
    resources = data["Resources"]
    said = f"{finding.source}; as {TRANSLATOR} {metadata.version(TRANSLATOR)} translates it"
    id = finding.resource
    if id is None:
        return finding.replace(source=said) if _at(data, finding.path) else None
    origin = _origin(resources, id)
    if origin is None:
        return None
    type = str(resources[origin].get("Type"))
    if origin == id:
        if not type.startswith(MARK):
            return finding.replace(source=said)
        return finding.replace(type=type, path=_place(data, origin, type, finding.path), source=said)
    if finding.severity != "error":
        return None  # nobody can change what SAM makes there
    message = f"{finding.message} (in {id}, {finding.type}, which SAM makes of {origin})"
    return finding.replace(message=message, resource=origin, type=type, path=("Resources", origin), source=said)


def _origin(resources: Mapping[str, Any], id: str) -> str | None:
    """The resource of the template that a resource comes from."""
    if id in resources:
        return id
    served = [
        name for name, body in resources.items()
        if isinstance(body.get("Type"), str) and body["Type"].startswith(MARK)
    ]  # fmt: skip
    if id.startswith(_SHARED):
        return next(iter(served), None)
    return max((name for name in served if id.startswith(name)), key=len, default=None)


def _place(data: Mapping[str, Any], id: str, type: str, path: Path) -> Path:
    """Where a property of a translated resource is written: on the SAM resource, under Globals, or nowhere."""
    shared = ("Globals", type.removeprefix(MARK), *path[3:])
    return path if _at(data, path) else shared if len(path) > 3 and _at(data, shared) else ("Resources", id)


def _at(data: Any, path: Path) -> bool:
    for step in path:
        try:
            data = data[step]
        except (KeyError, IndexError, TypeError):
            return False
    return True
