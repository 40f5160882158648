"""Functions at the edge and keys of signed URLs: what CloudFront takes of them."""

from __future__ import annotations

import re

from ..limits import EDGE_FUNCTION_MOST, EDGE_ORIGIN_TIMEOUT_MOST, EDGE_VIEWER_MEMORY_MOST, EDGE_VIEWER_TIMEOUT_MOST
from ..policies.access import ROLE, trusted
from ..vocabulary import ABSENT, Rule, Violation, is_unknown, number
from .distributions import DISTRIBUTION, GUIDE, behaviors, example, items

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator
    from typing import Any

    from ..graph import Graph
    from ..view import Path, View

EDGE = "AWS::CloudFront::Function"
PUBLIC_KEY = "AWS::CloudFront::PublicKey"
HEADERS_POLICY = "AWS::CloudFront::ResponseHeadersPolicy"
FUNCTION = "AWS::Lambda::Function"
VERSION = "AWS::Lambda::Version"
ALIAS = "AWS::Lambda::Alias"
HOME = "us-east-1"

_NEVER = {
    "Environment": "environment variables",
    "VpcConfig": "a VPC",
    "Layers": "layers",
    "DeadLetterConfig": "a dead-letter queue",
    "ImageConfig": "a container image",
}
"""Properties that a function at the edge must not have. Source: CloudFront Developer Guide, restrictions on Lambda@Edge."""
_HANDLER = re.compile(r"\bhandler\b")
_PUBLIC = "-----BEGIN PUBLIC KEY-----"


# Functions of Lambda@Edge that stand in the templates


def _far(graph: Graph) -> Iterator[Violation]:
    for distribution in graph.of(DISTRIBUTION):
        for view in distribution.worlds():
            for path, body in behaviors(view):
                for place, one in enumerate(items(body.get("LambdaFunctionAssociations"))):
                    if isinstance(one, dict) and not is_unknown(one):
                        where = (*path, "LambdaFunctionAssociations", place, "LambdaFunctionARN")
                        yield from _one(graph, view, where, one)


def _one(graph: Graph, view: View, where: Path, told: dict[str, Any]) -> Iterator[Violation]:
    found = graph.target(view, told.get("LambdaFunctionARN"))
    if found is None:
        return
    if found.view.type in (FUNCTION, ALIAS):
        what = "an alias" if found.view.type == ALIAS else "the function itself, which is $LATEST"
        yield Violation(
            where, view=view, problem=f"Lambda@Edge takes a numbered version, and {found.view.id} is {what}",
            fix="make an AWS::Lambda::Version, and give its Ref",
        )  # fmt: skip
        return
    if found.view.type != VERSION:
        return
    member = found.view.member
    region = member.region if member is not None else None
    if isinstance(region, str) and region != HOME and not region.startswith("cn-"):
        yield Violation(
            where, view=view, problem=f"Lambda@Edge starts from us-east-1, and {found.view.id} is made in {region}",
            fix="make the function in a stack of us-east-1",
        )  # fmt: skip
    target = graph.target(found.view, found.view.get("FunctionName"))
    if target is not None and target.view.type == FUNCTION:
        yield from _made(target.view, view, where, told.get("EventType"))


def _made(function: View, view: View, where: Path, event: Any) -> Iterator[Violation]:
    for problem, fix in _wrong(function, event):
        yield Violation(where, view=view, problem=f"{function.id} {problem}", fix=fix)
    role = function.graph.target(function, function.get("Role")) if function.graph is not None else None
    if role is not None and role.view.type == ROLE and trusted(role.view, "edgelambda") is False:
        yield Violation(
            where,
            view=view,
            problem=f"the role {role.view.id} of {function.id} does not trust edgelambda.amazonaws.com",
            fix="let lambda.amazonaws.com and edgelambda.amazonaws.com assume it",
        )


def _wrong(function: View, event: Any) -> Iterator[tuple[str, str]]:
    """What keeps a function from running at the edge, and what to do about it."""
    if function.properties != {} and is_unknown(function.properties):
        return
    for name, words in _NEVER.items():
        value = function.get(name)
        if value is not ABSENT and not is_unknown(value) and value not in ({}, []):
            yield f"has {words}, which functions at the edge cannot have", f"leave {name} out"
    if function.get("TracingConfig/Mode") == "Active":
        yield "is traced by X-Ray, which does not reach the edge", "leave TracingConfig out"
    if "arm64" in items(function.get("Architectures")):
        yield "is made for arm64, and functions at the edge run on x86_64", "write Architectures: [x86_64]"
    runtime = function.get("Runtime")
    if isinstance(runtime, str) and not is_unknown(runtime) and not runtime.startswith(("nodejs", "python")):
        yield (
            f"runs on {runtime}, and functions at the edge are written in Node.js or Python",
            "write it in one of them",
        )
    viewer = isinstance(event, str) and event.startswith("viewer-")
    if not viewer and event not in ("origin-request", "origin-response"):
        return
    seconds = number(function.get("Timeout"))
    most = EDGE_VIEWER_TIMEOUT_MOST if viewer else EDGE_ORIGIN_TIMEOUT_MOST
    if seconds is not None and seconds > most:
        yield f"may take {seconds} seconds, and on {event} there are {most}", f"set Timeout to at most {most}"
    memory = number(function.get("MemorySize"))
    if viewer and memory is not None and memory > EDGE_VIEWER_MEMORY_MOST:
        yield (
            f"has {memory} MB of memory, and on {event} there are {EDGE_VIEWER_MEMORY_MOST}",
            f"set MemorySize to {EDGE_VIEWER_MEMORY_MOST}",
        )


# CloudFront functions


def _edge(view: View) -> Iterator[Violation]:
    code = view.get("FunctionCode")
    if isinstance(code, str) and not is_unknown(code):
        size = len(code.encode("utf-8", "surrogatepass"))
        if size > EDGE_FUNCTION_MOST:
            yield Violation(
                ("FunctionCode",),
                problem=f"the code has {size:,} bytes",
                allowed=f"at most {EDGE_FUNCTION_MOST:,} bytes",
                fix="leave out what is not needed, keep data in a key value store, or use Lambda@Edge",
            )
        if not _HANDLER.search(code):
            yield Violation(
                ("FunctionCode",),
                severity="warning",
                problem="CloudFront calls the function handler, and there is none",
                fix="write function handler(event) { … }",
            )
    stores, runtime = view.get("FunctionConfig/KeyValueStoreAssociations"), view.get("FunctionConfig/Runtime")
    if isinstance(stores, list) and stores and runtime == "cloudfront-js-1.0":
        yield Violation(
            ("FunctionConfig", "Runtime"), problem="only cloudfront-js-2.0 reads a key value store", value=runtime,
            allowed="cloudfront-js-2.0",
        )  # fmt: skip
    if (
        isinstance(stores, list)
        and len(stores) > 1
        and not any(isinstance(one, dict) and "Fn::If" in one for one in stores)
    ):
        yield Violation(
            ("FunctionConfig", "KeyValueStoreAssociations"), problem="a function reads one key value store",
            fix="put all keys into one store",
        )  # fmt: skip


# Keys of signed URLs


def _key(view: View) -> Iterator[Violation]:
    text = view.get("PublicKeyConfig/EncodedKey")
    if not isinstance(text, str) or is_unknown(text):
        return
    where = ("PublicKeyConfig", "EncodedKey")
    if "PRIVATE KEY" in text:
        yield Violation(where, message="this is a private key: whoever reads the template can sign with it",
                        fix="make a new pair, keep the private key to yourself, and give the public one")  # fmt: skip
    elif not text.strip().startswith(_PUBLIC):
        yield Violation(where, allowed=f"a PEM text that begins with {_PUBLIC}")


# Answers to other origins


def _credentials(view: View) -> Iterator[Violation]:
    told = view.get("ResponseHeadersPolicyConfig/CorsConfig")
    if (
        not isinstance(told, dict)
        or is_unknown(told)
        or told.get("AccessControlAllowCredentials") not in (True, "true")
    ):
        return
    path = ("ResponseHeadersPolicyConfig", "CorsConfig")
    for name, wide in (
        ("AccessControlAllowOrigins", "*"), ("AccessControlAllowHeaders", "*"), ("AccessControlAllowMethods", "ALL"),
    ):  # fmt: skip
        listed = told.get(name)
        if isinstance(listed, dict) and wide in items(listed.get("Items")):
            yield Violation((*path, name, "Items"), value=wide)


# Examples


def _at(region: str = HOME, *, event: str = "viewer-request", to: Any = None, **function: Any) -> Any:
    from ..vocabulary import Stacks

    associated = [{"EventType": event, "LambdaFunctionARN": to or {"Ref": "Third"}}]
    resources = {
        "It": {
            "Type": DISTRIBUTION, "Properties": example(default={"LambdaFunctionAssociations": associated}),
        },
        "Third": {"Type": VERSION, "Properties": {"FunctionName": {"Ref": "Edge"}}},
        "Edge": {"Type": FUNCTION, "Properties": {"Runtime": "nodejs22.x", **function}},
    }  # fmt: skip
    return Stacks({"edge": {"Resources": resources}}, {"edge": {"region": region}})


def _code(text: str, runtime: str = "cloudfront-js-2.0", *stores: str) -> dict[str, Any]:
    told: dict[str, Any] = {"Comment": "", "Runtime": runtime}
    if stores:
        told["KeyValueStoreAssociations"] = [{"KeyValueStoreARN": store} for store in stores]
    return {"Name": "f", "FunctionCode": text, "FunctionConfig": told}


def _pem(text: str) -> dict[str, Any]:
    return {"PublicKeyConfig": {"CallerReference": "one", "Name": "one", "EncodedKey": text}}


def _cors(origin: str, *, credentials: bool = True) -> dict[str, Any]:
    told = {
        "AccessControlAllowCredentials": credentials, "AccessControlAllowHeaders": {"Items": ["authorization"]},
        "AccessControlAllowMethods": {"Items": ["GET"]}, "AccessControlAllowOrigins": {"Items": [origin]},
        "OriginOverride": True,
    }  # fmt: skip
    return {"ResponseHeadersPolicyConfig": {"Name": "cors", "CorsConfig": told}}


_STORE = "arn:aws:cloudfront::123456789012:key-value-store/1234"
_RIGHT = "function handler(event) { return event.request; }"

RULES: tuple[Rule, ...] = (
    Rule(
        "CFR015", DISTRIBUTION, "error",
        "{problem}",
        scope="graph",
        check=_far,
        source=f"{GUIDE}, restrictions on Lambda@Edge; quotas on Lambda@Edge",
        verified="docs",
        good=(_at(MemorySize=128, Timeout=5), _at(event="origin-request", MemorySize=512, Timeout=30)),
        bad=(
            _at("eu-west-1"),
            _at(to={"Fn::GetAtt": ["Edge", "Arn"]}),
            _at(Environment={"Variables": {"A": "b"}}),
            _at(Architectures=["arm64"]),
            _at(MemorySize=256),
            _at(event="origin-response", Timeout=60),
            _at(Runtime="java21"),
        ),
    ),
    Rule(
        "CFR016", EDGE, "error",
        "{problem}",
        check=_edge,
        source=f"{GUIDE}, restrictions on CloudFront Functions; quotas on CloudFront Functions",
        verified="docs",
        good=(_code(_RIGHT), _code(_RIGHT, "cloudfront-js-2.0", _STORE)),
        bad=(
            _code(_RIGHT + " " * EDGE_FUNCTION_MOST),
            _code("function main(event) { return event.request; }"),
            _code(_RIGHT, "cloudfront-js-1.0", _STORE),
            _code(_RIGHT, "cloudfront-js-2.0", _STORE, f"{_STORE}5"),
        ),
    ),
    Rule(
        "CFR026", PUBLIC_KEY, "error",
        "this is no public key",
        check=_key,
        fix="openssl rsa -pubout -in private_key.pem makes one",
        source=f"{GUIDE}, specify signers that can create signed URLs and signed cookies",
        verified="docs",
        good=_pem(f"{_PUBLIC}\nMIIB\n-----END PUBLIC KEY-----\n"),
        bad=(_pem("-----BEGIN RSA PRIVATE KEY-----\nMIIB\n"), _pem("ssh-rsa AAAA")),
    ),
    Rule(
        "CFR027", HEADERS_POLICY, "error",
        "with credentials browsers take no answer for {value}: name each one",
        check=_credentials,
        fix="list them, or set AccessControlAllowCredentials: false",
        source="CloudFront API Reference, ResponseHeadersPolicyCorsConfig; Fetch standard, CORS protocol and credentials",
        verified="docs",
        good=(_cors("https://www.example.com"), _cors("*", credentials=False)),
        bad=_cors("*"),
    ),
)  # fmt: skip
