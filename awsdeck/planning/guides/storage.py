"""S3 storage classes, and how data is kept, encrypted and read."""

from __future__ import annotations

from ..advice import Advice, Choice, Guide
from ..keyspread import prefixes

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Literal

    from ...rules.vocabulary import Mode

STORAGE_CLASS = Guide(
    "Which S3 storage class?",
    "course notes, S3 storage classes and performance",
    {
        "standard": Choice("STANDARD", "objects are read often", "at once, from several zones, without a fee to read"),
        "infrequent": Choice(
            "STANDARD_IA", "objects are read seldom, but at once", "storage costs less and reading more"
        ),
        "one-zone": Choice(
            "ONEZONE_IA",
            "objects are read seldom, and can be made again if their zone is lost",
            "one zone keeps them, for less",
        ),
        "reproducible": Choice(
            "REDUCED_REDUNDANCY",
            "objects such as thumbnails that can be made again are read often",
            "they are kept with fewer copies",
            "ONEZONE_IA",
        ),
        "archive": Choice(
            "GLACIER",
            "objects are archived, and hours of waiting are fine",
            "the lowest price; reading takes 3 to 5 hours",
        ),
    },
)
CDN = "many reads are answered by CloudFront in front of the bucket, faster and for less"


def storage_class(
    *,
    access: Literal["frequent", "infrequent", "archive"] = "frequent",
    reproducible: bool = False,
    read_heavy: bool = False,
    puts: float = 0,
    gets: float = 0,
    limits: Mode = "documented",
) -> Advice:
    """Which S3 storage class to use.

    - `access`: how often objects are read
    - `reproducible`: they can be made again if they are lost
    - `read_heavy`: most requests read
    - `puts`: PUT, COPY, POST and DELETE requests a second
    - `gets`: GET and HEAD requests a second
    """
    spread = prefixes(puts=puts, gets=gets)
    notes = [CDN] if read_heavy else []
    if limits == "documented":
        notes += spread.notes
    if spread.prefixes > 1:
        notes.append(f"spread the keys over {spread.prefixes:,} prefixes")
    if access == "archive":
        return STORAGE_CLASS.advise("archive", limits, *notes)
    if access == "infrequent":
        return STORAGE_CLASS.advise("one-zone" if reproducible else "infrequent", limits, *notes)
    return STORAGE_CLASS.advise("reproducible" if reproducible else "standard", limits, *notes)


PROTECTION = Guide(
    "How should data be read, encrypted, kept and reached?",
    "course notes, DynamoDB consistency, S3 encryption, KMS, RDS backups, IAM roles",
    {
        "exact-reads": Choice(
            "Strongly consistent reads",
            "money, bookings, or lives depend on the answer",
            "a read sees every write before it",
        ),
        "fast-reads": Choice(
            "Eventually consistent reads",
            "high scores, cached pictures, whatever may be a moment old",
            "they are faster and cost half",
        ),
        "keys-by-s3": Choice("SSE-S3", "data is encrypted at rest and nobody cares about keys", "S3 manages the keys"),
        "keys-by-kms": Choice(
            "SSE-KMS", "who may use the key is controlled and recorded", "KMS manages keys, with a policy and a trail"
        ),
        "keys-of-own": Choice(
            "SSE-C", "the keys never stay at AWS", "each request brings its key, and S3 forgets it afterwards"
        ),
        "before-upload": Choice(
            "Client-side encryption", "AWS must never see the data", "it is encrypted before it is sent"
        ),
        "existing-database": Choice(
            "Snapshot, encrypted copy, restore",
            "a database that exists is to be encrypted",
            "encryption is chosen when a database is made, so a new one is made from the copy",
        ),
        "large-data": Choice(
            "Envelope encryption",
            "more than 4 KB are encrypted with KMS",
            "KMS encrypts a data key, and the data key the data",
        ),
        "any-second": Choice(
            "Automated backups",
            "a database can be brought back to any second of up to 35 days",
            "daily snapshots and transaction logs; they go with the instance",
        ),
        "after-deletion": Choice(
            "Manual snapshot", "backups must outlive the database", "it stays until it is deleted"
        ),
        "transactions": Choice("RDS", "many small reads and writes (OLTP)", "a relational database answers each at once"),
        "analytics": Choice(
            "A data warehouse (Redshift)", "few questions over very much data (OLAP)", "columns are read in bulk"
        ),
        "instance-access": Choice(
            "An IAM role", "programs on an instance call AWS", "its keys change by themselves; none is stored"
        ),
    },
)  # fmt: skip


def protection(
    *,
    need: Literal[
        "exact-reads", "fast-reads", "keys-by-s3", "keys-by-kms", "keys-of-own", "before-upload", "existing-database",
        "large-data", "any-second", "after-deletion", "transactions", "analytics", "instance-access",
    ],
    limits: Mode = "documented",
) -> Advice:  # fmt: skip
    """How to read, encrypt, back up and reach data.

    - `need`: what is needed
    """
    return PROTECTION.advise(need, limits)
