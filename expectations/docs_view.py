"""How Great Expectations' Data Docs look.

What belongs here: views that take this project's templates (docs_views) before Great Expectations' own. What does not:
what the pages say (Great Expectations' renderers), when they are written (runner.py), where they lie (data_docs.py).

Great Expectations' own pages load their styles, and the scripts that write their tables, from half a dozen hosts: without
the web the list of results is empty. These are whole by themselves. Great Expectations makes the views by their names, so
that this module, which imports it, is loaded for a validation only.
"""

from __future__ import annotations

from pathlib import Path
from typing import Any, Final

from great_expectations.render.view.view import DefaultJinjaIndexPageView, DefaultJinjaPageView
from jinja2 import ChoiceLoader, FileSystemLoader

TEMPLATES: Final = Path(__file__).parent / "docs_views"


def _ours_first(view: DefaultJinjaPageView) -> None:
    others = [view.env.loader] if view.env.loader else []
    view.env.loader = ChoiceLoader([FileSystemLoader(TEMPLATES), *others])


class PageView(DefaultJinjaPageView):
    """A page of results or of a suite."""

    def __init__(self, **options: Any) -> None:
        super().__init__(**options)
        _ours_first(self)


class IndexPageView(DefaultJinjaIndexPageView):
    """The list of results and suites."""

    def __init__(self, **options: Any) -> None:
        super().__init__(**options)
        _ours_first(self)
