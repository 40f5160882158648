"""Files of the project as zips: the same everywhere, nothing that does not belong, wheels for another machine."""

from __future__ import annotations

import hashlib
import json
import os
import subprocess
import sys
import zipfile
from pathlib import Path
from typing import Any

import pytest

from awsdeck import App, ConstructError, LambdaFunction, LambdaLayer, SQSQueue, Stack, asset
from awsdeck.assembly import Assembly
from awsdeck.assets import files, packing, requirements, wheels
from awsdeck.assets.ignoring import Ignoring
from awsdeck.assets.packing import Package, packed

HANDLER = "def handle(event, context): ...\n"


def tree(root: Path, contents: dict[str, str], *, executable: tuple[str, ...] = ()) -> Path:
    for name, text in contents.items():
        path = root / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text)
        if name in executable:
            path.chmod(path.stat().st_mode | 0o100)
    return root


def pack(root: Path, **options: Any) -> Package:
    return packed(str(root), "src/worker", store=str(root.parent / ".awsdeck"), **options)


def zipped(root: Path, target: Path, **options: Any) -> bytes:
    pack(root, **options).write(str(target))
    return target.read_bytes()


CONTENTS = {"app.py": HANDLER, "lib/a.py": "A = 1\n", "lib/b/ü.txt": "ü", "run.sh": "#!/bin/sh\n"}


# the same everywhere


def test_two_directories_with_other_clocks_umasks_and_orders_give_the_same_bytes(tmp_path: Path) -> None:
    before = os.umask(0o077)
    try:
        first = tree(tmp_path / "one" / "code", CONTENTS, executable=("run.sh",))
        os.umask(0o002)
        other = dict(reversed(list(CONTENTS.items())))
        second = tree(tmp_path / "two" / "elsewhere", other, executable=("run.sh",))
    finally:
        os.umask(before)
    for path in second.rglob("*"):
        os.utime(path, (1, 1))
    (second / "__pycache__").mkdir()
    (second / "__pycache__" / "app.cpython-313.pyc").write_bytes(b"made here")
    modes = [{path.stat().st_mode for path in root.rglob("*.py")} for root in (first, second)]
    assert modes[0] != modes[1]
    assert pack(first).hash == pack(second).hash
    assert zipped(first, tmp_path / "1.zip") == zipped(second, tmp_path / "2.zip")


def test_a_zip_has_sorted_names_one_time_and_two_modes(tmp_path: Path) -> None:
    code = tree(tmp_path / "code", CONTENTS, executable=("run.sh",))
    zipped(code, tmp_path / "1.zip")
    with zipfile.ZipFile(tmp_path / "1.zip") as made:
        infos = made.infolist()
        assert made.testzip() is None
    assert [info.filename for info in infos] == sorted(CONTENTS)
    assert {info.date_time for info in infos} == {(1980, 1, 1, 0, 0, 0)}
    assert {info.create_system for info in infos} == {3}
    assert {info.filename: oct(info.external_attr >> 16) for info in infos} == {
        "app.py": "0o100644", "lib/a.py": "0o100644", "lib/b/ü.txt": "0o100644", "run.sh": "0o100755",
    }  # fmt: skip


def test_the_hash_changes_with_a_content_a_name_and_what_may_be_executed_and_with_nothing_else(tmp_path: Path) -> None:
    code = tree(tmp_path / "code", CONTENTS)
    first = pack(code).hash
    (code / "app.py").touch()
    (code / "empty").mkdir()
    assert pack(code).hash == first
    (code / "app.py").write_text(HANDLER + "\n")
    changed = pack(code).hash
    (code / "app.py").write_text(HANDLER)
    (code / "app.py").rename(code / "app2.py")
    renamed = pack(code).hash
    (code / "app2.py").rename(code / "app.py")
    (code / "app.py").chmod(0o755)
    assert len({first, changed, renamed, pack(code).hash}) == 4


def test_one_letter_that_systems_spell_in_two_ways_has_one_name(tmp_path: Path) -> None:
    composed, apart = tree(tmp_path / "1", {"\u00fc.txt": ""}), tree(tmp_path / "2", {"u\u0308.txt": ""})
    assert pack(composed).names == pack(apart).names == ["\u00fc.txt"]


def test_a_single_file_stands_at_the_top_of_its_zip(tmp_path: Path) -> None:
    tree(tmp_path, {"src/app.py": HANDLER, "src/other.py": ""})
    assert pack(tmp_path / "src" / "app.py").names == ["app.py"]


def test_a_zip_that_is_there_is_not_made_again(tmp_path: Path) -> None:
    code = tree(tmp_path / "code", CONTENTS)
    path = Path(pack(code).zipped())
    path.write_bytes(b"kept")
    assert Path(pack(code).zipped()).read_bytes() == b"kept"
    assert path == tmp_path / ".awsdeck" / "assets" / f"{pack(code).hash}.zip"


def test_zips_that_nobody_used_for_long_are_removed_when_one_is_made(tmp_path: Path) -> None:
    code = tree(tmp_path / "code", CONTENTS)
    old, new = Path(pack(code).zipped()), tmp_path / ".awsdeck" / "assets" / "new.zip"
    new.write_bytes(b"")
    os.utime(old, (1, 1))
    (code / "more.py").write_text("")
    pack(code).zipped()
    assert (old.exists(), new.exists()) == (False, True)


# what stays out


@pytest.mark.parametrize(
    ("patterns", "out", "stays"),
    [
        (["*.md"], ["README.md", "docs/a.md"], ["a.mdx"]),
        (["/docs"], ["docs/"], ["lib/docs/"]),
        (["docs/*.md"], ["docs/a.md"], ["docs/b/a.md", "x/docs/a.md"]),
        (["build/"], ["build/", "lib/build/"], ["build"]),
        (["**/temp"], ["temp", "a/b/temp"], ["temps"]),
        (["data/**"], ["data/a", "data/b/c"], ["data/"]),
        (["a/**/z"], ["a/z", "a/b/c/z"], ["a/bz"]),
        (["*.log", "!keep.log"], ["a.log"], ["keep.log", "x/keep.log"]),
        (["?.txt", "[0-9].bin", "[!a].cfg"], ["a.txt", "1.bin", "b.cfg"], ["ab.txt", "a.bin", "a.cfg"]),
        (["# a comment", "", "   "], [], ["# a comment", "a"]),
        (["\\#hash", "\\!bang", "tail\\ "], ["#hash", "!bang", "tail "], ["hash"]),
        (["a+b(c).txt"], ["a+b(c).txt"], ["aab(c).txt"]),
    ],
)
def test_patterns_mean_what_they_mean_in_a_gitignore(patterns: list[str], out: list[str], stays: list[str]) -> None:
    ignoring = Ignoring(patterns)

    def left(path: str) -> bool:
        return ignoring.leaves_out(path.rstrip("/"), folder=path.endswith("/"))

    assert [path for path in out if not left(path)] == []
    assert [path for path in stays if left(path)] == []


def test_caches_environments_and_repositories_stay_out_without_being_named(tmp_path: Path) -> None:
    junk = [
        ".git/config",
        ".venv/bin/python",
        "lib/__pycache__/a.pyc",
        "a.pyc",
        ".DS_Store",
        "awsdeck.out/manifest.json",
    ]
    code = tree(tmp_path / "code", {**dict.fromkeys(junk, "x"), "app.py": HANDLER, "a.md": ""})
    assert pack(code, ignore=["*.md"]).names == ["app.py"]
    assert pack(code, ignore=["!a.pyc"]).names == ["a.md", "a.pyc", "app.py"]


# what is refused


@pytest.fixture
def stack(tmp_path: Path) -> Stack:
    app = App()
    app.folder = str(tmp_path)
    stack = Stack(app, "shop", region="eu-west-1")
    stack.app = app  # type: ignore[attr-defined]
    return stack


def refused(stack: Stack, code: Any = "src") -> ConstructError:
    """What a function with this code is told; at the line that makes it."""
    line = sys._getframe().f_lineno + 2
    with pytest.raises(ConstructError) as caught:
        LambdaFunction(stack, "F", code=code, handler="app.handle", runtime="python3.13")
    place = caught.value.place
    assert place is not None
    assert (Path(place.file).name, place.line) == ("test_assets.py", line)
    return caught.value


def test_a_directory_that_is_missing(stack: Stack, tmp_path: Path) -> None:
    (tmp_path / "source").mkdir()
    error = refused(stack, "sorce")
    assert "no file or directory sorce" in error.message
    assert error.fix == "did you mean source?"


def test_a_directory_with_nothing_in_it(stack: Stack, tmp_path: Path) -> None:
    tree(tmp_path / "src", {"a.pyc": ""})
    assert "src holds no files" in refused(stack).message


def test_a_link_out_of_the_directory(stack: Stack, tmp_path: Path) -> None:
    tree(tmp_path, {"src/app.py": HANDLER, "secret.txt": "x"})
    (tmp_path / "src" / "lib").mkdir()
    (tmp_path / "src" / "lib" / "s.txt").symlink_to("../../secret.txt")
    assert "src/lib/s.txt is a link that leads out of the directory, to ../../secret.txt" in refused(stack).message
    made = LambdaFunction(
        stack, "G", code=asset("src", ignore=["s.txt"]), handler="app.handle", runtime="python3.13"
    )  # fmt: skip
    assert made.node.path == "shop/G"


def test_a_link_to_a_directory_of_nearly_the_same_name_leads_out(stack: Stack, tmp_path: Path) -> None:
    tree(tmp_path, {"src/app.py": HANDLER, "src-old/a.py": ""})
    (tmp_path / "src" / "old").symlink_to("../src-old")
    assert "leads out" in refused(stack).message


def test_a_link_inside_is_packed_as_what_it_leads_to(tmp_path: Path) -> None:
    code = tree(tmp_path / "src", {"app.py": HANDLER, "lib/a.py": "A = 1\n"})
    (code / "same.py").symlink_to("app.py")
    (code / "more").symlink_to("lib")
    made = pack(code)
    assert made.names == ["app.py", "lib/a.py", "more/a.py", "same.py"]
    assert made.read("same.py").decode() == HANDLER


def test_a_link_to_nowhere_and_a_link_to_a_folder_above(stack: Stack, tmp_path: Path) -> None:
    tree(tmp_path, {"src/app.py": HANDLER, "loop/lib/a.py": ""})
    (tmp_path / "src" / "gone.py").symlink_to("nowhere.py")
    assert "src/gone.py is a link to nowhere.py, which does not exist" in refused(stack).message
    (tmp_path / "loop" / "lib" / "up").symlink_to("..")
    with pytest.raises(ConstructError, match="loop/lib/up is a link to a folder that holds it"):
        packed(str(tmp_path / "loop"), "loop", store=str(tmp_path))


def test_something_that_is_no_file(stack: Stack, tmp_path: Path) -> None:
    tree(tmp_path, {"src/app.py": HANDLER})
    os.mkfifo(tmp_path / "src" / "pipe")
    assert "src/pipe is neither a file nor a directory" in refused(stack).message


def test_a_file_that_cannot_be_read(stack: Stack, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    tree(tmp_path, {"src/app.py": HANDLER, "src/key.pem": "x"})

    def guarded(path: str, *args: Any, **options: Any) -> Any:
        if str(path).endswith("key.pem"):
            raise PermissionError(13, "Permission denied", path)
        return open(path, *args, **options)

    monkeypatch.setattr(files, "open", guarded, raising=False)
    error = refused(stack)
    assert error.message == "cannot read src/key.pem: permission denied"
    assert error.fix is not None
    assert "ignore=" in error.fix


def test_a_file_that_changes_while_it_is_read(stack: Stack, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    code = tree(tmp_path / "src", {"app.py": HANDLER})
    fstat, seen = os.fstat, []

    def looked(number: int) -> os.stat_result:
        seen.append(number)
        if len(seen) == 2:
            (code / "app.py").write_text(HANDLER * 2)
        return fstat(number)

    monkeypatch.setattr("awsdeck.assets.files.os.fstat", looked)
    assert refused(stack).message == "src/app.py changed while it was packed"


def test_a_file_that_changes_before_the_zip_is_written(stack: Stack, tmp_path: Path) -> None:
    code = tree(tmp_path / "src", {"app.py": HANDLER})
    LambdaFunction(stack, "F", code="src", handler="app.handle", runtime="python3.13")
    (code / "app.py").write_text(HANDLER.replace("...", "pass"))
    with pytest.raises(ConstructError, match=r"src/app\.py changed while it was packed") as caught:
        stack.node.root_app.synth(str(tmp_path / "out"))
    assert caught.value.place is not None
    assert not list((tmp_path / ".awsdeck" / "assets").iterdir())


def test_too_much_for_lambda_names_the_biggest_files(
    stack: Stack, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(packing, "UNZIPPED_MOST", 3 * 1024**2)
    tree(tmp_path, {"src/app.py": HANDLER, "src/model.bin": "x" * 3 * 1024**2, "src/lib/b.bin": "x" * 1024**2})
    error = refused(stack)
    assert error.message == (
        "src has 4.0 MB and Lambda takes 3.0 MB unzipped; the biggest: model.bin (3.0 MB), lib/b.bin (1.0 MB), "
        "app.py (0.0 MB)"
    )


def test_the_limit_is_the_documented_one() -> None:
    assert packing.UNZIPPED_MOST == 262_144_000


@pytest.mark.parametrize("target", ["/etc/hosts", ".."])
def test_a_link_in_place_of_the_code_that_leads_out_of_the_project(stack: Stack, tmp_path: Path, target: str) -> None:
    (tmp_path / "link").symlink_to(target)
    assert "link is a link that leads out of the project" in refused(stack, "link").message


def test_a_link_in_place_of_the_code_may_lead_to_another_folder_of_the_project(stack: Stack, tmp_path: Path) -> None:
    tree(tmp_path, {"src/app.py": HANDLER})
    (tmp_path / "link").symlink_to("src")
    LambdaFunction(stack, "F", code="link", handler="app.handle", runtime="python3.13")


def test_files_with_secrets_of_this_machine_stay_out_unless_asked_for(tmp_path: Path) -> None:
    code = tree(tmp_path / "code", {".env": "A=1", ".env.local": "", ".aws/credentials": "", "app.py": HANDLER})
    assert pack(code).names == ["app.py"]
    assert pack(code, ignore=["!.env"]).names == [".env", "app.py"]


# zips that are there


def ready(path: Path, contents: dict[str, str]) -> bytes:
    with zipfile.ZipFile(path, "w") as made:
        for name, text in contents.items():
            made.writestr(name, text)
    return path.read_bytes()


def test_a_ready_zip_is_uploaded_as_it_is_for_functions_and_layers(stack: Stack, tmp_path: Path) -> None:
    whole = ready(tmp_path / "pre.zip", {"app.py": HANDLER, "lib/": "", "lib/a.py": ""})
    function = LambdaFunction(stack, "F", code="pre.zip", handler="app.handle", runtime="python3.13")
    layer = LambdaLayer(stack, "L", code="pre.zip")
    made = stack.node.root_app.synth(str(tmp_path / "out"))["shop"]
    (entry,) = made.assets
    assert Path(made.files[entry["key"]]()).read_bytes() == whole
    assert entry["hash"] == hashlib.sha256(whole).hexdigest()
    assert layer.package.names == ["app.py", "lib/a.py"]
    assert function.node.resource.Code["S3Key"] == entry["key"]


def test_a_ready_zip_is_looked_into_for_the_handler(stack: Stack, tmp_path: Path) -> None:
    ready(tmp_path / "pre.zip", {"app.py": "def other(event, context): ...\n"})
    assert "app.py has no function handle" in refused(stack, "pre.zip").message


@pytest.mark.parametrize(
    ("content", "said"),
    [(None, "pre.zip is no zip"), ({"../a.py": ""}, "leads out of it"), ({}, "holds no files")],
)
def test_a_ready_zip_that_lambda_would_not_take(stack: Stack, tmp_path: Path, content: Any, said: str) -> None:
    if content is None:
        (tmp_path / "pre.zip").write_text("no")
    else:
        ready(tmp_path / "pre.zip", content)
    assert said in refused(stack, "pre.zip").message


# packages


def wheel(folder: Path, name: str, tag: str, contents: dict[str, str], version: str = "1.0", needs: str = "") -> None:
    folder.mkdir(exist_ok=True)
    info = f"{name}-{version}.dist-info"
    metadata = f"Metadata-Version: 2.1\nName: {name}\nVersion: {version}\n{needs}"
    held = {
        **contents,
        f"{info}/METADATA": metadata,
        f"{info}/WHEEL": f"Wheel-Version: 1.0\nRoot-Is-Purelib: true\nTag: {tag}\n",
    }
    with zipfile.ZipFile(folder / f"{name}-{version}-{tag}.whl", "w") as made:
        for path, text in {**held, f"{info}/RECORD": ""}.items():
            made.writestr(path, text)


@pytest.fixture
def shelf(tmp_path: Path) -> Path:
    """A folder of wheels in place of an index, and a directory whose requirements ask for some of them."""
    shelf = tmp_path / "wheels"
    for processor in ("x86_64", "aarch64"):
        wheel(shelf, "fast", f"cp313-cp313-manylinux_2_28_{processor}", {"fast.py": f"FOR = '{processor}'\n"})
    wheel(shelf, "fast", "cp311-cp311-macosx_11_0_arm64", {"fast.py": "FOR = 'mac'\n"}, version="2.0")
    wheel(
        shelf, "plain", "py3-none-any",
        {"plain/__init__.py": "", "plain-1.0.data/scripts/plain": "#!python\n", "plain-1.0.data/purelib/extra.py": ""},
        needs="Requires-Dist: modern; python_version >= '3.13' and sys_platform == 'linux'\n"
        "Requires-Dist: ancient; python_version < '3.13'\n",
    )  # fmt: skip
    wheel(shelf, "modern", "py3-none-any", {"modern.py": ""})
    code = tree(tmp_path / "src", {"app.py": HANDLER, "requirements.txt": "plain\nfast  # for speed\n"})
    text = (code / "requirements.txt").read_text()
    (code / "requirements.txt").write_text(f"--no-index\n--find-links ../wheels\n{text}")
    return shelf


def contents(made: Package) -> dict[str, bytes]:
    with zipfile.ZipFile(made.zipped()) as opened:
        return {name: opened.read(name) for name in opened.namelist()}


@pytest.mark.parametrize(("architecture", "processor"), [("x86_64", "x86_64"), ("arm64", "aarch64")])
def test_wheels_are_those_of_the_functions_machine_and_not_of_this_one(
    shelf: Path, tmp_path: Path, architecture: str, processor: str
) -> None:
    made = pack(tmp_path / "src", requirements="requirements.txt", python=(3, 13), architecture=architecture)
    held = contents(made)
    assert held["fast.py"].decode() == f"FOR = '{processor}'\n"
    assert {"app.py", "plain/__init__.py", "extra.py", "modern.py", "plain-1.0.dist-info/METADATA"} <= held.keys()
    assert not [name for name in held if "scripts" in name or "bin/" in name]
    assert made.names == sorted(held)
    assert made.size == sum(map(len, held.values()))


def test_packages_are_fetched_once_for_a_requirements_file(
    shelf: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    first = pack(tmp_path / "src", requirements="requirements.txt", python=(3, 13))
    monkeypatch.setattr(wheels, "_fetch", None)
    again = pack(tmp_path / "src", requirements="requirements.txt", python=(3, 13))
    assert (again.hash, again.size) == (first.hash, first.size)
    (tmp_path / "src" / "requirements.txt").write_text("plain\n")
    with pytest.raises(TypeError):
        pack(tmp_path / "src", requirements="requirements.txt", python=(3, 13))


def test_a_change_in_an_included_file_is_noticed(tmp_path: Path) -> None:
    wheel(tmp_path / "wheels", "plain", "py3-none-any", {"plain.py": ""})
    tree(tmp_path, {"src/requirements.txt": "-r ../more.txt\n", "src/app.py": HANDLER})
    (tmp_path / "more.txt").write_text("--no-index\n--find-links wheels\n")
    assert "plain.py" not in pack(tmp_path / "src", requirements="requirements.txt", python=(3, 13)).names
    (tmp_path / "more.txt").write_text("--no-index\n--find-links wheels\nplain\n")
    assert "plain.py" in pack(tmp_path / "src", requirements="requirements.txt", python=(3, 13)).names


def test_a_change_among_the_wheels_or_in_pips_surroundings_is_noticed(
    shelf: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def again() -> None:
        pack(tmp_path / "src", requirements="requirements.txt", python=(3, 13))

    again()
    monkeypatch.setattr(wheels, "_fetch", None)
    again()
    monkeypatch.setenv("PIP_INDEX_URL", "https://example.org/simple")
    with pytest.raises(TypeError):
        again()
    monkeypatch.undo()
    monkeypatch.setattr(wheels, "_fetch", None)
    wheel(shelf, "plain", "py3-none-any", {"plain.py": ""}, version="2.0")
    with pytest.raises(TypeError):
        again()


EVIL = "import os\nopen(os.path.join(os.path.dirname(__file__), 'ran'), 'w').write(str(dict(os.environ)))\n"


@pytest.mark.parametrize(
    "line",
    [
        "./evil", "evil/", "../src/evil", "file:./evil", "evil @ file:./evil", "-e ./evil", "-e./evil", "--editable=evil",
        "git+https://example.org/evil", "evil @ git+https://example.org/evil", "https://example.org/evil.tar.gz",
        "evil.zip", "evil-1-py3-none-any.whl", "-r /etc/hosts", "-r ../../out.txt", "-c https://example.org/c.txt",
        "--extra-index-url https://example.org/simple", "-i http://example.org/simple", "--no-binary :all:",
        "--trusted-host example.org", "--find-links https://example.org", "plain --config-settings a=b",
        "plain --global-option=build_ext", "plain \\\n  --hash=sha256:00 --install-option=x",
    ],
)  # fmt: skip
def test_what_could_run_foreign_code_is_refused_with_its_line_before_pip_starts(
    stack: Stack, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, line: str
) -> None:
    def started(*args: Any, **options: Any) -> None:
        raise AssertionError("pip was started")

    monkeypatch.setattr(subprocess, "run", started)
    tree(tmp_path, {"src/app.py": HANDLER, "src/evil/setup.py": EVIL, "src/requirements.txt": f"# these\n{line}\n"})
    assert refused(stack).message.startswith("src/requirements.txt:2: ")


@pytest.mark.parametrize(
    "line",
    [
        "plain", "plain==1.0", "Plain [a, b] >=1,<2 ; python_version < '3.99'", "plain (~=1.0)", "plain===1.0  # why",
        "plain==1.* --hash=sha256:00ff --hash=sha256:11", "plain @ https://example.org/plain-1-py3-none-any.whl",
        "https://example.org/plain-1-py3-none-any.whl#sha256=00", "--pre", "--index-url https://example.org/simple",
    ],
)  # fmt: skip
def test_packages_by_name_and_wheels_by_address_are_taken(tmp_path: Path, line: str) -> None:
    tree(tmp_path, {"src/requirements.txt": f"{line}\n"})
    path = tmp_path / "src" / "requirements.txt"
    assert len(requirements.read(str(path), "src/requirements.txt", str(tmp_path)).lines) == 1


@pytest.mark.parametrize("where", ["file://{evil}", "git+https://example.invalid/{evil}"])
def test_a_wheel_cannot_make_pip_build_what_it_needs(stack: Stack, tmp_path: Path, where: str) -> None:
    evil = tmp_path / "elsewhere" / "evil"
    tree(evil, {"setup.py": EVIL})
    needs = f"Requires-Dist: evil @ {where.format(evil=evil)}\n"
    wheel(tmp_path / "wheels", "plain", "py3-none-any", {"plain.py": ""}, needs=needs)
    tree(tmp_path, {"src/app.py": HANDLER, "src/requirements.txt": "--no-index\n--find-links ../wheels\nplain\n"})
    assert "has no wheel and would be built here" in refused(stack).message
    assert not (evil / "ran").exists()


def test_pip_sees_no_secret_of_this_process(shelf: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    run, given = subprocess.run, []

    def noted(*args: Any, **options: Any) -> Any:
        given.append(options["env"])
        return run(*args, **options)

    monkeypatch.setattr(subprocess, "run", noted)
    for name in ("AWS_SECRET_ACCESS_KEY", "AWS_PROFILE", "GITHUB_TOKEN", "PYTHONPATH", "PIP_PYTHON", "PATH"):
        monkeypatch.setenv(name, "x")
    pack(tmp_path / "src", requirements="requirements.txt", python=(3, 13))
    (environment,) = given
    assert not {"AWS_SECRET_ACCESS_KEY", "AWS_PROFILE", "GITHUB_TOKEN", "PYTHONPATH", "PIP_PYTHON"} & environment.keys()


def test_a_layers_packages_lie_in_its_folder_python(stack: Stack, shelf: Path, tmp_path: Path) -> None:
    layer = LambdaLayer(stack, "L", code="src", runtimes=["python3.13"], architectures=["arm64"])
    held = contents(layer.package)
    assert held["python/fast.py"].decode() == "FOR = 'aarch64'\n"
    assert "app.py" in held
    function = pack(tmp_path / "src", requirements="requirements.txt", python=(3, 13), architecture="arm64")
    assert function.hash != layer.package.hash


@pytest.mark.parametrize(
    ("options", "said"),
    [
        ({}, "asks for packages, and not for which Python"),
        ({"runtimes": ["python3.12", "python3.13"]}, "asks for packages, and not for which Python"),
        ({"runtimes": ["python3.13"], "architectures": ["arm64", "x86_64"]}, "differ between arm64 and x86_64"),
    ],
)
def test_a_layers_packages_are_not_dropped_without_a_word(
    stack: Stack, shelf: Path, options: dict[str, Any], said: str
) -> None:
    with pytest.raises(ConstructError, match=said):
        LambdaLayer(stack, "L", code=asset("src", requirements="requirements.txt"), **options)
    LambdaLayer(stack, "M", code=asset("src", requirements=None), **options)


def test_the_functions_own_file_goes_before_a_packages(shelf: Path, tmp_path: Path) -> None:
    (tmp_path / "src" / "fast.py").write_text("FOR = 'me'\n")
    made = pack(tmp_path / "src", requirements="requirements.txt", python=(3, 13))
    assert contents(made)["fast.py"] == b"FOR = 'me'\n"


@pytest.mark.parametrize(
    ("line", "said"),
    [
        ("fast==2.0", "src/requirements.txt:5: there is no wheel of fast==2.0 for python3.13 on x86_64"),
        ("Missing_One>=1", "src/requirements.txt:5: there is no wheel of "),
    ],
)
def test_a_requirement_with_no_wheel_is_named_with_its_line(
    stack: Stack, shelf: Path, tmp_path: Path, line: str, said: str
) -> None:
    requirements = tmp_path / "src" / "requirements.txt"
    requirements.write_text(requirements.read_text().replace("fast  # for speed", "\n" + line))
    error = refused(stack)
    assert error.message.startswith(said)
    assert not [path for path in (tmp_path / ".awsdeck" / "wheels").iterdir() if not path.name.startswith(".")]


def test_requirements_that_contradict_each_other_are_told_in_pips_words(
    stack: Stack, shelf: Path, tmp_path: Path
) -> None:
    (tmp_path / "src" / "requirements.txt").write_text("--no-index\n--find-links ../wheels\nplain==1.0\nplain==3.0\n")
    assert "plain==" in refused(stack).message


def test_a_requirements_file_named_and_missing(stack: Stack, tmp_path: Path) -> None:
    tree(tmp_path, {"src/app.py": HANDLER})
    assert "there is no src/needs.txt" in refused(stack, asset("src", requirements="needs.txt")).message


def test_a_wheel_that_leads_out_of_itself_is_refused(stack: Stack, tmp_path: Path) -> None:
    wheel(tmp_path / "wheels", "evil", "py3-none-any", {"../../evil.py": ""})
    text = "--no-index\n--find-links ../wheels\nevil\n"
    tree(tmp_path, {"src/app.py": HANDLER, "src/requirements.txt": text})
    assert "leads out" in refused(stack).message


@pytest.mark.parametrize(
    ("python", "newest"), [((3, 13), "manylinux_2_34_x86_64"), ((3, 12), "manylinux_2_34_x86_64"), ((3, 11), "manylinux_2_26_x86_64")]
)  # fmt: skip
def test_the_c_library_of_the_runtime_decides_which_wheels_run(python: tuple[int, int], newest: str) -> None:
    tags = wheels.platforms(python, "x86_64")
    assert tags[0] == newest
    assert tags[-2:] == ["manylinux_2_17_x86_64", "manylinux2014_x86_64"]


# in the assembly


def test_the_assembly_holds_the_zips_and_gives_them_back(stack: Stack, tmp_path: Path) -> None:
    tree(tmp_path, {"src/app.py": HANDLER})
    for id in ("F", "G"):
        LambdaFunction(stack, id, code="src", handler="app.handle", runtime="python3.13")
    out = tmp_path / "out"
    stack.node.root_app.synth(str(out))
    (entry,) = json.loads((out / "manifest.json").read_text())["stacks"]["shop"]["assets"]
    assert entry == {
        "id": "F", "hash": entry["hash"], "key": f"awsdeck/{entry['hash']}.zip", "kind": "zip",
        "path": f"assets/{entry['hash']}.zip", "source": "src",
    }  # fmt: skip
    template = json.loads((out / "shop.template.json").read_text())
    for id in ("F", "G"):
        assert template["Resources"][id]["Properties"]["Code"] == {
            "S3Bucket": {"Ref": "AssetsBucket"}, "S3Key": entry["key"],
        }  # fmt: skip
    assert template["Parameters"]["AssetsBucket"]["Type"] == "String"
    loaded = Assembly.load(str(out))["shop"]
    path = Path(loaded.files[entry["key"]]())
    assert path == out / entry["path"]
    assert zipfile.ZipFile(path).namelist() == ["app.py"]


def test_a_zip_that_no_template_wants_any_more_leaves_the_assembly(tmp_path: Path) -> None:
    for text in (HANDLER, HANDLER + "\n"):
        tree(tmp_path, {"src/app.py": text})
        app = App()
        app.folder = str(tmp_path)
        LambdaFunction(Stack(app, "shop"), "F", code="src", handler="app.handle", runtime="python3.13")
        app.synth(str(tmp_path / "out"))
    assert len(list((tmp_path / "out" / "assets").iterdir())) == 1
    app = App()
    app.folder = str(tmp_path)
    SQSQueue(Stack(app, "shop"), "Q")
    app.synth(str(tmp_path / "out"))
    assert not (tmp_path / "out" / "assets").exists()


def test_a_stack_without_files_asks_for_no_bucket(stack: Stack, tmp_path: Path) -> None:
    SQSQueue(stack, "Q")
    made = stack.node.root_app.synth(str(tmp_path / "out"))["shop"]
    assert "Parameters" not in made.template
    assert made.assets == ()


def test_a_deck_without_functions_loads_nothing_of_this() -> None:
    program = (
        "import sys\n"
        "from awsdeck import App, SQSQueue, Stack\n"
        "app = App()\n"
        "SQSQueue(Stack(app, 'shop', region='eu-west-1'), 'Q')\n"
        "from awsdeck.synth import synthesize\n"
        "synthesize(app)\n"
        "heavy = {'zipfile', 'subprocess', 'ast', 'shutil', 'tempfile', 'awsdeck.assets', 'awsdeck.services.functions.lambda_'}\n"
        "print(sorted(heavy & set(sys.modules)))\n"
    )
    environment = {**os.environ, "PYTHONPATH": os.pathsep.join(sys.path)}
    done = subprocess.run([sys.executable, "-c", program], env=environment, capture_output=True, text=True, check=True)
    assert done.stdout == "[]\n"


def test_the_name_of_a_zip_does_not_depend_on_the_compressor(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    code = tree(tmp_path / "code", CONTENTS)
    first, stored = pack(code), tmp_path / "stored.zip"
    zipped(code, tmp_path / "deflated.zip")
    monkeypatch.setattr(zipfile, "ZIP_DEFLATED", zipfile.ZIP_STORED)
    zipped(code, stored)
    assert (
        hashlib.sha256(stored.read_bytes()).digest()
        != hashlib.sha256((tmp_path / "deflated.zip").read_bytes()).digest()
    )
    assert pack(code).hash == first.hash


def test_what_lies_beside_the_requirements_does_not_pass_for_a_part_of_pip(shelf: Path, tmp_path: Path) -> None:
    tree(tmp_path / "src", {"json.py": "raise SystemExit('not this one')\n", "pip/__init__.py": "boom\n"})
    made = pack(tmp_path / "src", requirements="requirements.txt", python=(3, 13))
    assert {"json.py", "fast.py", "plain/__init__.py"} <= set(made.names)


def test_a_path_from_the_top_of_the_machine_is_written_from_the_project_on(stack: Stack, tmp_path: Path) -> None:
    tree(tmp_path, {"src/app.py": HANDLER})
    LambdaFunction(stack, "F", code=tmp_path / "src", handler="app.handle", runtime="python3.13")
    (entry,) = stack.node.root_app.synth(str(tmp_path / "out"))["shop"].assets
    assert entry["source"] == "src"


def test_a_wheel_that_somebody_removed_from_the_store_is_fetched_again(shelf: Path, tmp_path: Path) -> None:
    first = pack(tmp_path / "src", requirements="requirements.txt", python=(3, 13))
    for kept in (tmp_path / ".awsdeck" / "wheels").glob("*/*.whl"):
        kept.unlink()
    assert contents(pack(tmp_path / "src", requirements="requirements.txt", python=(3, 13))).keys() == set(first.names)
