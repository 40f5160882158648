"""Small functions that CloudFront runs at its edge, and what they look up there.

Source: CloudFront Developer Guide, customize at the edge with CloudFront Functions.
"""

from __future__ import annotations

from ...cfn import resource_class
from ...constructs import Construct, attribute, construct, ref
from ...errors import ConstructError
from ...node import MAIN
from ...source import caller
from ..functions.code import Inline
from .edgename import own_name

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Literal

    from ..cloudwatch.metric import Metric
    from ..s3.s3 import BucketAccess

FUNCTION = "AWS::CloudFront::Function"
STORE = "AWS::CloudFront::KeyValueStore"


@construct
class KeyValueStore(Construct):
    """Keys and values that CloudFront functions look up at the edge, changed without a deploy of the function.

    - `source`: a bucket and the key of a JSON file in it, `(bucket, "routes.json")`, from which the store is filled when
      it is made; later its content is changed through the API, not by a deploy.
    - `name`: unique in the account, at most 64 characters; made of the construct's name when left out. It cannot change.

    Source: CloudFront Developer Guide, Amazon CloudFront KeyValueStore.
    """

    name: str | None = None
    comment: str | None = None
    source: tuple[BucketAccess, str] | None = None

    arn = attribute("Arn")
    id = attribute("Id")
    store_name = ref()

    def build(self) -> None:
        """Make the store."""
        filled = None
        if self.source is not None:
            bucket, key = self.source
            filled = {"SourceType": "S3", "SourceArn": f"{bucket.arn}/{key}"}
        resource_class(STORE)(
            self, MAIN, Name=own_name(self, self.name), Comment=self.comment, ImportSource=filled
        )  # fmt: skip


@construct
class CloudFrontFunction(Construct):
    """A JavaScript function of at most 10 KB that sees every request of a viewer, or every answer to one.

    - `code`: a file of the project (`"edge/redirect.js"`), or `inline("function handler(event) { … }")`. CloudFront calls
      its function `handler`.
    - `runtime`: "2.0" (default) or "1.0"; `store`: a `KeyValueStore` it looks things up in, with 2.0 alone.
    - `publish`: put every change live with the deploy (on); off, only the stage DEVELOPMENT changes.
    - `name`: unique in the account, at most 64 characters; made of the construct's name when left out. It cannot change.

    Source: CloudFront Developer Guide, restrictions on CloudFront Functions.
    """

    code: str | Inline
    runtime: Literal["2.0", "1.0"] = "2.0"
    store: KeyValueStore | None = None
    comment: str | None = None
    publish: bool = True
    name: str | None = None

    arn = attribute("FunctionARN")

    def build(self) -> None:
        """Make the function."""
        code = (
            self.code.text
            if isinstance(self.code, Inline)
            else read(self, self.code, "code", "the code itself as inline(…)")
        )
        stores = None if self.store is None else [{"KeyValueStoreARN": self.store.arn}]
        resource_class(FUNCTION)(
            self,
            MAIN,
            Name=own_name(self, self.name),
            AutoPublish=self.publish,
            FunctionCode=code,
            FunctionConfig={
                "Comment": self.comment or "",
                "Runtime": f"cloudfront-js-{self.runtime}",
                "KeyValueStoreAssociations": stores,
            },
        )

    def metric(self, name: str, *, statistic: str = "Sum", period: int = 300) -> Metric:
        """What CloudFront counts of the function, in us-east-1: `FunctionInvocations`, `FunctionExecutionErrors`, …

        Source: CloudFront Developer Guide, CloudFront Functions metrics.
        """
        from ..cloudwatch.metric import Metric

        dimensions = {"FunctionName": self.node.resource.properties["Name"], "Region": "Global"}
        return Metric("AWS/CloudFront", name, dimensions, statistic=statistic, period=period)


def read(owner: Construct, path: str, keyword: str, instead: str) -> str:
    """The text of a file of the project. Raises `ConstructError` at the user's line when there is none."""
    import os

    from ..functions.code import within

    project = owner.node.root_app.folder
    whole = os.path.normpath(os.path.join(project, path))
    within(whole, path, project)
    try:
        with open(whole, encoding="utf-8") as file:
            return file.read()
    except OSError as error:
        raise ConstructError(
            f"{owner.node.path}: {keyword}={path!r} cannot be read: {error.strerror}", place=caller(),
            fix=f"give the path of a file from the project's folder on, or {instead}",
        ) from error  # fmt: skip
    except UnicodeDecodeError as error:
        raise ConstructError(
            f"{owner.node.path}: {keyword}={path!r} is no text", place=caller(), fix="save it as UTF-8"
        ) from error
