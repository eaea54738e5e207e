"""Laws of size and of imports, over all the code; what breaks one today stands in `laws.toml` and may only shrink."""

import ast
import re
import tomllib
from collections.abc import Iterator, Mapping
from graphlib import CycleError, TopologicalSorter
from pathlib import Path

import pytest

from tests.parsing import parsed, statements
from tests.patience import PATIENCE

ROOT = Path(__file__).resolve().parents[2]
PACKAGES = ("contracts", "city", "chassis", "services", "fronts", "wenzheng")
FOLDERS = (*PACKAGES, "tests")
FILE_LINES = 400
FUNCTION_LINES = 60
ARROWS = 2.2
"""Imports of modules of the same package, a module on average."""
_ASKS = re.compile(r"httpx2\.(get|post|put|patch|delete|head|options|request|stream|Client|AsyncClient)")
_WAITS = re.compile(_ASKS.pattern + r"|asyncio\.(timeout|wait_for|wait)|subprocess\.run|.*\.(wait|join)")
_GLANCES = {"count", "is_visible", "is_hidden"}
"""What a browser answers of the page as it is, which after a click may be the old one still."""
ALLOWED = tomllib.loads((ROOT / "tests" / "system" / "laws.toml").read_text(encoding="utf-8"))


def files(root: Path, *folders: str) -> Iterator[tuple[str, str]]:
    """Path and text of every module below the folders."""
    for folder in folders:
        for path in sorted((root / folder).rglob("*.py")):
            if "__pycache__" not in path.parts:
                yield path.relative_to(root).as_posix(), path.read_text(encoding="utf-8")


def long_files(root: Path, *folders: str) -> dict[str, int]:
    """Files with more lines than the law allows."""
    counts = {path: text.count("\n") for path, text in files(root, *folders)}
    return {path: count for path, count in counts.items() if count > FILE_LINES}


def long_functions(root: Path, *folders: str) -> dict[str, int]:
    """Functions, nested ones too, with more lines than the law allows."""
    long = {}
    for path, text in files(root, *folders):
        for node in statements(parsed(text)):
            if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
                lines = (node.end_lineno or node.lineno) - node.lineno + 1
                if lines > FUNCTION_LINES:
                    long[f"{path}:{node.name}"] = lines
    return long


def arrows(root: Path, *folders: str) -> dict[str, set[str]]:
    """Module to the modules it imports, wherever the import stands: in a function, or for types only, too."""
    texts = {_module(path): (path, text) for path, text in files(root, *folders)}
    drawn: dict[str, set[str]] = {module: set() for module in texts}
    for module, (path, text) in texts.items():
        package = module if path.endswith("/__init__.py") else module.rpartition(".")[0]
        for node in statements(parsed(text)):
            names: list[str] = []
            if isinstance(node, ast.Import):
                names = [alias.name for alias in node.names]
            elif isinstance(node, ast.ImportFrom):
                base = node.module or ""
                if node.level:
                    base = ".".join(
                        [*package.split(".")[: len(package.split(".")) - node.level + 1], base]
                    ).strip(".")
                # What is imported from a package is its module of that name, or something of the package itself.
                named = [f"{base}.{alias.name}" for alias in node.names]
                names = [name if name in texts else base for name in named]
            drawn[module] |= {name for name in names if name in texts and name != module}
    return drawn


def tangled(root: Path, *folders: str) -> dict[str, float]:
    """Packages whose modules import more of each other than the law allows, each with its mean."""
    drawn = {folder: arrows(root, folder) for folder in folders}
    means = {
        folder: sum(map(len, modules.values())) / len(modules) for folder, modules in drawn.items() if modules
    }
    return {folder: mean for folder, mean in means.items() if mean > ARROWS}


def circle(drawn: dict[str, set[str]]) -> set[str]:
    """Modules that import each other in a circle, one such circle; none where there is none."""
    try:
        TopologicalSorter(drawn).prepare()
    except CycleError as found:
        return set(found.args[1])
    return set()


def _module(path: str) -> str:
    return path.removesuffix(".py").removesuffix("/__init__").replace("/", ".")


def looked_for_twice(root: Path, *folders: str) -> list[str]:
    """Files that put routes together in FastAPI's own way, so that each request looks for its route twice."""
    return [path for path, text in files(root, *folders) if ".include_router(" in text]


def read_at_import(root: Path, *folders: str) -> list[str]:
    """Where a module reads its environment when it is imported: on one machine it is imported once for all parts (ADR 70)."""
    found = []
    for path, text in files(root, *folders):
        waiting: list[ast.AST] = list(parsed(text).body)
        while waiting:
            node = waiting.pop()
            if isinstance(node, ast.Attribute) and ast.unparse(node) in ("os.environ", "os.getenv"):
                found.append(f"{path}:{node.lineno}")
            if not isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef | ast.Lambda):
                waiting += ast.iter_child_nodes(node)
    return found


def impatient(root: Path, *folders: str) -> dict[str, str]:
    """Where a test waits for what comes soon no longer than a number of seconds, or than httpx2 does by itself: 5.

    A machine may stand still for longer, and then the test fails though nothing is wrong.
    """
    found = {}
    for path, text in files(root, *folders):
        for node in ast.walk(parsed(text)):
            if isinstance(node, ast.Call) and (why := _hurry(node)):
                found[f"{path}:{node.lineno}"] = why
            if isinstance(node, ast.Assert) and (glances := _GLANCES & _asked(node.test)):
                found[f"{path}:{node.lineno}"] = f"{min(glances)} of the page that stands now: expect() waits"
    return found


def _asked(expression: ast.expr) -> set[str]:
    """Names of the methods that it calls without saying anything."""
    calls = (node for node in ast.walk(expression) if isinstance(node, ast.Call))
    return {call.func.attr for call in calls if isinstance(call.func, ast.Attribute) and not call.args}


def _hurry(call: ast.Call) -> str:
    name = ast.unparse(call.func)
    given = {keyword.arg: keyword.value for keyword in call.keywords}
    limits = [given[word] for word in ("timeout", "delay") if word in given]
    if name in ("asyncio.timeout", "asyncio.wait_for"):
        limits += call.args[-1:]
    elif _ASKS.fullmatch(name) and not given.keys() & {"timeout", "transport", None}:
        return f"{name} without a timeout"
    elif not _WAITS.fullmatch(name):
        return ""
    for limit in limits:
        if (
            isinstance(limit, ast.Constant)
            and isinstance(limit.value, int | float)
            and limit.value < PATIENCE
        ):
            return f"{name} for {limit.value} s"
    return ""


def raised_again(root: Path, *folders: str) -> list[str]:
    """Places where an exception is raised that was made once for all: each raise hangs its frames on it, and they stay for ever."""
    return [
        f"{path}:{node.lineno}"
        for path, text in files(root, *folders)
        for node in statements(parsed(text))
        if isinstance(node, ast.Raise) and isinstance(node.exc, ast.Name) and node.exc.id.isupper()
    ]


def beyond(found: Mapping[str, float], allowed: Mapping[str, float]) -> dict[str, float]:
    """What breaks a law, and is not allowed or has grown."""
    return {name: amount for name, amount in found.items() if amount > allowed.get(name, 0)}


def test_no_file_is_longer_than_a_reader_bears() -> None:
    assert beyond(long_files(ROOT, *FOLDERS), ALLOWED["files"]) == {}, f"more than {FILE_LINES} lines"


def test_no_function_is_longer_than_a_screen() -> None:
    assert beyond(long_functions(ROOT, *FOLDERS), ALLOWED["functions"]) == {}, f"over {FUNCTION_LINES} lines"


def test_no_modules_import_each_other_in_a_circle() -> None:
    assert circle(arrows(ROOT, *PACKAGES)) == set()


def test_the_modules_of_a_package_import_few_of_each_other() -> None:
    assert beyond(tangled(ROOT, *PACKAGES), ALLOWED["arrows"]) == {}, f"over {ARROWS} arrows a module"


def test_no_request_looks_for_its_route_twice() -> None:
    assert looked_for_twice(ROOT, *PACKAGES) == [], "take_routes of chassis/web/api.py"


def test_a_route_that_is_looked_for_twice_is_told(tmp_path: Path) -> None:
    (tmp_path / "chassis").mkdir()
    (tmp_path / "chassis" / "web.py").write_text("api.include_router(probes)\n")

    assert looked_for_twice(tmp_path, "chassis") == ["chassis/web.py"]


def test_what_is_allowed_is_still_needed() -> None:
    packages = tangled(ROOT, *PACKAGES)
    assert [name for name in ALLOWED["arrows"] if name not in packages] == [], "take them out of laws.toml"
    kept = long_files(ROOT, *FOLDERS)
    assert [name for name in ALLOWED["files"] if name not in kept] == [], "take them out of laws.toml"
    kept = long_functions(ROOT, *FOLDERS)
    assert [name for name in ALLOWED["functions"] if name not in kept] == [], "take them out of laws.toml"


def test_no_module_reads_its_environment_when_it_is_imported() -> None:
    assert read_at_import(ROOT, "contracts", "city", "chassis", "services", "fronts") == []


def test_a_module_that_reads_its_environment_at_once_is_told(tmp_path: Path) -> None:
    (tmp_path / "city").mkdir()
    (tmp_path / "city" / "one.py").write_text(
        'import os\n\n\nclass A:\n    here = os.environ["A"]\n\n\ndef f():\n    return os.getenv("B")\n'
    )

    assert read_at_import(tmp_path, "city") == ["city/one.py:5"]


def test_no_exception_is_made_once_and_raised_again_and_again() -> None:
    assert raised_again(ROOT, *FOLDERS) == []


def test_an_exception_that_is_raised_again_is_told(tmp_path: Path) -> None:
    (tmp_path / "city").mkdir()
    (tmp_path / "city" / "one.py").write_text(
        'GONE = OSError("gone")\n\n\ndef f():\n    raise GONE\n\n\ndef g():\n    raise OSError("gone")\n'
    )

    assert raised_again(tmp_path, "city") == ["city/one.py:5"]


def test_no_test_takes_a_slow_machine_for_a_fault() -> None:
    # Simulations have a time of their own, and the battery's people are as impatient as people are.
    own = ("tests/simulation/", "tests/battery/")
    found = impatient(ROOT, "tests")
    assert {place: why for place, why in found.items() if not place.startswith(own)} == {}, (
        "PATIENCE of tests/patience.py"
    )


@pytest.mark.parametrize(
    "hurry",
    [
        "httpx2.get(address)",
        "httpx2.Client(base_url=address)",
        "httpx2.post(address, timeout=60)",
        "asyncio.timeout(20)",
        "asyncio.wait_for(came, 10)",
        "subprocess.run(command, timeout=60)",
        "process.wait(timeout=5)",
        '1; assert page.locator("form").count() == 1',
        '1; assert not page.locator("form").is_visible()',
    ],
)
def test_a_test_in_a_hurry_is_told(tmp_path: Path, hurry: str) -> None:
    (tmp_path / "tests").mkdir()
    (tmp_path / "tests" / "test_one.py").write_text(
        f"x = {hurry}\nassert [1].count(1) == 1\ny = httpx2.AsyncClient(transport=here)\nz = asyncio.timeout(PATIENCE)\n"
    )

    assert list(impatient(tmp_path, "tests")) == ["tests/test_one.py:1"]


@pytest.mark.parametrize(
    ("name", "text"),
    [
        ("long", "a = 1\n" * 401),
        ("function", "def f() -> None:\n" + "    a = 1\n" * 60),
        ("method", "class C:\n    async def f(self) -> None:\n" + "        a = 1\n" * 60),
    ],
)
def test_what_is_too_long_is_told(tmp_path: Path, name: str, text: str) -> None:
    (tmp_path / "city").mkdir()
    (tmp_path / "city" / f"{name}.py").write_text(text)

    told = {**long_files(tmp_path, "city"), **long_functions(tmp_path, "city")}

    assert [path.partition(":")[0] for path in told] == [f"city/{name}.py"]
    assert beyond(told, dict.fromkeys(told, 400 if name == "long" else 60)) == told, (
        "what is allowed may not grow"
    )


@pytest.mark.parametrize(
    "back",
    [
        "import city.one\n",
        "from city import one\n",
        "from .one import f\n",
        "def g() -> None:\n    from city.one import f\n",
        "from typing import TYPE_CHECKING\nif TYPE_CHECKING:\n    from city.one import f\n",
    ],
)
def test_a_circle_is_told_wherever_its_import_hides(tmp_path: Path, back: str) -> None:
    (tmp_path / "city").mkdir()
    (tmp_path / "city" / "one.py").write_text("from city.two import g\n")
    (tmp_path / "city" / "two.py").write_text("from city.three import h\n")
    (tmp_path / "city" / "three.py").write_text(back)

    assert circle(arrows(tmp_path, "city")) == {"city.one", "city.two", "city.three"}


def test_a_package_with_too_many_arrows_is_told(tmp_path: Path) -> None:
    (tmp_path / "city").mkdir()
    for n in range(6):
        imports = "".join(f"from city.m{other} import x\n" for other in range(n))
        (tmp_path / "city" / f"m{n}.py").write_text(imports + "x = 1\n")

    assert tangled(tmp_path, "city") == {"city": 2.5}
    assert beyond(tangled(tmp_path, "city"), {"city": 2.4}) == {"city": 2.5}, "what is allowed may not grow"
    (tmp_path / "city" / "m6.py").write_text("x = 1\n")
    assert tangled(tmp_path, "city") == {}
