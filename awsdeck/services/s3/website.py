"""A bucket as a website: its pages, and which pages of other origins may load from it."""

from __future__ import annotations

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from typing import Any, Literal

    Method = Literal["GET", "PUT", "HEAD", "POST", "DELETE"]


class CorsRule:
    """Which web pages of other origins may use the bucket; `max_age` in seconds.

    Source: S3 User Guide, cross-origin resource sharing; course notes, S3.
    """

    __slots__ = ("body",)

    def __init__(
        self,
        origins: Sequence[str],
        methods: Sequence[Method] = ("GET",),
        *,
        headers: Sequence[str] = (),
        expose: Sequence[str] = (),
        max_age: int | None = None,
        id: str | None = None,
    ) -> None:
        self.body: dict[str, Any] = {
            "Id": id,
            "AllowedOrigins": list(origins),
            "AllowedMethods": list(methods),
            "AllowedHeaders": list(headers) or None,
            "ExposedHeaders": list(expose) or None,
            "MaxAge": max_age,
        }

    def to_cloudformation(self) -> dict[str, Any]:
        """The rule as CloudFormation writes it."""
        return self.body


class Website:
    """A static website: `index` and `error` pages, or `redirect_to` a host for every request.

    Source: S3 User Guide, hosting a static website; course notes, S3.
    """

    __slots__ = ("body",)

    def __init__(
        self,
        index: str | None = None,
        *,
        error: str | None = None,
        redirect_to: str | None = None,
        redirect_protocol: Literal["http", "https"] | None = None,
        routing: Sequence[Mapping[str, Any]] = (),
    ) -> None:
        redirect = {"HostName": redirect_to, "Protocol": redirect_protocol}
        self.body: dict[str, Any] = {
            "IndexDocument": index,
            "ErrorDocument": error,
            "RedirectAllRequestsTo": redirect if redirect_to is not None else None,
            "RoutingRules": list(routing) or None,
        }

    def to_cloudformation(self) -> dict[str, Any]:
        """The website as CloudFormation writes it."""
        return self.body
