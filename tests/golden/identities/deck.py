"""People, programs and guests: every kind of identity and principal."""

from awsdeck import (
    App,
    IAMGroup,
    IAMManagedPolicy,
    IAMPolicy,
    IAMRole,
    IAMUser,
    Parameter,
    Principal,
    Stack,
    allow,
    deny,
)  # fmt: skip

app = App()
stack = Stack(app, "identities", description="Who may do what")
password = Parameter(stack, "FirstPassword", secret=True, min_length=12)
reading = IAMManagedPolicy(
    stack,
    "Reading",
    statements=[allow("s3:GetObject", on="arn:aws:s3:::example-shop-reports/*"), deny("s3:*", on="arn:aws:s3:::example-secrets/*")],
)
devs = IAMGroup(stack, "Devs", managed_policies=[reading], require_mfa=True)
IAMUser(stack, "Ada", groups=[devs], password=password.ref, permissions_boundary=reading)
ci = IAMRole(
    stack,
    "Ci",
    assumed_by=Principal.oidc(
        "arn:aws:iam::123456789012:oidc-provider/token.actions.githubusercontent.com",
        audience="sts.amazonaws.com",
        subject="repo:example/shop:*",
    ),
    max_session=3_600,
)
task = IAMRole(stack, "Task", assumed_by="ecs-tasks.amazonaws.com")
task.grant_pass(ci, to="ecs-tasks.amazonaws.com")
partner = IAMRole(stack, "Partner", assumed_by=Principal.account("210987654321", external_id="shop"))
people = IAMRole(
    stack, "People", assumed_by=Principal.saml("arn:aws:iam::123456789012:saml-provider/directory"), managed_policies=[reading]
)
IAMPolicy(stack, "Shared", roles=[partner, people], statements=[allow("sqs:ListQueues", on="*")])
app.synth()
