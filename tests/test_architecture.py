"""The rooms and who may go where; the sizes of modules and functions; nothing at work on import."""

import ast
import statistics
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parent.parent
ROOMS = {
    "crawler": {"crawler", "breakeven_errors"},
    "extract": {"extract", "crawler", "breakeven_errors"},
    "db": {"db", "extract", "crawler", "breakeven_errors"},
    "web": {"web", "db", "extract", "breakeven_errors"},
}
OWN = {"crawler", "extract", "db", "web", "breakeven", "samples", "bench"}
SOURCES = (path for room in ROOMS for path in (ROOT / room).rglob("*.py"))
MODULES = [*sorted(SOURCES), ROOT / "breakeven.py", ROOT / "breakeven_errors.py"]


def tree(path):
    return ast.parse(path.read_text(encoding="utf-8"))


def imports(path):
    """Top-level names of the packages that a module imports, and the modules themselves."""
    for node in ast.walk(tree(path)):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom) and node.level == 0:
            yield node.module
            yield from (f"{node.module}.{alias.name}" for alias in node.names)


def functions(path):
    return [node for node in ast.walk(tree(path)) if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef)]


def length(function):
    """Lines from def to end, without the docstring."""
    doc = function.body[0] if ast.get_docstring(function) else None
    return function.end_lineno - function.lineno + 1 - (doc.end_lineno - doc.lineno + 1 if doc else 0)


@pytest.mark.parametrize("room", ROOMS)
def test_imports_never_run_back(room):
    strays = {
        f"{path.relative_to(ROOT)} imports {name}"
        for path in (ROOT / room).rglob("*.py")
        for name in imports(path)
        if name.split(".")[0] in OWN - ROOMS[room]
    }
    assert strays == set()


def test_extraction_needs_no_crawler():
    code = "import extract; extract.load(); import sys; print({'scrapy', 'twisted', 'datasette'} & set(sys.modules))"
    answer = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert answer.stdout.strip() == "set()"


def test_no_module_is_too_long():
    lengths = {str(path.relative_to(ROOT)): len(path.read_text(encoding="utf-8").splitlines()) for path in MODULES}
    assert {name: lines for name, lines in lengths.items() if lines > 400} == {}


def test_functions_are_short():
    lengths = {f"{path.relative_to(ROOT)}:{one.name}": length(one) for path in MODULES for one in functions(path)}
    assert {name: lines for name, lines in lengths.items() if lines > 60} == {}
    assert statistics.median(lengths.values()) < 12
    assert statistics.quantiles(lengths.values(), n=10)[-1] < 30


def test_no_error_is_caught_without_a_name():
    broad = {
        f"{path.relative_to(ROOT)}:{node.lineno}"
        for path in MODULES
        for node in ast.walk(tree(path))
        if isinstance(node, ast.ExceptHandler)
        and (node.type is None or (isinstance(node.type, ast.Name) and node.type.id in {"Exception", "BaseException"}))
    }
    assert broad == set()


def test_every_error_derives_from_the_one_base():
    strays = {
        f"{path.relative_to(ROOT)}:{node.name}"
        for path in MODULES
        if path.name != "breakeven_errors.py"
        for node in ast.walk(tree(path))
        if isinstance(node, ast.ClassDef) and any("Exception" in ast.unparse(base) for base in node.bases)
    }
    assert strays == set()


@pytest.mark.parametrize("package", ["crawler", "extract", "db", "web", "breakeven"])
def test_import_writes_nothing_and_loads_no_pipeline(package, tmp_path):
    code = f"import sys, {package}; print('extract.pipeline' in sys.modules)"
    answer = subprocess.run([sys.executable, "-c", code], cwd=tmp_path, capture_output=True, text=True, check=True)
    assert answer.stdout.strip() == "False"
    assert answer.stderr == ""
    assert list(tmp_path.iterdir()) == []
