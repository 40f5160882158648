"""One reading of every error that comes back from AWS, and what to say about it."""

from __future__ import annotations

from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from typing import Any

import botocore.exceptions

from ...errors import CredentialsError, InputError
from ..errors import Kind, Refused, shortened

THROTTLED = frozenset({
    "Throttling", "ThrottlingException", "ThrottledException", "RequestThrottled", "RequestThrottledException",
    "TooManyRequestsException", "RequestLimitExceeded", "BandwidthLimitExceeded", "SlowDown", "PriorRequestNotComplete",
})  # fmt: skip
EXPIRED = frozenset({
    "ExpiredToken", "ExpiredTokenException", "RequestExpired", "TokenRefreshRequired", "UnrecognizedClientException",
    "InvalidClientTokenId", "InvalidAccessKeyId",
})  # fmt: skip
SIGNATURES = frozenset({"SignatureDoesNotMatch", "InvalidSignatureException", "RequestTimeTooSkewed"})
CREDENTIALS = EXPIRED | SIGNATURES | {"MissingAuthenticationToken", "AuthFailure", "IncompleteSignature"}
DENIED = frozenset({"AccessDenied", "AccessDeniedException", "UnauthorizedOperation", "UnauthorizedAccess", "403"})
OUTAGE = frozenset(
    {"RequestTimeout", "RequestTimeoutException", "InternalFailure", "InternalError", "ServiceUnavailable"}
)
_KINDS: dict[str, Kind] = {
    "AlreadyExistsException": "exists",
    "TokenAlreadyExistsException": "exists",
    "NameAlreadyExistsException": "exists",
    "OperationIdAlreadyExistsException": "exists",
    "InvalidChangeSetStatus": "status",
    "InvalidChangeSetStatusException": "status",
    "LimitExceededException": "limit",
    "OperationInProgressException": "busy",
    "StaleRequestException": "busy",
    "ChangeSetNotFound": "missing",
    "ChangeSetNotFoundException": "missing",
    "StackNotFoundException": "missing",
    "StackSetNotFoundException": "missing",
    "StackInstanceNotFoundException": "missing",
    "OperationNotFoundException": "missing",
    "NoSuchKey": "missing",
    "404": "missing",
}
_NO_LOGIN = (
    botocore.exceptions.NoCredentialsError,
    botocore.exceptions.PartialCredentialsError,
    botocore.exceptions.CredentialRetrievalError,
    botocore.exceptions.UnauthorizedSSOTokenError,
    botocore.exceptions.SSOError,
    botocore.exceptions.TokenRetrievalError,
    botocore.exceptions.ProfileNotFound,
    botocore.exceptions.InvalidConfigError,
)
_STALE = (
    botocore.exceptions.CredentialRetrievalError,
    botocore.exceptions.UnauthorizedSSOTokenError,
    botocore.exceptions.TokenRetrievalError,
)


def classify(error: Exception) -> Kind:
    """What an error of botocore's means for a deploy; the only place that knows AWS's words."""
    if isinstance(error, botocore.exceptions.ClientError):
        details = error.response.get("Error", {})
        status = error.response.get("ResponseMetadata", {}).get("HTTPStatusCode", 0)
        kind = _classify_answer(str(details.get("Code", "")), str(details.get("Message", "")), int(status or 0))
        return kind if kind in ("throttled", "outage") or not _assuming(error) else "credentials"
    if isinstance(error, _NO_LOGIN) or _unrefreshed(error):
        return "credentials"
    if isinstance(error, (botocore.exceptions.HTTPClientError, botocore.exceptions.ConnectionError)):
        return "outage"
    return "outage" if type(error).__name__ == "ResponseParserError" else "invalid"


def _classify_answer(code: str, message: str, status: int) -> Kind:
    if code in THROTTLED or status == 429:
        return "throttled"
    if code in CREDENTIALS:
        return "credentials"
    if code in DENIED:
        return "denied"
    if code in OUTAGE or status >= 500:
        return "outage"
    if code in _KINDS:
        return _KINDS[code]
    text = message.lower()
    if "does not exist" in text:
        return "missing"
    if "no updates are to be performed" in text:
        return "unchanged"
    if "terminationprotection is enabled" in text:
        return "protected"
    if "_in_progress state" in text:
        return "busy"
    return "invalid"


def stale(error: Exception) -> bool:
    """Whether credentials have run out, so that getting them anew may help."""
    if isinstance(error, botocore.exceptions.ClientError):
        code = str(error.response.get("Error", {}).get("Code", ""))
        return code in EXPIRED and not _about_time(error, code)
    return isinstance(error, _STALE) or _unrefreshed(error)


def refusal(error: Exception, kind: Kind, operation: str, *, now: float, who: str = "") -> Exception:
    """The error to raise; `who` names whose credentials they were, `now` is this machine's time."""
    if isinstance(error, botocore.exceptions.ClientError):
        details = error.response.get("Error", {})
        code, text = str(details.get("Code", "")), str(details.get("Message", ""))
    else:
        code, text = type(error).__name__, str(error)
    if kind == "credentials":
        return _unaccepted(error, code, shortened(text) or code, now, who)
    if isinstance(error, botocore.exceptions.NoRegionError):
        return InputError("no region is set", fix="give the stack a region, use --region, or set AWS_REGION")
    fix = {
        "denied": f"{who or 'the caller'} needs permission for {_action(operation)}",
        "limit": "ask AWS for a higher quota, or remove what is not needed any more",
        "outage": "check the network, a proxy, and the endpoint",
    }.get(kind)
    return Refused(f"{operation}: {shortened(text) or code}", kind=kind, code=code, operation=operation, fix=fix)


def _unaccepted(error: Exception, code: str, text: str, now: float, who: str) -> CredentialsError:
    if _about_time(error, code):
        theirs = _their_time(error)
        seen = f"; AWS's says {_clock(theirs)}" if theirs is not None else ""
        return CredentialsError(
            f"the clock of this machine is wrong: it says {_clock(now)}{seen}",
            fix="set the clock, best by switching on synchronisation with a time server",
        )
    if isinstance(error, botocore.exceptions.ProfileNotFound):
        return CredentialsError(
            f"{who or 'the profile'} does not exist",
            fix="`aws configure list-profiles` lists those that there are; choose one with --profile or AWS_PROFILE",
        )
    if isinstance(error, botocore.exceptions.NoCredentialsError):
        return CredentialsError(
            f"there are no credentials{f' for {who}' if who else ''}",
            fix="log in, or choose credentials with --profile or AWS_PROFILE",
        )
    if _assuming(error):
        return CredentialsError(
            f"{who or 'the role'} cannot be assumed: {text}",
            fix="its trust policy has to name the caller, and the caller needs sts:AssumeRole on it",
        )
    return CredentialsError(
        f"AWS does not accept the credentials{f' of {who}' if who else ''}: {text}",
        fix="log in again, or choose other credentials with --profile or AWS_PROFILE",
    )


def _assuming(error: Exception) -> bool:
    return getattr(error, "operation_name", "") == "AssumeRole"


def _unrefreshed(error: Exception) -> bool:
    """Botocore raises a plain RuntimeError when new credentials are old already."""
    return isinstance(error, RuntimeError) and "credentials" in str(error).lower()


def _about_time(error: Exception, code: str) -> bool:
    if code == "RequestTimeTooSkewed":
        return True
    text = str(error).lower()
    return code in SIGNATURES | {"RequestExpired"} and (
        "signature expired" in text or "not yet current" in text or "request has expired" in text
    )


def _their_time(error: Exception) -> float | None:
    response: Any = getattr(error, "response", {})
    date = response.get("ResponseMetadata", {}).get("HTTPHeaders", {}).get("date")
    try:
        return parsedate_to_datetime(date).timestamp() if date else None
    except ValueError:
        return None


def _clock(moment: float) -> str:
    return datetime.fromtimestamp(moment, UTC).strftime("%Y-%m-%d %H:%M:%S UTC")


def _action(operation: str) -> str:
    service = {"HeadObject": "s3", "PutObject": "s3", "GetCallerIdentity": "sts"}.get(operation, "cloudformation")
    return f"{service}:{'GetObject' if operation == 'HeadObject' else operation}"
