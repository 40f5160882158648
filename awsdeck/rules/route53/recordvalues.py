"""What the values of each type of DNS record look like, as Route 53 wants them written."""

from __future__ import annotations

import re

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable

TYPES = (
    "A", "AAAA", "CAA", "CNAME", "DS", "HTTPS", "MX", "NAPTR", "NS", "PTR", "SOA", "SPF", "SRV", "SSHFP", "SVCB", "TLSA",
    "TXT",
)  # fmt: skip
"""Source: Route 53 Developer Guide, supported DNS record types."""
SINGLE = ("CNAME", "SOA")
"""Types of which a name has one value alone. Source: Route 53 API Reference, ResourceRecord."""
TEXT_MOST = 255
"""Characters of one quoted string of a TXT record."""
VALUE_MOST = 4_000
"""Characters of one value."""

_BYTE = r"(25[0-5]|2[0-4]\d|1?\d?\d)"
_IPV4 = re.compile(rf"{_BYTE}(\.{_BYTE}){{3}}")
_QUOTED = r'"(?:\\[0-7]{3}|\\.|[^"\\])'


def is_ipv4(value: str) -> bool:
    """Whether the text is an IPv4 address in dotted decimals."""
    return _IPV4.fullmatch(value) is not None


def is_ipv6(value: str) -> bool:
    """Whether the text is an IPv6 address."""
    import ipaddress

    try:
        return ipaddress.IPv6Address(value).scope_id is None
    except ValueError:
        return False


def _domain(value: str) -> bool:
    return re.fullmatch(r'[^\s"/]{1,255}', value) is not None


def _texts(value: str) -> bool:
    return re.fullmatch(rf'{_QUOTED}{{0,{TEXT_MOST}}}"(\s+{_QUOTED}{{0,{TEXT_MOST}}}")*', value) is not None


def _numbers(parts: list[str], *most: int) -> bool:
    """Whether the first parts are whole numbers from 0, none above its bound."""
    return len(parts) >= len(most) and all(
        part.isascii() and part.isdigit() and int(part) <= bound for part, bound in zip(parts, most, strict=False)
    )


def _mail(value: str) -> bool:
    parts = value.split()
    return len(parts) == 2 and _numbers(parts, 65_535) and _domain(parts[1])


def _service(value: str) -> bool:
    parts = value.split()
    return len(parts) == 4 and _numbers(parts, 65_535, 65_535, 65_535) and _domain(parts[3])


def _authority(value: str) -> bool:
    parts = value.split(None, 2)
    right = len(parts) == 3 and _numbers(parts, 255) and re.fullmatch("[A-Za-z0-9]+", parts[1])
    return bool(right) and re.fullmatch(rf'{_QUOTED}*"', parts[2]) is not None


def _naptr(value: str) -> bool:
    return re.fullmatch(rf'\d{{1,5}}\s+\d{{1,5}}(\s+{_QUOTED}*"){{3}}\s+\S+', value) is not None


def _hexadecimal(*most: int) -> Callable[[str], bool]:
    def fits(value: str) -> bool:
        parts = value.split()
        rest = "".join(parts[len(most) :])
        return _numbers(parts, *most) and re.fullmatch("[0-9A-Fa-f]+", rest) is not None

    return fits


def _binding(value: str) -> bool:
    parts = value.split()
    return len(parts) >= 2 and _numbers(parts, 65_535)


def _start(value: str) -> bool:
    parts = value.split()
    return len(parts) == 7 and _numbers(parts[2:], *(2**32 - 1,) * 5)


FORMATS: dict[str, tuple[str, Callable[[str], bool]]] = {
    "A": ("an IPv4 address such as 192.0.2.1", is_ipv4),
    "AAAA": ("an IPv6 address such as 2001:db8::1", is_ipv6),
    "CAA": ('flags, a tag and a quoted value: 0 issue "amazon.com"', _authority),
    "CNAME": ("one domain name", _domain),
    "DS": ("key tag, algorithm, digest type and digest: 12345 13 2 0123abcd", _hexadecimal(65_535, 255, 255)),
    "HTTPS": ("a priority, a name and parameters: 1 . alpn=h2", _binding),
    "MX": ("a priority and a mail server: 10 mail.example.com", _mail),
    "NAPTR": ('order, preference, "flags", "service", "expression" and a replacement', _naptr),
    "NS": ("the domain name of a name server", _domain),
    "PTR": ("one domain name", _domain),
    "SOA": ("a name server, a mail address and five numbers", _start),
    "SPF": (f"strings in double quotes, each of at most {TEXT_MOST} characters", _texts),
    "SRV": ("priority, weight, port and a domain name: 1 10 5269 xmpp.example.com", _service),
    "SSHFP": ("algorithm, fingerprint type and fingerprint: 4 2 0123abcd", _hexadecimal(255, 255)),
    "SVCB": ("a priority, a name and parameters: 1 . alpn=h2", _binding),
    "TLSA": ("usage, selector, matching type and data: 3 1 1 0123abcd", _hexadecimal(255, 255, 255)),
    "TXT": (f"strings in double quotes, each of at most {TEXT_MOST} characters", _texts),
}
"""For each type, its values in words, and what tells whether a text is one.

Source: Route 53 Developer Guide, supported DNS record types.
"""
