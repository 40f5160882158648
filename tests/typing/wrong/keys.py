"""Mistakes with keys that a type checker finds."""

from awsdeck import App, KMSAlias, KMSKey, KMSReplicaKey, S3Bucket, SQSQueue, SSMParameter, Stack

app = App()
stack = Stack(app, "shop")
key = KMSKey(stack, "Key")
KMSKey(stack, "Spec", spec="rsa-1024")  # wrong: rsa-1024
KMSKey(stack, "Usage", usage="encrypt")  # wrong: usage
KMSKey(stack, "Days", deletion_days="7")  # wrong: deletion_days
KMSKey(stack, "Unknown", rotate=True)  # wrong: rotate
KMSAlias(stack, "NoKey", name="shop")  # wrong: key
KMSReplicaKey(stack, "NoPrimary")  # wrong: primary
SQSQueue(stack, "Q", encryption="kms", key=S3Bucket(stack, "B"))  # wrong: key
key.grant_decrypt(5)  # wrong: Principal
SSMParameter(stack, "P", value=5)  # wrong: value
