"""The hand that the page of one community holds out to its bundle: sentences, and a table with pictures."""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path

from liandong.definitions import Language
from liandong.errors import RenderError
from liandong.evidence import MANIFEST
from liandong.present.facts import Facts, bundle_of_page, read_facts
from liandong.present.house import house_css, small_letterhead, title_block
from liandong.present.markdown import Prose, bullets, metadata_block, paragraphs
from liandong.present.provenance import sources_block
from liandong.present.sheets_facts import Sheet, read_sheet, shown_communities
from liandong.present.sheets_html import sheet_style
from liandong.present.sheets_table import table_blocks
from liandong.present.sheets_words import basis, cannot, found, legend, nouns, sure, table
from liandong.present.words import word

_MOST_NAMED = 20


@dataclass(frozen=True, slots=True)
class SheetPage:
    """What a page calls; every method returns Markdown that a cell with ``output: asis`` prints.

    Attributes
    ----------
    sheet
        What the bundle says of the community.
    folder
        Where the bundle is, as the page sees it.
    """

    sheet: Sheet
    folder: str

    def opening(self) -> Prose:
        """Return title block, style, and where numbers come from; print it before any prose."""
        facts, names = self.sheet.facts, nouns(self.sheet)
        noun = names["noun"] if facts.lang == "zh" else names["noun"].capitalize()
        title = word(facts.lang, "sheet_title", noun=noun, name=self.sheet.name)
        # The title of a sheet has no room for them: they get a line of their own.
        metadata = {
            k: v for k, v in title_block(facts, "", title).items() if k not in {"document-number", "house-logo"}
        }
        style = f"<style>\n{sheet_style()}{house_css(facts)}</style>\n{sources_block(facts)}"
        raw = f"\n```{{=html}}\n{style}\n```\n"
        return Prose(f"{metadata_block(metadata)}{raw}{small_letterhead(facts, self.folder)}")

    def basis(self) -> Prose:
        """Return how many answered here, and whom they are compared with."""
        return paragraphs([basis(self.sheet)])

    def found(self) -> Prose:
        """Return what was found, a line for each group of questions."""
        return bullets(found(self.sheet))

    def table(self) -> Prose:
        """Return the figures as a table with a picture in every row, and how to read it."""
        return Prose(table_blocks(table(self.sheet)) + paragraphs([legend(self.sheet)]))

    def sure(self) -> Prose:
        """Return how sure one can be."""
        return paragraphs([sure(self.sheet)])

    def cannot(self) -> Prose:
        """Return what the sheet cannot say."""
        return paragraphs([cannot(self.sheet)])


def open_sheet(bundle: str, lang: Language, community: str) -> SheetPage:
    """Return the page's hand for one community of the bundle at `bundle`, a path as seen from the page's folder.

    Parameters
    ----------
    bundle
        Where the bundle is; it is read once for all sheets that one process makes.
    lang
        ``zh`` or ``en``.
    community
        Its code in the table of communities; empty for the first one, to look at the page while working on it.

    Raises
    ------
    RenderError
        When there is no bundle, it compares no communities, or nothing may be published of this one.
    """
    folder = Path(bundle)
    manifest = folder / MANIFEST
    made = manifest.stat().st_mtime_ns if manifest.is_file() else 0
    facts = _read(str(folder.resolve()), bundle, lang, made)
    shown, _ = shown_communities(facts.tables["communities"])
    chosen = str(community) or next(iter(shown), "")
    if chosen not in shown:
        raise RenderError(
            f"there is no sheet of {chosen!r}" if shown else "the bundle has no comparison of communities",
            where="tables/communities.csv",
            hint=f"there are sheets of {', '.join(shown[:_MOST_NAMED])}" if shown else "run the study again",
            zh="证据包中没有可以公开的该社区数据。",
        )
    return SheetPage(read_sheet(facts, chosen), bundle)


@lru_cache(maxsize=4)
def _read(_folder: str, bundle: str, lang: Language, _made: int) -> Facts:
    return read_facts(bundle_of_page(bundle, "liandong run"), lang)
