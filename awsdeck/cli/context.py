"""What every command is told besides its own arguments."""

from __future__ import annotations

import os

from ..config import Config, read
from ..errors import InputError
from .show import Screen

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Mapping
    from typing import Any

    from ..rules.vocabulary import Mode

DECK = "deck.py"
SCHEMA_FOLDER = "awsdeck-schemas"
"""Registry schemas of a project's own types, beside its configuration."""


class Context:
    """The common options, the configuration (read when it is first asked for), and the screen."""

    __slots__ = ("app", "limits", "json", "yes", "verbose", "debug", "screen", "_config_file", "_config")

    def __init__(self, common: Mapping[str, Any]) -> None:
        self.settle(common)

    def settle(self, common: Mapping[str, Any]) -> None:
        """Take the common options as they are; done a second time once the whole command line is understood."""
        self.app: str | None = common.get("app")
        self.limits: Mode | None = common.get("limits")
        self.json = common.get("output") == "json"
        self.yes: bool = common.get("yes", False)
        self.verbose: bool = common.get("verbose", False)
        self.debug: bool = common.get("debug", False) or bool(os.environ.get("AWSDECK_DEBUG"))
        self.screen = Screen(
            data_only=self.json,
            color=False if common.get("no_color") else None,
            quiet=common.get("quiet", False),
        )
        self._config_file: str | None = common.get("config")
        self._config: Config | None = None

    @property
    def config(self) -> Config:
        """The project's configuration; its own resource types are known once it is read."""
        if self._config is None:
            self._config = read(self._config_file)
            own = os.path.join(self._config.folder, SCHEMA_FOLDER)
            named = [os.path.join(self._config.folder, path) for path in self._config.get("schemas", ())]
            for path in [*([own] if os.path.isdir(own) else []), *named]:
                _add_types(path)
        return self._config

    @property
    def mode(self) -> Mode:
        """The limits that count for templates, which have no app to say so."""
        mode: Mode = self.limits or self.config.get("limits") or "documented"
        return mode

    def deck(self, given: str | None = None) -> str:
        """The deck: what the command line says, else the configuration, else deck.py."""
        if given or self.app:
            return str(given or self.app)
        config = self.config
        app = config.get("app")
        if app:
            path = os.path.join(config.folder, app)
            return os.path.relpath(path) if os.path.exists(path.partition(":")[0] if ":" in app else path) else str(app)
        beside = os.path.join(config.folder, DECK)
        if os.path.exists(DECK) or not os.path.exists(beside):
            return DECK
        return os.path.relpath(beside)

    def out(self, given: str | None = None, project: str | None = None) -> str:
        """The folder of the assembly: what the command line says, else the configuration, else beside the deck."""
        if given:
            return given
        out = self.config.get("out")
        if out:
            return os.path.join(self.config.folder, out)
        from ..assembly import FOLDER

        return os.path.join(project or self.config.folder, FOLDER)

    def confirm(self, question: str) -> bool:
        """Ask for a yes on the terminal; without one, `--yes` has to be given."""
        import sys

        if self.yes:
            return True
        if sys.stdin is None or not sys.stdin.isatty():
            from ..errors import ApprovalNeeded

            raise ApprovalNeeded(f"{question} Nobody is here to answer", fix="say --yes, or run it on a terminal")
        self.screen.put(self.screen.err, f"{question} [y/N] ", flush=True)
        answer = sys.stdin.readline()
        return answer.strip().lower() in ("y", "yes")


def _add_types(path: str) -> None:
    """Make the types known whose registry schemas are in a file, or in the files of a folder."""
    from ..catalog import add

    if os.path.isdir(path):
        for name in sorted(os.listdir(path)):
            if name.endswith(".json"):
                add(os.path.join(path, name))
    else:
        add(path)


def parameters_file(path: str) -> dict[str, Any]:
    """Values for template parameters from a JSON, YAML or TOML file: a mapping, or CloudFormation's list of pairs."""
    from ..errors import DeckError
    from ..output import reason

    data: Any
    try:
        if path.endswith(".toml"):
            import tomllib

            with open(path, "rb") as file:
                data = tomllib.load(file)
        else:
            with open(path, encoding="utf-8-sig") as stream:
                data = _read(stream.read(), path)
    except DeckError:
        raise
    except OSError as error:
        raise InputError(f"cannot read {path}: {reason(error, path)}") from None
    except UnicodeDecodeError:
        raise InputError(f"cannot read {path}: it is not a text in UTF-8") from None
    except ValueError as error:
        raise InputError(f"cannot read {path}: {error}") from None
    if isinstance(data, dict) and isinstance(data.get("Parameters"), dict):
        data = data["Parameters"]
    if isinstance(data, list) and all(isinstance(item, dict) and "ParameterKey" in item for item in data):
        said = [item for item in data if item.get("UsePreviousValue") is not True]  # others keep what the stack has
        data = {item["ParameterKey"]: item.get("ParameterValue") for item in said}
    if not isinstance(data, dict):
        raise InputError(f"{path} holds no parameters", fix='write {"Name": "value"}')
    nested = [name for name, value in data.items() if isinstance(value, dict) or value is None]
    if nested:
        raise InputError(f"{path}: {', '.join(map(str, nested))}: a parameter is a text, a number or a list")
    return {str(name): _as_text(value) for name, value in data.items()}


def _read(text: str, path: str) -> Any:
    if text.lstrip().startswith("["):
        import json

        return json.loads(text)
    if text.lstrip().startswith("-"):
        from ..yamlmarks import read

        return read(text, path)[0]
    from ..template import loads

    return loads(text, file=path).data


def _as_text(value: Any) -> str:
    if isinstance(value, bool):
        return "true" if value else "false"
    return ",".join(map(_as_text, value)) if isinstance(value, list) else str(value)
