"""The grammar of policy documents of every service, and trust that lets in everybody or nobody."""

from __future__ import annotations

import re

from ...catalog.words import meant
from ..vocabulary import ABSENT, Present, Rule, Violation, as_list, is_unknown, truth
from .access import conditions, everyone, spelled
from .policy import IDENTITY, RESOURCE, TRUST, TYPES, Document, Statement, documents
from .principals import written_wrong

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from typing import Any

    from ..view import View

ROLE = "AWS::IAM::Role"

# Source: IAM User Guide, grammar of the IAM JSON policy language; condition operators.
_TOP = ("Version", "Id", "Statement")
_PARTS = (
    "Sid", "Effect", "Principal", "NotPrincipal", "Action", "NotAction", "Resource", "NotResource", "Condition",
)  # fmt: skip
_COMPARISONS = ("Equals", "NotEquals", "LessThan", "LessThanEquals", "GreaterThan", "GreaterThanEquals")
OPERATORS = (
    "StringEquals", "StringNotEquals", "StringEqualsIgnoreCase", "StringNotEqualsIgnoreCase", "StringLike",
    "StringNotLike", *(f"{kind}{test}" for kind in ("Numeric", "Date") for test in _COMPARISONS), "Bool",
    "BinaryEquals", "IpAddress", "NotIpAddress", "ArnEquals", "ArnLike", "ArnNotEquals", "ArnNotLike", "Null",
)  # fmt: skip
_KNOWN_TOP = frozenset(name.lower() for name in _TOP)
_KNOWN_PARTS = frozenset(name.lower() for name in _PARTS)
_KNOWN_OPERATORS = frozenset(name.lower() for name in OPERATORS)
_NAMED_ELSEWHERE = ("AWS::KMS::Key", "AWS::KMS::ReplicaKey")
"""Types with a rule of their own about who is named."""
_SHORT_ARNS = ("AWS::ApiGateway::RestApi",)
"""Types whose policies may shorten an ARN: `execute-api:/*`."""


def _grammar(view: View) -> Iterator[Violation]:
    for document in documents(view):
        yield from _whole(document)
        for statement in document.statements:
            yield from _statement(statement, document, view.type)
            if view.type not in _SHORT_ARNS:
                yield from _resources(statement)
            yield from _actions(statement)
            yield from _tests(statement)
            if document.kind != IDENTITY:
                yield from written_wrong(statement)
            if document.kind == TRUST:
                yield from _federation(statement)


def _whole(document: Document) -> Iterator[Violation]:
    strange = [key for key in document.body if key.lower() not in _KNOWN_TOP and not key.startswith("Fn::")]
    for key in strange:
        near = meant(key, _TOP)
        yield Violation(
            document.at(key),
            problem=f"a policy has no part {key}",
            fix=f"did you mean {near}?" if near else f"a policy has {', '.join(_TOP)}",
        )
    given = next((value for key, value in document.body.items() if key.lower() == "statement"), ABSENT)
    if given is ABSENT and not strange and not any(key.startswith("Fn::") for key in document.body):
        yield Violation(document.at(), problem="the policy has no Statement", fix="say what it allows")
    elif given == []:
        yield Violation(
            document.at("Statement"),
            severity="warning",
            problem="the policy has no statements, so it allows nothing",
            fix="say what it allows",
        )


def _statement(statement: Statement, document: Document, view_type: str) -> Iterator[Violation]:
    n = statement.number
    for key in statement.body:
        if key.lower() not in _KNOWN_PARTS and not key.startswith("Fn::"):
            near = meant(key, _PARTS)
            yield Violation(
                statement.at(key),
                problem=f"statement {n} has a part {key}, which there is not",
                fix=f"did you mean {near}?" if near else f"a statement has {', '.join(_PARTS)}",
            )
    effect = statement.body.get("Effect", ABSENT)
    judged = document.kind != IDENTITY and effect is not ABSENT and not is_unknown(effect)
    if judged and effect not in ("Allow", "Deny"):
        yield Violation(
            statement.at("Effect"),
            problem=f"statement {n} has the Effect {effect}",
            allowed="Allow, Deny",
            fix="write Allow or Deny, with a capital letter",
        )
    if document.kind == RESOURCE and view_type not in _NAMED_ELSEWHERE:
        lacking = [
            part for part, names in (("Effect", ("effect",)), ("Principal", ("principal", "notprincipal")))
            if not any(key.lower() in names or key.startswith("Fn::") for key in statement.body)
        ]  # fmt: skip
        for part in lacking:
            yield Violation(
                statement.at(), problem=f"statement {n} of the policy has no {part}, which a resource's policy needs"
            )
    block = statement.body.get("Condition")
    for operator in block if isinstance(block, dict) and not is_unknown(block) else ():
        test = (
            operator.rpartition(":")[2] if operator.lower().startswith(("forallvalues:", "foranyvalue:")) else operator
        )
        bare = test[: -len("IfExists")] if test.lower().endswith("ifexists") else test
        if bare.lower() not in _KNOWN_OPERATORS and not operator.startswith("Fn::"):
            near = meant(bare, OPERATORS)
            yield Violation(
                statement.at("Condition", operator),
                problem=f"there is no condition operator {operator}",
                fix=f"did you mean {near}?" if near else "such as StringEquals, ArnLike or Bool",
            )


def _resources(statement: Statement) -> Iterator[Violation]:
    for name in ("Resource", "NotResource"):
        for index, value in enumerate(statement.all(name)):
            written = spelled(value)
            if written is None:
                continue
            parts = written.count(":") + 1
            start, _, last = written.rpartition(":")
            open_ended = re.search(r"[*?$]", start if re.match(r"[^*?$]+/", last) else written)
            if written.startswith("arn:") and parts < _ARN_PARTS and not open_ended:
                at = (name, index) if isinstance(statement.body[name], list) else (name,)
                yield Violation(
                    statement.at(*at),
                    problem=f"{written} in statement {statement.number} has {parts} parts, and an ARN has {_ARN_PARTS}",
                    fix="write arn:partition:service:region:account:resource",
                )
                continue
            head = re.split(r"[*?$]", written, maxsplit=1)[0]
            if not head.startswith("arn:") and not ("arn:".startswith(head) and head != written):
                at = (name, index) if isinstance(statement.body[name], list) else (name,)
                yield Violation(
                    statement.at(*at),
                    problem=f"{written} in statement {statement.number} is not an ARN",
                    fix="write the ARN, such as arn:aws:s3:::reports/*, or *",
                )


_ARN_PARTS = 6


def _actions(statement: Statement) -> Iterator[Violation]:
    for name in ("Action", "NotAction"):
        for index, value in enumerate(statement.all(name)):
            written = spelled(value)
            if written is None or written == "*" or re.search(r"[:$]", written):
                continue
            at = (name, index) if isinstance(statement.body[name], list) else (name,)
            yield Violation(
                statement.at(*at),
                problem=f"the action {written} in statement {statement.number} names no service",
                fix="write it with its service, such as s3:GetObject, or *",
            )


def _tests(statement: Statement) -> Iterator[Violation]:
    """Condition operators hold keys, and address operators address ranges."""
    block = statement.body.get("Condition")
    if isinstance(block, list):
        yield Violation(
            statement.at("Condition"),
            problem=f"Condition in statement {statement.number} is a list",
            fix="write one mapping of operators; all of them must hold",
        )
    for operator, keys in block.items() if isinstance(block, dict) and not is_unknown(block) else ():
        if isinstance(keys, str | int | list):
            yield Violation(
                statement.at("Condition", operator),
                problem=f"{operator} in statement {statement.number} holds no condition keys",
                fix=f"write it as {{{operator}: {{key: value}}}}",
            )
            continue
        judge, what, fix = _judge(operator)
        if judge is None or not isinstance(keys, dict) or is_unknown(keys):
            continue
        for key, values in keys.items():
            for value in as_list(values):
                if isinstance(value, str) and not is_unknown(value) and not judge(value):
                    yield Violation(
                        statement.at("Condition", operator, key),
                        problem=f"{value} in statement {statement.number} is no {what}",
                        fix=fix,
                    )


def _judge(operator: str) -> tuple[Callable[[str], bool] | None, str, str]:
    """What judges the values of an operator, what they are, and an example."""
    name = operator.lower().rpartition(":")[2]
    if name.removeprefix("not").startswith("ipaddress"):
        return _is_range, "range of addresses", "such as 203.0.113.0/24 or 2001:db8::/32"
    if name.startswith("date"):
        return _is_date, "date of ISO 8601", "such as 2030-01-31T00:00:00Z"
    if name.startswith("numeric"):
        return _is_number, "number", "such as 10"
    return None, "", ""


def _is_date(value: str) -> bool:
    return (
        "$" in value
        or re.fullmatch(r"\d{4}(?:-\d\d(?:-\d\d(?:T[\d:.]+(?:Z|[+-]\d\d:?\d\d)?)?)?)?|\d+", value) is not None
    )


def _is_number(value: str) -> bool:
    return "$" in value or re.fullmatch(r"[+-]?\d+(?:\.\d+)?", value) is not None


def _is_range(value: str) -> bool:
    from ipaddress import ip_network

    try:
        ip_network(value, strict=False)
    except ValueError:
        return "$" in value
    return True


def _federation(statement: Statement) -> Iterator[Violation]:
    """Whoever comes by a provider of identities takes on a role by an action of its own."""
    principal = statement.body.get("Principal")
    if not isinstance(principal, dict) or set(principal) != {"Federated"} or statement.body.get("Effect") != "Allow":
        return
    named = [written for value in statement.all("Action") if (written := spelled(value)) is not None]
    lowered = {one.lower() for one in named}
    if "sts:assumerole" in lowered and lowered <= {"sts:assumerole", "sts:tagsession"}:
        yield Violation(
            statement.at("Action"),
            problem=f"statement {statement.number} lets in federated users, who do not use sts:AssumeRole",
            fix="write sts:AssumeRoleWithWebIdentity, or sts:AssumeRoleWithSAML",
        )


def _open_trust(view: View) -> Iterator[Violation]:
    for statement in _trusting(view):
        if everyone(statement) and not statement.body.get("Condition"):
            yield Violation(statement.at("Principal"), n=statement.number)


def _trusting(view: View) -> Iterator[Statement]:
    for document in documents(view):
        if document.kind == TRUST:
            yield from (one for one in document.statements if one.body.get("Effect") == "Allow")


def _no_second_factor(view: View) -> Iterator[Violation]:
    for statement in _trusting(view):
        principal = statement.body.get("Principal")
        if not isinstance(principal, dict) or is_unknown(principal) or not principal:
            continue
        if not set(principal) <= {"Service", "Federated"}:
            continue
        for operator, key, values in conditions(statement):
            wanted = operator.lower() == "bool" and key.lower() == "aws:multifactorauthpresent"
            if wanted and any(truth(value) is True for value in values):
                who = [text for kind in principal.values() for one in as_list(kind) if (text := spelled(one))]
                yield Violation(
                    statement.at("Condition", operator, key),
                    n=statement.number,
                    who=" and ".join(who) or "whoever is named",
                )


def _key_user(view: View) -> Iterator[Violation]:
    if view.get("key_user") is not ABSENT and view.get("key_user") is not None:
        values = {name: view.get(name) for name in ("key_user", "key", "key_actions")}
        yield Violation(("key",), **values)


def _managed(*statements: dict[str, Any], **document: Any) -> dict[str, Any]:
    return {"PolicyDocument": {"Version": "2012-10-17", "Statement": list(statements), **document}}


def _role(principal: Any, **statement: Any) -> dict[str, Any]:
    body = {"Effect": "Allow", "Principal": principal, "Action": "sts:AssumeRole", **statement}
    return {
        "Type": ROLE,
        "Properties": {"AssumeRolePolicyDocument": {"Version": "2012-10-17", "Statement": [body]}},
    }


def _bucket_policy(**statement: Any) -> dict[str, Any]:
    return {"Type": "AWS::S3::BucketPolicy", "Properties": {"Bucket": "reports", **_managed({**_READ, **statement})}}


_READ: dict[str, Any] = {"Effect": "Allow", "Action": "s3:GetObject", "Resource": "arn:aws:s3:::reports/*"}
_ROOT = {"AWS": "arn:aws:iam::123456789012:root"}
_WITH_MFA = {"Bool": {"aws:MultiFactorAuthPresent": "true"}}
_ACCOUNT = {"aws:SourceAccount": "123456789012"}

RULES: tuple[Rule, ...] = (
    Rule(
        "IAM023", TYPES, "error",
        "{problem}",
        check=_grammar,
        source="IAM User Guide, grammar of the IAM JSON policy language; IAM JSON policy elements: Condition operators; "
        "IAM JSON policy elements: Resource",
        verified="docs",
        good=(
            _managed(_READ, Id="reading"),
            _managed({**_READ, "Condition": {"ForAnyValue:StringLikeIfExists": {"aws:TagKeys": "a*"}}}),
            _managed({**_READ, "Resource": ["*", {"Fn::Sub": "${Reports.Arn}/*"}, {"Fn::GetAtt": ["Reports", "Arn"]}]}),
            _bucket_policy(Principal=_ROOT, Condition={"stringequals": _ACCOUNT}),
            _bucket_policy(Principal={"AWS": ["123456789012", "AROAEXAMPLEROLEID12345", {"Ref": "Who"}]}),
            _bucket_policy(Principal={"AWS": "arn:aws:iam::cloudfront:user/CloudFront Origin Access Identity E1"}),
            _bucket_policy(Principal="*", Condition={"DateLessThan": {"aws:CurrentTime": "2030-01-31T00:00:00Z"}}),
        ),
        bad=(
            {"PolicyDocument": {"Version": "2012-10-17", "Statment": [_READ]}},
            _managed(),
            _managed({**_READ, "Resourse": "*"}),
            _managed({**_READ, "Condition": {"StringEqual": _ACCOUNT}}),
            _managed({**_READ, "Resource": "reports"}),
            _bucket_policy(Principal=_ROOT, Effect="allow"),
            _bucket_policy(),
            _managed({**_READ, "Action": "GetObject"}),
            _managed({**_READ, "Resource": "arn:aws:s3:reports"}),
            _managed({**_READ, "Resource": "arn:aws:s3:eu-west-1:reports/*"}),
            _managed({**_READ, "Condition": {"Bool": "true"}}),
            _managed({**_READ, "Condition": {"IpAddress": {"aws:SourceIp": "192.0.2.0/33"}}}),
            _managed({**_READ, "Condition": {"DateLessThan": {"aws:CurrentTime": "31.01.2030"}}}),
            _managed({**_READ, "Condition": [{"Bool": {"aws:SecureTransport": "true"}}]}),
            _bucket_policy(Principal={"Account": "123456789012"}),
            _bucket_policy(Principal={"AWS": "arn:aws:iam::12345678901:root"}),
            _bucket_policy(Principal={"AWS": "arn:aws:iam::123456789012:user/*"}),
            _bucket_policy(Principal={"AWS": "root"}),
            _bucket_policy(Principal="logging.s3.amazonaws.com"),
            _role({"Federated": "arn:aws:iam::123456789012:oidc-provider/example.com"}),
        ),
    ),
    Rule(
        "IAM024", ROLE, "warning",
        "statement {n} of the trust policy lets everybody of every AWS account take on the role",
        check=_open_trust,
        when={"AssumeRolePolicyDocument": Present()},
        fix="name who may, or add a Condition such as aws:PrincipalOrgID",
        source="IAM User Guide, IAM JSON policy elements: Principal, specifying all principals",
        verified="docs",
        good=(_role(_ROOT), _role("*", Condition={"StringEquals": {"aws:PrincipalOrgID": "o-1234567890"}})),
        bad=(_role("*"), _role({"AWS": "*"})),
    ),
    Rule(
        "IAM025", ROLE, "error",
        "nobody can take on the role by statement {n} of its trust policy: {who} never comes with a second factor",
        check=_no_second_factor,
        when={"AssumeRolePolicyDocument": Present()},
        fix="ask users and accounts for a second factor (aws:MultiFactorAuthPresent), not services or federated users",
        source="IAM User Guide, AWS global condition context keys: aws:MultiFactorAuthPresent",
        verified="docs",
        good=(
            _role(_ROOT, Condition=_WITH_MFA),
            _role({"Service": "ec2.amazonaws.com", **_ROOT}, Condition=_WITH_MFA),
            _role(
                {"Federated": "arn:aws:iam::123456789012:saml-provider/Work"}, Action="sts:AssumeRoleWithSAML",
                Condition={"BoolIfExists": {"aws:MultiFactorAuthPresent": "true"}},
            ),
        ),
        bad=(
            _role({"Service": "ec2.amazonaws.com"}, Condition=_WITH_MFA),
            _role(
                {"Federated": "cognito-identity.amazonaws.com"}, Action="sts:AssumeRoleWithWebIdentity",
                Condition={**_WITH_MFA, "StringEquals": {"cognito-identity.amazonaws.com:aud": "pool"}},
            ),
        ),
    ),
    Rule(
        "XSV023", "*", "warning",
        "{key_user} is let at what {id} holds, but may need the key {key} too, whose policy is not changed here",
        scope="construct",
        check=_key_user,
        fix="allow {key_user} {key_actions} in the policy of {key}",
        source="KMS Developer Guide, allowing users in other accounts to use a KMS key",
        verified="docs",
        good={"key": "arn:aws:kms:eu-west-1:123456789012:key/k"},
        bad={
            "key": "arn:aws:kms:eu-west-1:123456789012:key/k", "key_user": "arn:aws:iam::210987654321:root",
            "key_actions": "kms:Decrypt",
        },
    ),
)  # fmt: skip
