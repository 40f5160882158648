"""Machine images: what an instance starts from, and what is known of it.

Source: EC2 User Guide, Amazon Machine Images, device names for volumes; Systems Manager User Guide, public parameters.
"""

from __future__ import annotations

import re

from ...errors import ConstructError
from ...sections import Parameter
from ...source import caller
from ...tokens import has_marker

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any, Literal

    from ...constructs import Construct

    Architecture = Literal["x86_64", "arm64"]

XVDA = "/dev/xvda"
SDA1 = "/dev/sda1"
LATEST = "AWS::SSM::Parameter::Value<AWS::EC2::Image::Id>"
_LINUX = "/aws/service/ami-amazon-linux-latest"
_WINDOWS = "/aws/service/ami-windows-latest"
_UBUNTU = "/aws/service/canonical/ubuntu/server"


class Image:
    """A machine image by its id, with what else is known of it; `"ami-…"` alone does where nothing is.

    - `architecture`: "x86_64" or "arm64"; it must be that of the instance type.
    - `root_device`: the name of its root disk (`/dev/xvda`, `/dev/sda1`), which `root=EBSDevice(…)` needs.
    - `platform`: "linux" or "windows".

    `Image.amazon_linux(2023)`, `Image.ubuntu("24.04")`, `Image.windows(2022)` and `Image.from_parameter(…)` take the
    newest image at every deploy. They stand in the template as a parameter of the type
    `AWS::SSM::Parameter::Value<AWS::EC2::Image::Id>`, one for each image in a stack, so that a change set shows when
    there is a newer image. **A newer image replaces the instance**, and what is on its disks is lost: on instances
    that hold something, write the image's id (`Image("ami-…", …)`), which changes when you change it.
    """

    __slots__ = ("id", "architecture", "root_device", "platform", "parameter", "word")

    def __init__(
        self,
        id: str,
        *,
        architecture: Architecture | None = None,
        root_device: str | None = None,
        platform: Literal["linux", "windows"] = "linux",
    ) -> None:
        self.id: str | None = id
        self.architecture: Architecture | None = architecture
        self.root_device = root_device
        self.platform: Literal["linux", "windows"] = platform
        self.parameter: str | None = None
        self.word = ""

    @classmethod
    def from_parameter(
        cls,
        name: str,
        *,
        architecture: Architecture | None = None,
        root_device: str | None = None,
        platform: Literal["linux", "windows"] = "linux",
    ) -> Image:
        """The image whose id a parameter of Systems Manager holds (`/images/web`); what it holds at each deploy."""
        if has_marker(name) or not re.fullmatch(r"[\w./-]{1,1011}", name):
            raise ConstructError(
                f"{name!r} is not the name of a parameter", place=caller(),
                fix="letters, digits and . _ - / as in /images/web, known when the template is made",
            )  # fmt: skip
        found = cls("", architecture=architecture, root_device=root_device, platform=platform)
        found.id = None
        found.parameter = name
        found.word = "".join(word[:1].upper() + word[1:] for word in re.findall(r"[A-Za-z0-9]+", name))
        return found

    @classmethod
    def amazon_linux(
        cls,
        version: Literal[2023, 2] = 2023,
        *,
        architecture: Architecture = "x86_64",
        kernel: Literal["default", "6.1", "6.12"] = "default",
        minimal: bool = False,
    ) -> Image:
        """The newest Amazon Linux; `kernel` and `minimal` are for 2023.

        Source: Amazon Linux 2023 User Guide, launching AL2023 using the SSM parameter; Amazon Linux 2 User Guide.
        """
        _one_of("version", version, (2023, 2))
        _one_of("architecture", architecture, ("x86_64", "arm64"))
        if version == 2023:
            _one_of("kernel", kernel, ("default", "6.1", "6.12"))
            name = f"al2023-ami-{'minimal-' if minimal else ''}kernel-{kernel}-{architecture}"
        elif kernel != "default" or minimal:
            raise ConstructError("kernel= and minimal= are for Amazon Linux 2023", place=caller(), fix="leave them out")
        else:
            name = f"amzn2-ami-kernel-5.10-hvm-{architecture}-gp2"
        found = cls.from_parameter(f"{_LINUX}/{name}", architecture=architecture, root_device=XVDA)
        small, other = "Minimal" if minimal else "", "" if kernel == "default" else f"Kernel{kernel.replace('.', '')}"
        found.word = f"AmazonLinux{version}{small}{other}{_word(architecture)}Image"
        return found

    @classmethod
    def ubuntu(
        cls,
        version: Literal["26.04", "24.04", "22.04", "20.04"] = "24.04",
        *,
        architecture: Architecture = "x86_64",
        serial: str | None = None,
    ) -> Image:
        """The newest Ubuntu Server of Canonical, or one build of it: `serial="20250610"` stays as it is.

        Source: Ubuntu on AWS documentation, find Ubuntu images with the SSM Parameter Store.
        """
        _one_of("architecture", architecture, ("x86_64", "arm64"))
        if not re.fullmatch(r"\d\d\.(04|10)", str(version)):
            raise ConstructError(f"version={version!r}", place=caller(), fix='a release of Ubuntu, such as "24.04"')
        if serial is not None and not re.fullmatch(r"\d{8}(\.\d+)?", serial):
            raise ConstructError(f"serial={serial!r}", place=caller(), fix='the date of a build, such as "20250610"')
        machine = "amd64" if architecture == "x86_64" else architecture
        disk = "ebs-gp2" if str(version) < "23.10" else "ebs-gp3"
        name = f"{_UBUNTU}/{version}/stable/{serial or 'current'}/{machine}/hvm/{disk}/ami-id"
        found = cls.from_parameter(name, architecture=architecture, root_device=SDA1)
        found.word = f"Ubuntu{version.replace('.', '')}{(serial or '').replace('.', '')}{_word(architecture)}Image"
        return found

    @classmethod
    def windows(
        cls,
        version: Literal[2025, 2022, 2019, 2016] = 2022,
        *,
        language: str = "English",
        core: bool = False,
    ) -> Image:
        """The newest Windows Server, with the desktop or (`core`) without.

        Source: AWS Windows AMI Reference, find the latest Windows AMI.
        """
        _one_of("version", version, (2025, 2022, 2019, 2016))
        kind = "Core" if core else "Full"
        name = f"{_WINDOWS}/Windows_Server-{version}-{language}-{kind}-Base"
        found = cls.from_parameter(name, architecture="x86_64", root_device=SDA1, platform="windows")
        found.word = f"WindowsServer{version}{'Core' if core else ''}Image"
        if language != "English":
            found.word = f"{language}{found.word}"
        return found

    def __repr__(self) -> str:
        return f"Image({self.parameter or self.id!r})"


def image_of(given: object, path: str) -> Image | None:
    """What a user wrote for `image=`, as an `Image`. Raises `ConstructError` for something that is none."""
    if given is None or isinstance(given, Image):
        return given
    if isinstance(given, str):
        return Image(given)
    raise ConstructError(
        f"{path}: a {type(given).__name__} is not an image", place=caller(),
        fix='"ami-…", Image("ami-…", architecture="arm64"), or Image.amazon_linux(2023)',
    )  # fmt: skip


def image_id(scope: Construct, image: Image) -> Any:
    """What stands for the image in the template: its id, or a parameter of the stack that looks it up."""
    if image.parameter is None:
        return image.id
    stack = scope.node.own_stack
    known = next((one for one in _parameters(stack) if one.body.get("Default") == image.parameter), None)
    if known is None:
        id = image.word if image.word not in stack.node.children else f"{image.word}Parameter"
        known = Parameter(
            stack, id, type=LATEST, default=image.parameter,
            description="The newest image, looked up at every deploy; another one replaces the instance",
        )  # fmt: skip
    return known.ref


def _parameters(stack: Construct) -> list[Parameter]:
    children = stack.node.children.values()
    return [one for one in children if isinstance(one, Parameter) and one.body.get("Type") == LATEST]


def _word(architecture: str) -> str:
    return "Arm64" if architecture == "arm64" else ""


def _one_of(name: str, value: object, allowed: tuple[object, ...]) -> None:
    if value not in allowed:
        raise ConstructError(f"{name}={value!r}", place=caller(), fix=f"one of: {', '.join(map(repr, allowed))}")
