"""What happens to the objects of a bucket as they age."""

from __future__ import annotations

from ...errors import ConstructError
from ...source import caller

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Mapping
    from typing import Any, Literal

    from ...tokens import Token

    StorageClass = Literal[
        "STANDARD_IA", "ONEZONE_IA", "INTELLIGENT_TIERING", "GLACIER_IR", "GLACIER", "DEEP_ARCHIVE"
    ]  # fmt: skip


class LifecycleRule:
    """What happens to objects as they age; days count from an object's creation.

    - `to`: storage classes with the day on which objects move there: `{"STANDARD_IA": 30, "GLACIER": 90}`.
    - `expire_after`: the day on which objects are deleted (on a versioned bucket: hidden).
    - `prefix`, `tags`, `larger_than`, `smaller_than` (bytes): which objects; all of them when left out.
    - `noncurrent_to`, `noncurrent_expire_after`, `keep_noncurrent` (1 to 100 versions): for versions that were
      replaced, counted from that day.
    - `abort_uploads_after`: the day on which parts of unfinished uploads are deleted.
    - `remove_delete_markers`: drop markers that hide nothing any more.

    Source: S3 User Guide, managing the lifecycle of objects; course notes, S3 storage classes.
    """

    __slots__ = ("body",)

    def __init__(
        self,
        *,
        to: Mapping[StorageClass, int] | None = None,
        expire_after: int | Token | None = None,
        prefix: str | None = None,
        tags: Mapping[str, str] | None = None,
        larger_than: int | None = None,
        smaller_than: int | None = None,
        noncurrent_to: Mapping[StorageClass, int] | None = None,
        noncurrent_expire_after: int | Token | None = None,
        keep_noncurrent: int | None = None,
        abort_uploads_after: int | Token | None = None,
        remove_delete_markers: bool = False,
        id: str | None = None,
        enabled: bool = True,
    ) -> None:
        if keep_noncurrent is not None and noncurrent_expire_after is None:
            raise ConstructError(
                "keep_noncurrent says how many old versions stay, and noncurrent_expire_after is needed to say when the "
                "others go", place=caller(),
                fix=f"noncurrent_expire_after=1, keep_noncurrent={keep_noncurrent}",
            )  # fmt: skip
        noncurrent = {"NoncurrentDays": noncurrent_expire_after, "NewerNoncurrentVersions": keep_noncurrent}
        abort = {"DaysAfterInitiation": abort_uploads_after}
        body: dict[str, Any] = {
            "Id": id,
            "Status": "Enabled" if enabled else "Disabled",
            "Prefix": prefix,
            "TagFilters": [{"Key": key, "Value": value} for key, value in sorted((tags or {}).items())] or None,
            "ObjectSizeGreaterThan": None if larger_than is None else str(larger_than),
            "ObjectSizeLessThan": None if smaller_than is None else str(smaller_than),
            "Transitions": [{"StorageClass": cls, "TransitionInDays": day} for cls, day in (to or {}).items()] or None,
            "ExpirationInDays": expire_after,
            "NoncurrentVersionTransitions": [
                {"StorageClass": cls, "TransitionInDays": day} for cls, day in (noncurrent_to or {}).items()
            ]
            or None,
            "NoncurrentVersionExpiration": noncurrent if noncurrent_expire_after is not None else None,
            "AbortIncompleteMultipartUpload": abort if abort_uploads_after is not None else None,
            "ExpiredObjectDeleteMarker": True if remove_delete_markers else None,
        }
        self.body = body

    @property
    def classes(self) -> list[str]:
        """The storage classes that objects are moved to."""
        moves = [*(self.body["Transitions"] or ()), *(self.body["NoncurrentVersionTransitions"] or ())]
        return [move["StorageClass"] for move in moves]

    def to_cloudformation(self) -> dict[str, Any]:
        """The rule as CloudFormation writes it."""
        return self.body
