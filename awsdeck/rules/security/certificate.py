"""AWS Certificate Manager: what the documentation demands of certificates beyond the resource schema."""

from __future__ import annotations

import re

from ..limits import CERTIFICATE_NAMES
from ..route53.recordsets import ZONE, inside, normal
from ..vocabulary import ABSENT, Rule, Violation, is_unknown, truth

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator
    from typing import Any

    from ..view import Path, View

CERTIFICATE = "AWS::CertificateManager::Certificate"
CONSTRUCT = "awsdeck::Certificate"
ALGORITHMS = ("RSA_2048", "EC_prime256v1", "EC_secp384r1")
"""Key algorithms that can be asked for. Source: ACM API Reference, RequestCertificate."""
_FIRST_MOST = 64
_NAME_MOST = 253
_NAME = re.compile(r"(\*\.)?[^*\s]+")


def _names(view: View) -> Iterator[tuple[Path, Any]]:
    if view.get("DomainName") is not ABSENT:
        yield ("DomainName",), view.get("DomainName")
    yield from view.values("SubjectAlternativeNames/*")


def _known(value: Any) -> str | None:
    return value if isinstance(value, str) and not is_unknown(value) else None


def _shape(view: View) -> Iterator[Violation]:
    for path, value in _names(view):
        name = _known(value)
        if name is None:
            continue
        most = _FIRST_MOST if path == ("DomainName",) else _NAME_MOST
        if len(name) > most:
            yield Violation(
                path,
                message="{name} is {size} characters long",
                fix="put a shorter name first, and this one among SubjectAlternativeNames"
                if most < len(name) <= _NAME_MOST
                else None,
                name=name,
                size=len(name),
                allowed=f"at most {most} characters",
            )
        elif not _NAME.fullmatch(name):
            yield Violation(path, name=name)


def _waits(view: View) -> Iterator[Violation]:
    if view.get("CertificateAuthorityArn") is not ABSENT:
        return
    method = view.get("ValidationMethod", "EMAIL")
    if method == "EMAIL":
        yield Violation(
            ("ValidationMethod",),
            message="the deploy waits until somebody answers the mails to the owners of the domain",
        )
        return
    if method != "DNS" or is_unknown(view.get("DomainValidationOptions")):
        return
    proved = set()
    for path, value in view.values("DomainValidationOptions/*/DomainName"):
        if _known(value) is None:
            return
        if view.at((*path[:-1], "HostedZoneId")) is not ABSENT:
            proved.add(_plain(value))
    for path, value in _names(view):
        name = _known(value)
        if name is not None and _plain(name) not in proved:
            yield Violation(path, name=name)
            return


def _plain(name: str) -> str:
    return (normal(name) or "").removeprefix("*.")


def _algorithm(view: View) -> Iterator[Violation]:
    value = _known(view.get("KeyAlgorithm"))
    if value is not None and value not in ALGORITHMS and view.get("CertificateAuthorityArn") is ABSENT:
        yield Violation(("KeyAlgorithm",), value=value, allowed=", ".join(ALGORITHMS))


def _zone(view: View) -> Iterator[Violation]:
    if view.graph is None:
        return
    for path, value in view.values("DomainValidationOptions/*/HostedZoneId"):
        found = view.graph.target(view, value)
        if found is None or found.view.type != ZONE:
            continue
        vpcs = found.view.get("VPCs")
        name, zone = normal(view.at((*path[:-1], "DomainName"))), normal(found.view.get("Name"))
        if isinstance(vpcs, list) and vpcs and not any(is_unknown(vpc) for vpc in vpcs):
            yield Violation(path, message=_PRIVATE, fix=_PUBLIC, zone=found.view.id)
        elif name is not None and zone is not None and not inside(_plain(name), zone):
            yield Violation(path, name=name, zone=zone)


def _zone_hint(view: View) -> Iterator[Violation]:
    name, zone = normal(view.get("name")), normal(view.get("zone_name"))
    if truth(view.get("private")) is True:
        yield Violation(("zone",), message=_PRIVATE, fix=_PUBLIC, zone=zone or "the zone")
    elif name is not None and zone is not None and "${" not in f"{name}{zone}" and not inside(_plain(name), zone):
        yield Violation(("zone",), name=name, zone=zone)


_PRIVATE = "{zone} is a private hosted zone, in which ACM sees no record"
_PUBLIC = "prove the domain in its public hosted zone"


def _several(view: View) -> Iterator[Violation]:
    names = {name.lower() if isinstance(name, str) else str(name) for _, name in _names(view)}
    if len(names) > CERTIFICATE_NAMES:
        yield Violation(("SubjectAlternativeNames",), n=len(names), allowed=f"at most {CERTIFICATE_NAMES} names")


# Examples


def _template(domain: str, **zone: Any) -> dict[str, Any]:
    option = {"DomainName": domain, "HostedZoneId": {"Ref": "Zone"}}
    certificate = {"DomainName": domain, "ValidationMethod": "DNS", "DomainValidationOptions": [option]}
    return {
        "Resources": {
            "It": {"Type": CERTIFICATE, "Properties": certificate},
            "Zone": {"Type": ZONE, "Properties": {"Name": "example.com", **zone}},
        }
    }


def _dns(domain: str, *others: str, **properties: Any) -> dict[str, Any]:
    options = [{"DomainName": name, "HostedZoneId": "Z1D633PJN98FT9"} for name in (domain, *others)]
    names = {"SubjectAlternativeNames": list(others)} if others else {}
    return {
        "DomainName": domain, **names, "ValidationMethod": "DNS", "DomainValidationOptions": options, **properties,
    }  # fmt: skip


_LONG = ".".join(["a" * 30, "b" * 30, "example.com"])
_PRIVATE_CA = "arn:aws:acm-pca:eu-west-1:123456789012:certificate-authority/12345678-1234-1234-1234-123456789012"

RULES: tuple[Rule, ...] = (
    Rule(
        "ACM001", CERTIFICATE, "error",
        "{name} is no name for a certificate",
        check=_shape,
        fix="an asterisk stands alone, as the first label: *.example.com",
        source="ACM API Reference, RequestCertificate; ACM User Guide, certificate characteristics",
        verified="docs",
        good=(_dns("*.example.com", "example.com"), _dns("example.com", _LONG)),
        bad=(_dns(_LONG), _dns("www.*.example.com"), _dns("w*.example.com")),
    ),
    Rule(
        "ACM002", CERTIFICATE, "warning",
        "the deploy waits until somebody makes the record that proves {name}",
        check=_waits,
        fix="ValidationMethod: DNS, with DomainValidationOptions that name a hosted zone (HostedZoneId) for each domain",
        source="CloudFormation User Guide, AWS::CertificateManager::Certificate",
        verified="docs",
        good=(
            _dns("example.com"),
            _dns("*.example.com"),
            {"DomainName": "db.internal", "CertificateAuthorityArn": _PRIVATE_CA},
        ),
        bad=(
            {"DomainName": "example.com", "ValidationMethod": "DNS"},
            {"DomainName": "example.com"},
            _dns("example.com", SubjectAlternativeNames=["example.org"]),
        ),
    ),
    Rule(
        "ACM003", CERTIFICATE, "error",
        "ACM issues no certificates for keys of {value}; it takes them by import alone",
        check=_algorithm,
        source="ACM API Reference, RequestCertificate",
        verified="docs",
        good=(_dns("example.com", KeyAlgorithm="EC_prime256v1"), _dns("example.com")),
        bad=_dns("example.com", KeyAlgorithm="RSA_4096"),
    ),
    Rule(
        "ACM004", CERTIFICATE, "error",
        "the record that proves {name} does not belong into the zone {zone}",
        check=_zone,
        refers=True,
        fix="give the hosted zone of that domain",
        source="ACM User Guide, DNS validation; CloudFormation User Guide, AWS::CertificateManager::Certificate",
        verified="docs",
        good=(_template("*.example.com"), _template("example.com")),
        bad=(
            _template("www.example.org"),
            _template("www.example.com", VPCs=[{"VPCId": "vpc-0a1b2c3d4e5f60718", "VPCRegion": "eu-west-1"}]),
        ),
    ),
    Rule(
        "ACM004", CONSTRUCT, "error",
        "the record that proves {name} does not belong into the zone {zone}",
        scope="construct",
        check=_zone_hint,
        fix="give the hosted zone of that domain",
        source="ACM User Guide, DNS validation; CloudFormation User Guide, AWS::CertificateManager::Certificate",
        verified="docs",
        good={"name": "*.example.com", "zone_name": "example.com", "private": False},
        bad=(
            {"name": "www.example.org", "zone_name": "example.com", "private": False},
            {"name": "www.example.com", "zone_name": "example.com", "private": True},
        ),
    ),
    Rule(
        "ACM005", CERTIFICATE, "warning",
        f"a certificate covers {CERTIFICATE_NAMES} names until AWS raises the quota, and this one has {{n}}",
        check=_several,
        fix="use a wildcard, make several certificates, or ask AWS for a higher quota",
        source="ACM User Guide, quotas",
        verified="docs",
        good=_dns("example.com", *(f"n{n}.example.com" for n in range(9))),
        bad=_dns("example.com", *(f"n{n}.example.com" for n in range(10))),
    ),
)  # fmt: skip
