"""Mistakes that show while one types: identities."""

from awsdeck import (
    App,
    CacheUser,
    CacheUserGroup,
    EC2KeyPair,
    EncryptPlan,
    IAMGroup,
    IAMManagedPolicy,
    IAMPasswordPolicy,
    IAMPolicy,
    IAMRole,
    IAMUser,
    Stack,
    Statement,
    UserPoolClient,
)

stack = Stack(App(), "shop")
IAMUser(stack, "W1", name=5)  # wrong: name
IAMGroup(stack, "W2", require_mfa="yes")  # wrong: require_mfa
IAMPolicy(stack, "W3", statements="s3:*", roles=[])  # wrong: statements
IAMManagedPolicy(stack, "W4", statements=[], path=1)  # wrong: path
IAMRole(stack, "W5", assumed_by=5)  # wrong: assumed_by
IAMPasswordPolicy(minimum_length="14")  # wrong: minimum_length
Statement(["s3:GetObject"], ["*"], effect="allow")  # wrong: effect
CacheUser(stack, "W6", access="on ~* +@read", authentication="token")  # wrong: authentication
CacheUserGroup(stack, "W7", users=[], engine="memcached")  # wrong: engine
UserPoolClient(stack, "W8", pool="pool", callbacks=[])  # wrong: pool
EncryptPlan("4096")  # wrong: int
EC2KeyPair(stack, "W9", type="dsa")  # wrong: type
