"""What an Elastic Beanstalk environment runs on.

Source: Elastic Beanstalk Developer Guide, supported platforms; fetching secrets and parameters (platform ARNs without a
version).
"""

from __future__ import annotations

from ...errors import ConstructError
from ...rules.beanstalk.beanstalkoptions import PYTHON
from ...source import caller
from ...tokens import AWS, has_marker

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any, Literal

    from ...tokens import Token

    Linux = Literal["2023", "2"]
    Settings = dict[tuple[str, str], Any]


class BeanstalkPlatform:
    """A platform of Elastic Beanstalk, by its branch: a language on a version of Amazon Linux.

    Made by `BeanstalkPlatform.python("3.13")`, `.nodejs("22")`, `.corretto("21")`, `.tomcat("10", corretto="21")`,
    `.dotnet("9")`, `.php("8.4")`, `.ruby("3.4")`, `.go()`, `.docker()`, `.ecs()`, or `.branch(…)`, `.arn(…)` and
    `.solution_stack(…)` for others. Which branches there are changes: `aws elasticbeanstalk list-platform-branches` tells.

    - `release`: the version of the platform, such as "4.7.1". With it every environment is the same, and a newer one is a
      change of the deck, which updates the environment in place. Left out, the template names the branch alone, as AWS's
      examples do: Elastic Beanstalk takes the branch's newest release when it makes the environment, and CloudFormation
      does not look again while the name stays the same; managed updates (`updates=`) keep such an environment current.
    - `linux`: "2023" (default) or "2".

    A platform becomes `PlatformArn`, which can be changed in place; a solution stack's name replaces the environment.
    """

    __slots__ = ("value", "is_stack", "settings")

    def __init__(self, value: str, *, is_stack: bool = False, settings: Settings | None = None) -> None:
        self.value = value
        self.is_stack = is_stack
        self.settings: Settings = {key: one for key, one in (settings or {}).items() if one is not None}

    @classmethod
    def branch(cls, name: str, *, release: str | None = None, settings: Settings | None = None) -> BeanstalkPlatform:
        """A branch by its name: "Python 3.13 running on 64bit Amazon Linux 2023"."""
        if not isinstance(name, str) or (not has_marker(name) and " running on " not in name):
            raise ConstructError(
                f"{name!r} is not the name of a platform branch", place=caller(),
                fix='such as "Python 3.13 running on 64bit Amazon Linux 2023"',
            )  # fmt: skip
        if release is not None and not (isinstance(release, str) and (has_marker(release) or release.count(".") == 2)):
            raise ConstructError(
                f"release={release!r} is not a version of a platform", place=caller(), fix='three numbers: "4.7.1"'
            )
        end = "" if release is None else f"/{release}"
        value = f"arn:{AWS.Partition}:elasticbeanstalk:{AWS.Region}::platform/{name}{end}"
        return cls(value, settings=settings)

    @classmethod
    def python(
        cls,
        version: str,
        *,
        wsgi: str | None = None,
        processes: int | Token | None = None,
        threads: int | Token | None = None,
        linux: Linux = "2023",
        release: str | None = None,
    ) -> BeanstalkPlatform:
        """Python: `wsgi` is the WSGI application ("application" in `application.py` by default).

        `processes` (1 by default) and `threads` of each (15) are how many requests it handles at once.
        """
        settings: Settings = {
            (PYTHON, "WSGIPath"): wsgi, (PYTHON, "NumProcesses"): processes, (PYTHON, "NumThreads"): threads,
        }  # fmt: skip
        return cls.branch(_on(f"Python {version}", linux), release=release, settings=settings)

    @classmethod
    def nodejs(cls, version: str, *, linux: Linux = "2023", release: str | None = None) -> BeanstalkPlatform:
        """Node.js: "22"."""
        return cls.branch(_on(f"Node.js {version}", linux), release=release)

    @classmethod
    def corretto(cls, version: str, *, linux: Linux = "2023", release: str | None = None) -> BeanstalkPlatform:
        """Java SE on Amazon Corretto: "21"."""
        return cls.branch(_on(f"Corretto {version}", linux), release=release)

    @classmethod
    def tomcat(
        cls, version: str, *, corretto: str, linux: Linux = "2023", release: str | None = None
    ) -> BeanstalkPlatform:
        """Apache Tomcat on Amazon Corretto: `tomcat("10", corretto="21")`."""
        return cls.branch(_on(f"Tomcat {version} with Corretto {corretto}", linux), release=release)

    @classmethod
    def dotnet(cls, version: str, *, linux: Linux = "2023", release: str | None = None) -> BeanstalkPlatform:
        """.NET on Linux: "9"."""
        return cls.branch(_on(f".NET {version}", linux), release=release)

    @classmethod
    def php(cls, version: str, *, linux: Linux = "2023", release: str | None = None) -> BeanstalkPlatform:
        """PHP: "8.4"."""
        return cls.branch(_on(f"PHP {version}", linux), release=release)

    @classmethod
    def ruby(cls, version: str, *, linux: Linux = "2023", release: str | None = None) -> BeanstalkPlatform:
        """Ruby: "3.4"."""
        return cls.branch(_on(f"Ruby {version}", linux), release=release)

    @classmethod
    def go(cls, version: str = "1", *, linux: Linux = "2023", release: str | None = None) -> BeanstalkPlatform:
        """Go."""
        return cls.branch(_on(f"Go {version}", linux), release=release)

    @classmethod
    def docker(cls, *, linux: Linux = "2023", release: str | None = None) -> BeanstalkPlatform:
        """Docker, with a Dockerfile or docker-compose.yml in the bundle."""
        return cls.branch(_on("Docker", linux), release=release)

    @classmethod
    def ecs(cls, *, linux: Linux = "2023", release: str | None = None) -> BeanstalkPlatform:
        """Several containers on Amazon ECS, with a Dockerrun.aws.json in the bundle."""
        return cls.branch(_on("ECS", linux), release=release)

    @classmethod
    def arn(cls, arn: str) -> BeanstalkPlatform:
        """A platform by its whole ARN."""
        return cls(arn)

    @classmethod
    def solution_stack(cls, name: str) -> BeanstalkPlatform:
        """A solution stack by its name, release included: "64bit Amazon Linux 2023 v4.7.1 running Python 3.13"."""
        return cls(name, is_stack=True)

    def properties(self) -> dict[str, Any]:
        """`PlatformArn` or `SolutionStackName`."""
        return {"SolutionStackName" if self.is_stack else "PlatformArn": self.value}


def platform_of(given: BeanstalkPlatform | str, path: str) -> BeanstalkPlatform:
    """A platform as a user gives it: made, an ARN, a branch's or a solution stack's name."""
    if isinstance(given, BeanstalkPlatform):
        return given
    if isinstance(given, str):
        if has_marker(given) or given.startswith("arn:"):
            return BeanstalkPlatform(given)
        if given.startswith("64bit "):
            return BeanstalkPlatform.solution_stack(given)
        if " running on " in given:
            return BeanstalkPlatform.branch(given)
    raise ConstructError(
        f"{path}: platform={given!r} is no platform", place=caller(),
        fix='such as BeanstalkPlatform.python("3.13"), or "Python 3.13 running on 64bit Amazon Linux 2023"',
    )  # fmt: skip


def _on(what: str, linux: str) -> str:
    if linux not in ("2023", "2"):
        raise ConstructError(f"linux={linux!r}", place=caller(), fix='"2023" or "2"')
    return f"{what} running on 64bit Amazon Linux {linux}"
