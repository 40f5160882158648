"""Which families of instances suit which use.

Source: course notes, EC2 Instance Types; EC2 User Guide, instance types.
"""

from __future__ import annotations


class UseCase:
    """A row of the table: the key by which hints name it, the use in words, the families then and today."""

    __slots__ = ("key", "words", "families", "today", "speciality")

    def __init__(self, key: str, words: str, families: str, today: str, speciality: str) -> None:
        self.key = key
        self.words = words
        self.families = tuple(families.split())
        self.today = tuple(today.split())
        self.speciality = speciality


USE_CASES = (
    UseCase(
        "genomics", "genomics research, financial analytics, real-time video processing, big data", "f1", "f2",
        "field-programmable gate arrays",
    ),
    UseCase("nosql", "NoSQL databases, data warehousing", "i3", "i4i i7i i8g", "high-speed storage"),
    UseCase("video-encoding", "video encoding, 3D application streaming", "g3", "g6", "graphics"),
    UseCase("mapreduce", "MapReduce, distributed file systems such as HDFS and MapR-FS", "h1", "d3", "disk throughput"),
    UseCase("web-server", "web servers, small databases", "t2", "t3 t4g", "lowest cost, general purpose"),
    UseCase("file-server", "file servers, data warehousing, Hadoop", "d2", "d3", "dense storage"),
    UseCase("memory-intensive", "memory-intensive applications and databases", "r4", "r7i r8g", "memory"),
    UseCase("application-server", "application servers", "m5", "m7i m8g", "general purpose"),
    UseCase("cpu-intensive", "CPU-intensive applications and databases", "c5", "c7i c8g", "compute"),
    UseCase("machine-learning", "machine learning, Bitcoin mining", "p3", "p5", "graphics processors for any purpose"),
    UseCase("sap-hana", "SAP HANA, Apache Spark", "x1", "x2idn x8g", "memory"),
)  # fmt: skip
BY_KEY = {case.key: case for case in USE_CASES}
