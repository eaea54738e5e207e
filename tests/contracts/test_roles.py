"""What somebody reads whose role may not do what was asked for."""

from contracts.roles import lacking


def test_who_may_not_do_it_reads_who_may_by_the_names_that_pages_use() -> None:
    assert lacking(("clerk", "leader")) == "此操作由承办人或分管领导办理。"
    assert lacking(("author",)) == "此操作由发帖人办理。"
    assert lacking(("neighbour",)) == "此操作由网民办理。"
