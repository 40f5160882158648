"""How CDK is run: by a node that it supports, and without what costs time and makes no template."""

from .contest import Contender, Written

ENVIRONMENT = {
    "PATH": "{cdk-path}",
    "JSII_NODE": "{node}",
    "JSII_RUNTIME_PACKAGE_CACHE_ROOT": "{cdk-cache}",
    "CDK_OUTDIR": "cdk.out",
    "CDK_VALIDATION": "false",  # its check by cloudformation-validate
    "CDK_DISABLE_CLI_TELEMETRY": "true",
}
CHECKING = {**ENVIRONMENT, "CDK_VALIDATION": "true"}
QUICKEST = ("--no-version-reporting", "--no-path-metadata", "--no-asset-metadata", "--no-notices", "--no-validation")


def library(source: str, *arguments: str, rounds: int, name: str = "aws-cdk-lib", checks: bool = False) -> Contender:
    """A program of a source under Python, without the command line."""
    return Contender(
        name,
        ["{cdk-python}", "app.py", *arguments],
        [Written(source, "cdk")],
        needs=["cdk"],
        rounds=rounds,
        extra=CHECKING if checks else ENVIRONMENT,
    )


def synth(source: str, *, rounds: int, as_it_comes: bool = False) -> Contender:
    """The same through `cdk synth`, at its quickest or as it comes."""
    app = "{cdk-python} app.py" + (" as-it-comes" if as_it_comes else "")
    return Contender(
        "cdk synth, as it comes" if as_it_comes else "cdk synth",
        [
            "{node}",
            "{cdk}",
            "synth",
            "--quiet",
            "--app",
            app,
            "--output",
            "cdk.out",
            *(() if as_it_comes else QUICKEST),
        ],
        [Written(source, "cdk")],
        needs=["cdk"],
        rounds=rounds,
        extra={name: value for name, value in CHECKING.items() if name not in ("CDK_OUTDIR", "CDK_VALIDATION")}
        if as_it_comes
        else ENVIRONMENT,
    )
