"""Pages and an evidence bundle become HTML, PDF and DOCX, by the embedded renderer or by Quarto."""

from liandong.render.dialect import Format, Language
from liandong.render.jobs import PageJob, RenderReport
from liandong.render.pages import Renderer, render_pages
from liandong.render.source import front_matter
from liandong.render.stage import PUBLIC

__all__ = ["PUBLIC", "Format", "Language", "PageJob", "RenderReport", "Renderer", "front_matter", "render_pages"]
