"""Constructs and values that the other programs here do not use."""

from awsdeck import (
    ApiDomain,
    ApiStage,
    App,
    ConstraintError,
    ConstructError,
    CorsRule,
    CustomType,
    CycleError,
    DeckError,
    DynamoDBTable,
    Finding,
    GlobalIndex,
    IAMGroup,
    IAMManagedPolicy,
    IAMPasswordPolicy,
    IAMPolicy,
    IAMRole,
    IAMUser,
    ItemPlan,
    LifecycleRule,
    LocalIndex,
    RDSClusterParameterGroup,
    RestApi,
    S3Bucket,
    ScaledCapacity,
    Stack,
    StackSet,
    Statement,
    TokenError,
    UploadPlan,
    UsagePlan,
    UserPool,
    UserPoolClient,
)

app = App()
stack = Stack(app, "shop")

role = IAMRole(stack, "Role", assumed_by="lambda.amazonaws.com")
readers = IAMGroup(stack, "Readers", managed_policies=["ReadOnlyAccess"], require_mfa=True)
IAMUser(stack, "Ann", groups=[readers], path="/people/")
listing = Statement(["s3:ListAllMyBuckets"], ["*"], sid="List")
IAMPolicy(stack, "Listing", statements=[listing], roles=[role], groups=[readers])
shared = IAMManagedPolicy(stack, "Shared", statements=[listing], description="listing")
IAMUser(stack, "Bob", managed_policies=[shared])
password = IAMPasswordPolicy(minimum_length=16, max_age_days=None)

table = DynamoDBTable(
    stack,
    "Orders",
    partition_key="customer",
    sort_key=("placed", "N"),
    billing="provisioned",
    read_capacity=ScaledCapacity(5, 50, target=60),
    write_capacity=5,
    local_indexes=[LocalIndex("by-total", sort_key=("total", "N"))],
    global_indexes=[GlobalIndex("by-mail", partition_key="mail", read_capacity=5, write_capacity=5)],
)
item = ItemPlan(400_000, limits="current")
upload = UploadPlan(size_bytes=5_000_000_000, parts=1_000)
S3Bucket(
    stack,
    "Uploads",
    lifecycle=[LifecycleRule(to={"GLACIER": 90}, expire_after=365)],
    cors=[CorsRule(["https://example.com"], methods=["GET", "PUT"], max_age=600)],
)
RDSClusterParameterGroup(stack, "Parameters", family="aurora-postgresql16", parameters={"log_statement": "ddl"})

api = RestApi(stack, "Api")
stage = ApiStage(stack, "Prod", api=api, name="prod")
UsagePlan(stack, "Plan", stages=[stage], rate=10, burst=20, quota=(1_000, "DAY"))
ApiDomain(stack, "Domain", domain="api.example.com", certificate="arn:aws:acm:eu-west-1:123456789012:certificate/x")
pool = UserPool(stack, "Pool")
UserPoolClient(stack, "Client", pool=pool, callbacks=["https://example.com/back"], access_minutes=30)
guards = StackSet(app, "guards", units=["ou-ab12-workload1"], regions=["eu-west-1"], failure_tolerance=1)
S3Bucket(guards, "Trail")
CustomType(stack, "Own", type="Example::Net::Thing", properties={"Size": 5})


def told(work: App) -> list[Finding]:
    """What is wrong with an app."""
    try:
        work.synth()
    except ConstraintError as error:
        return list(error.findings)
    except (TokenError, CycleError, ConstructError) as error:
        print(error.place, error.fix)
    except DeckError as error:
        print(error.exit_code)
    return []
