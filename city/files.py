"""A city's folder as files: rows by column, texts, and a list of what is wrong with them, line by line."""

import csv
from collections.abc import Iterable
from pathlib import Path

from msgspec import Struct

Row = tuple[int, dict[str, str]]
"""A line number and the values by column."""


class Complaint(Struct, frozen=True):
    """Something wrong in a profile; line 0 stands for the file as a whole."""

    file: str
    line: int
    reason: str

    def __str__(self) -> str:
        return f"{self.file}:{self.line}: {self.reason}"


class Folder:
    """Reads the files of a folder; what cannot be read is in `complaints`."""

    def __init__(self, directory: Path) -> None:
        self._directory = directory
        self.complaints: list[Complaint] = []

    def holds(self, file: str) -> bool:
        """Whether there is such a file: a city may do without some."""
        return (self._directory / file).exists()

    def complain(self, file: str, line: int, reason: str) -> None:
        """Something is wrong on a line; 0 stands for the file as a whole."""
        self.complaints.append(Complaint(file, line, reason))

    def text(self, file: str) -> str:
        """The whole file; empty for one that cannot be read."""
        try:
            return (self._directory / file).read_text(encoding="utf-8-sig")
        except FileNotFoundError:
            self.complain(file, 0, "文件不存在")
        except UnicodeDecodeError:
            self.complain(file, 0, "不是 UTF-8 文本")
        except OSError as problem:
            self.complain(file, 0, f"无法读取:{problem.strerror}")
        return ""

    def optional_rows(self, file: str, columns: tuple[str, ...], *filled: str) -> list[Row]:
        """The rows of a file that a city may do without."""
        return self.rows(file, columns, *filled) if self.holds(file) else []

    def rows(self, file: str, columns: tuple[str, ...], *filled: str) -> list[Row]:
        """The rows of a file that have all columns; those in `filled` must hold something."""
        text = self.text(file)
        if not text:
            return []
        reader = csv.reader(text.splitlines())
        header = [name.strip() for name in next(reader, [])]
        for name in header:
            if name not in columns:
                self.complain(file, 1, f"未知的列 {name}")
            elif header.count(name) > 1:
                self.complain(file, 1, f"列 {name} 出现了 {header.count(name)} 次")
        missing = [name for name in columns if name not in header]
        if missing:
            self.complain(file, 1, f"缺少列 {','.join(missing)}")
            return []
        rows = []
        for values in reader:
            line = reader.line_num
            if not any(value.strip() for value in values):
                continue
            if len(values) != len(header):
                self.complain(file, line, f"应有 {len(header)} 列,实有 {len(values)} 列")
                continue
            named = dict(zip(header, values, strict=True))
            row = {name: named[name].strip() for name in columns}
            empty = [name for name in filled if not row[name]]
            if empty:
                self.complain(file, line, f"{','.join(empty)} 不能为空")
            else:
                rows.append((line, row))
        return rows

    def unique(self, file: str, rows: Iterable[Row], column: str) -> None:
        """Complains of each row whose value stood in an earlier one."""
        seen: dict[str, int] = {}
        for line, row in rows:
            earlier = seen.setdefault(row[column], line)
            if earlier != line:
                self.complain(file, line, f"{row[column]} 与第 {earlier} 行重复")
