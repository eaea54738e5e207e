"""Streets of the city, for posts that differ in nothing else."""

STREETS = (
    "幸福",
    "黄河",
    "发展",
    "洪泽湖",
    "项王",
    "西湖",
    "青海湖",
    "世纪",
    "人民",
    "富康",
    "古黄河",
    "厦门",
)
