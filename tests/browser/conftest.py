"""A browser, started once, and finished reports for it to open."""

from __future__ import annotations

import shutil
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest

from liandong.render import PageJob, render_pages
from liandong.workflow import audit_study, supervise_study

ROOT = Path(__file__).parents[2]
_NAMES = ("chromium", "chromium-browser", "google-chrome")
_ARGUMENTS = (
    *("--headless", "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-sync"),
    *("--disable-background-networking", "--disable-component-update"),
)
WIDE, PHONE = (1280, 900), (390, 844)


@dataclass
class Opened:
    """A page in the browser and what it did beyond showing itself."""

    page: Any
    said: list[str] = field(default_factory=list)
    """What it wrote to the console, errors of its scripts included."""
    asked: list[str] = field(default_factory=list)
    """Addresses other than its own that it asked for."""

    def __getattr__(self, name: str) -> Any:
        return getattr(self.page, name)


Visit = Callable[..., Any]


@pytest.fixture(scope="module")
def chromium() -> Iterator[Any]:
    """The browser that Debian installs, driven by Playwright.

    For one module only: its event loop runs in this thread, where other tests want theirs.
    """
    playwright = pytest.importorskip("playwright.sync_api", reason="playwright is not installed")
    path = next(filter(None, map(shutil.which, _NAMES)), None)
    if path is None:
        pytest.skip(f"no browser: none of {', '.join(_NAMES)} is on PATH")
    with playwright.sync_playwright() as driver:
        try:
            browser = driver.chromium.launch(executable_path=path, args=[*_ARGUMENTS])
        except playwright.Error as error:
            pytest.skip(f"{path} does not start: {str(error).splitlines()[0]}")
        yield browser
        browser.close()


@pytest.fixture
def visit(chromium: Any) -> Visit:
    """Open a file in a window of its own: `with visit(path, size=PHONE, color_scheme="dark") as page`.

    Nothing but the file itself is let through; the rest is written down and refused.
    """

    @contextmanager
    def open_page(path: Path, *, size: tuple[int, int] = WIDE, **options: Any) -> Iterator[Opened]:
        viewport = {"width": size[0], "height": size[1]}
        context = chromium.new_context(viewport=viewport, reduced_motion="reduce", **options)
        opened = Opened(context.new_page())
        address = path.as_uri()

        def route(request: Any) -> None:
            own = request.request.url.partition("#")[0] == address
            if not own:
                opened.asked.append(request.request.url)
            request.continue_() if own else request.abort()

        context.route("**/*", route)
        context.set_default_timeout(5000)
        opened.page.on("console", lambda message: opened.said.append(message.text))
        opened.page.on("pageerror", lambda error: opened.said.append(str(error)))
        opened.page.goto(address)
        yield opened
        context.close()

    return open_page


@pytest.fixture(scope="session")
def reports(example_bundle: Callable[[str], Path], tmp_path_factory: pytest.TempPathFactory) -> Mapping[str, Path]:
    """The HTML reports of the Hubei example by name: the evaluation in both languages, the audit, the supervision."""
    example, study = example_bundle("hubei"), ROOT / "examples" / "hubei" / "study.yaml"
    bundle = Path(shutil.copytree(example, tmp_path_factory.mktemp("browser") / "bundle"))
    asked: dict[str, Any] = {"renderer": "embedded", "formats": ["html"], "on_progress": lambda _: None, "out": bundle}
    made = [
        *audit_study(study, languages=["zh"], **asked).files,
        *supervise_study(study, languages=["en"], **asked).files,
        *(example / "report").glob("evaluation.*.html"),
    ]
    return {path.stem: path for path in made}


@pytest.fixture(scope="session")
def render_page(tmp_path_factory: pytest.TempPathFactory) -> Callable[[str, str], Path]:
    """Render one page with the project's own styles and filters and an empty bundle."""

    def render(text: str, lang: str) -> Path:
        root = tmp_path_factory.mktemp("page")
        project, bundle = root / "reports", root / "bundle"
        for name in ("filters", "styles"):
            shutil.copytree(ROOT / "reports" / name, project / name)
        (project / lang).mkdir()
        for name in ("_quarto.yml", f"{lang}/_metadata.yml"):
            shutil.copyfile(ROOT / "reports" / name, project / name)
        (project / lang / "page.qmd").write_text(text, encoding="utf-8")
        bundle.mkdir()
        (bundle / "manifest.json").write_text("{}", encoding="utf-8")
        job = PageJob(f"{lang}/page.qmd", "page", lang, ("html",))  # type: ignore[arg-type]
        return render_pages(project, [job], bundle, root / "out", renderer="embedded").files[0]

    return render


@pytest.fixture(scope="session")
def violations() -> Callable[..., list[str]]:
    """Give a function that returns what axe-core finds, each as rule, count and first place."""
    axe = pytest.importorskip("axe_playwright_python.sync_playwright", reason="axe-playwright-python is not installed")

    def find(page: Opened, **options: Any) -> list[str]:
        found = axe.Axe().run(page.page, options={"resultTypes": ["violations"], **options})
        return [
            f"{one['id']} ×{len(one['nodes'])}: {one['nodes'][0]['target']} {one['nodes'][0]['html'][:160]}"
            for one in found.response["violations"]
        ]

    return find
