"""Recompute everything from the log: `wenzheng audit`."""

import asyncio
import json
from typing import Annotated

import typer
from rich.table import Table

from wenzheng.audit import SENTENCES, Row
from wenzheng.audit import audit as audit_of
from wenzheng.commands.terminal import Data, home_of, out


def audit(data: Data = None, as_json: Annotated[bool, typer.Option("--json", help="JSON")] = False) -> None:
    """审计:从日志重算,每条不变量一行。 Recompute everything from the log; exit 1 on any violation."""
    rows = asyncio.run(audit_of(home_of(data)))
    if as_json:
        found = [
            {
                "invariant": row.name,
                "sentence": SENTENCES[row.name],
                "checked": row.checked,
                "violations": row.violations,
                "in_flight": row.in_flight,
                "examples": row.examples,
            }
            for row in rows
        ]
        print(
            json.dumps(
                {"rows": found, "violations": sum(row.violations for row in rows)},
                ensure_ascii=False,
                indent=1,
            )
        )
    else:
        print_rows(rows)
    if any(row.violations for row in rows):
        raise typer.Exit(1)


def print_rows(rows: list[Row]) -> int:
    """Print the table and the examples; returns the number of violations."""
    table = Table("", "不变量 invariant", "已查 checked", "违反 violations", "在途 in flight")
    for row in rows:
        colour = "red" if row.violations else "green"
        counts = (f"{row.checked}", f"[{colour}]{row.violations}[/{colour}]", f"{row.in_flight}")
        table.add_row(row.name, SENTENCES[row.name], *counts)
    out.print(table)
    for row in rows:
        for example in row.examples:
            out.print(f"  {row.name} {example}", highlight=False, markup=False)
    return sum(row.violations for row in rows)
