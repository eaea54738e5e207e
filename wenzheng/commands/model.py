"""The commands about routing: train, evaluate, route a text, and which model is in force."""

import asyncio
import json
from datetime import datetime
from hashlib import sha256
from pathlib import Path
from typing import Annotated

import typer
from rich.table import Table

from city.normal import normal_form
from city.profile import Profile
from contracts.posts import PostReceived
from services.router.core.assigning.routing import Routing
from wenzheng import corrections, model
from wenzheng.commands.terminal import Data, home_of, out
from wenzheng.stack.home import CITY, Trouble

app = typer.Typer(no_args_is_help=True, help="交办模型。 The learned model of the router.")


def route(
    text: Annotated[str, typer.Argument(help="帖子内容。 What was written.")],
    title: Annotated[str, typer.Option("--title", help="标题。 Its title.")] = "",
    area: Annotated[
        str, typer.Option("--area", help="区县代码。 Code of the area, where it was chosen.")
    ] = "",
    model_file: Annotated[Path | None, typer.Option("--model", help="模型文件。 A model file.")] = None,
    city: Annotated[Path, typer.Option("--city", help="城市配置。 The city profile.")] = CITY,
) -> None:
    """一条帖子会交给谁,为什么。 Whose matter a text is, and why, as the router decides."""
    profile = Profile.load(city)
    routing = Routing(profile)
    if model_file is not None:
        fitted = model.load(model_file)
        routing = Routing(profile, {"given": fitted}, "given")
    post = PostReceived(
        at=datetime.now(profile.zone),
        number="",
        kind="complaint",
        title=normal_form(title),
        text=normal_form(text),
        area=area,
        citizen="",
    )
    choice = routing.choose(post)
    whose = profile.department_name(choice.department) if choice.department else "由人选定 a person chooses"
    out.print(f"{whose}  把握 confidence {choice.confidence:.3f}", highlight=False)
    for candidate in choice.candidates:
        out.print(
            f"  {candidate.score:.3f}  {profile.department_name(candidate.department)}"
            f" {candidate.department} {candidate.duty_item}",
            highlight=False,
        )
        for reason in candidate.reasons:
            out.print(f"         {reason.text}", highlight=False, soft_wrap=True)
    out.print(f"规则 rules {choice.rule_version}  模型 model {choice.model_version or '—'}", highlight=False)


def train(
    files: Annotated[list[Path], typer.Argument(help="带 label 的 jsonl,可 .gz。 Labelled posts.")],
    to: Annotated[Path, typer.Option("--out", help="模型文件。 The model file.")],
) -> None:
    """训练交办模型。 Fit a model on labelled posts (title, text, label) and write one file."""
    fitted = model.train(files, to)
    print(
        f"{to}:版本 version {fitted.version},{len(fitted.classes)} 类 classes,"
        f"{fitted.header.rows} 帖 posts,阈值 threshold {fitted.threshold:.3f},{to.stat().st_size / 1e6:.1f} MB"
    )


def evaluate(
    file: Annotated[Path, typer.Argument(help="带 label 的 jsonl,可 .gz。 Labelled posts.")],
    model_file: Annotated[Path, typer.Option("--model", help="模型文件。 The model file.")],
    as_json: Annotated[bool, typer.Option("--json", help="JSON")] = False,
) -> None:
    """在模型没有见过的帖子上评估。 How a model does on posts it has not seen, and how fast."""
    fitted, rows = model.load(model_file), model.read_rows([file])
    found = model.evaluate(fitted, rows) | model.speed(fitted, rows)
    if as_json:
        print(json.dumps(found, ensure_ascii=False, indent=1))
        return
    table = Table("类别 class", "帖数 posts", "精确率 precision", "召回率 recall", "F1")
    for row in found.pop("classes"):
        table.add_row(row["class"], *(str(row[name]) for name in ("rows", "precision", "recall", "f1")))
    out.print(table)
    curve = Table("自动交办比例 share", *(f"{point['share']:.0%}" for point in found["coverage"]))
    curve.add_row("正确率 accuracy", *(f"{point['accuracy']:.3f}" for point in found.pop("coverage")))
    out.print(curve)
    for name, value in found.items():
        out.print(f"  {name:<24} {value}", highlight=False)


@app.command("list")
def listed(data: Data = None) -> None:
    """已存的模型与启用记录。 The models stored, and every change-over."""
    found = model.Operator(home_of(data)).models()
    for row in found["models"]:
        print(
            f"{row['version']}  {row['classes']} 类  阈值 {row['threshold']:.3f}  {row['bytes']} B  {row['checksum']}"
        )
    for turn in found["activated"]:
        print(f"{turn['at']}  启用 {turn['version'] or '职责清单 duty list'}  {turn['by']}")


@app.command("activate")
def activate(
    file: Annotated[Path, typer.Argument(help="模型文件。 The model file.")], data: Data = None
) -> None:
    """存入并启用模型,不停机。 Store a model and decide with it from now on, without a restart."""
    operator = model.Operator(home_of(data))
    raw = model.read_file(file)
    fitted = operator.store(raw)
    operator.activate(fitted.version, sha256(raw).hexdigest(), fitted.threshold)
    print(f"已启用 activated {fitted.version}")


@app.command("rollback")
def rollback(data: Data = None) -> None:
    """回到上一个模型。 Decide with the model before the present one again."""
    operator = model.Operator(home_of(data))
    turn = operator.previous()
    operator.activate(turn["version"], turn["checksum"], turn["threshold"])
    print(f"已恢复 back to {turn['version'] or '职责清单 the duty list alone'}")


@app.command("rows")
def rows(
    to: Annotated[Path, typer.Option("--out", help="jsonl 文件。 Where to.")], data: Data = None
) -> None:
    """由人定过的交办成为训练数据。 What people decided, as labelled posts to learn from (masked texts)."""
    rows = asyncio.run(corrections.read(home_of(data)))
    corrections.write(rows, to)
    print(f"{to}:{len(rows)} 帖 posts")


@app.command("retrain")
def retrain(
    files: Annotated[list[Path] | None, typer.Argument(help="另加的数据。 Labelled posts besides.")] = None,
    data: Data = None,
) -> None:
    """用更正过的交办重新训练;不差于现有模型才启用。 Learn from corrections; activate only what is no worse."""
    operator = model.Operator(home_of(data))
    rows = asyncio.run(corrections.read(home_of(data))) + (model.read_rows(files) if files else [])
    outcome = model.retrain(rows, operator.active())
    print(
        f"训练 {outcome.learnt} 帖,留出 {outcome.held_out} 帖:新 {outcome.new_accuracy:.3f},"
        f"旧 {'—' if outcome.old_accuracy is None else f'{outcome.old_accuracy:.3f}'}"
    )
    if not outcome.no_worse:
        raise Trouble("新模型更差,没有启用。 The new model is worse; it was not activated.")
    fitted = operator.store(outcome.data)
    operator.activate(fitted.version, sha256(outcome.data).hexdigest(), fitted.threshold)
    print(f"已启用 activated {fitted.version}")
