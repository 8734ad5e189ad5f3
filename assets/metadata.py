"""What Dagster's UI shows about an asset.

What belongs here: column schemas derived from the tables' declarations, row counts, previews and
plots. What does not: the data itself.
"""

from __future__ import annotations

import base64
import io
from collections.abc import Sequence
from typing import Final

import dagster as dg
import polars as pl
import pyarrow as pa

from copydesk.tables import Table

PREVIEW_ROWS: Final = 5
PREVIEW_COLUMNS: Final = 8
PREVIEW_CHARACTERS: Final = 60
PLOT_BARS: Final = 24
PLOT_INCHES: Final = (7.0, 3.0)
PLOT_DPI: Final = 80


def _type_name(dtype: pa.DataType) -> str:
    return f"list<{dtype.value_type}>" if pa.types.is_list(dtype) else str(dtype)


def column_schema(table: Table) -> dg.TableSchema:
    """The declaration as Dagster's column schema, with descriptions and constraints."""
    return dg.TableSchema(
        columns=[
            dg.TableColumn(
                name=column.name,
                type=_type_name(column.type),
                description=(
                    f"{column.description} Unit: {column.unit}."
                    if column.unit
                    else column.description
                ),
                constraints=dg.TableColumnConstraints(
                    nullable=column.nullable,
                    unique=table.primary_key == (column.name,),
                    other=[f"one of {', '.join(column.values)}"] if column.values else [],
                ),
            )
            for column in table.columns
        ]
    )


def declared(table: Table) -> dict[str, dg.MetadataValue]:
    """The metadata an asset of `table` has before it is materialised."""
    return {
        "dagster/column_schema": dg.MetadataValue.table_schema(column_schema(table)),
        "primary_key": dg.MetadataValue.text(", ".join(table.primary_key)),
    }


def _cell(value: object) -> str:
    if value is None:
        return ""
    text = " ".join(str(value).split()).replace("|", "\\|")
    return (
        text if len(text) <= PREVIEW_CHARACTERS else f"{text[: PREVIEW_CHARACTERS - 1].rstrip()}…"
    )


def preview(frame: pl.DataFrame) -> dg.MetadataValue:
    """The first rows as a Markdown table; long texts are cut."""
    shown = frame.head(PREVIEW_ROWS).select(frame.columns[:PREVIEW_COLUMNS])
    lines = [
        f"| {' | '.join(shown.columns)} |",
        f"|{' --- |' * len(shown.columns)}",
        *(f"| {' | '.join(_cell(value) for value in row)} |" for row in shown.iter_rows()),
    ]
    return dg.MetadataValue.md("\n".join(lines))


def observed(frame: pl.DataFrame) -> dict[str, dg.MetadataValue]:
    """The metadata of a materialised frame: its row count and a preview."""
    return {"dagster/row_count": dg.MetadataValue.int(frame.height), "preview": preview(frame)}


def bars(title: str, labels: Sequence[str], values: Sequence[float]) -> dg.MetadataValue:
    """A bar chart as a PNG inside Markdown; at most `PLOT_BARS` bars, in the order given."""
    # Takes half a second to import; the object interface keeps matplotlib's global state out of
    # Dagster's threads.
    from matplotlib.backends.backend_agg import FigureCanvasAgg
    from matplotlib.figure import Figure

    figure = Figure(figsize=PLOT_INCHES, layout="constrained")
    axes = figure.subplots()
    axes.bar(list(labels[:PLOT_BARS]), list(values[:PLOT_BARS]), color="#3b6ea5")
    axes.set_title(title, loc="left", fontsize=10)
    axes.tick_params(axis="x", labelrotation=40, labelsize=8)
    axes.tick_params(axis="y", labelsize=8)
    axes.spines[["top", "right"]].set_visible(False)
    picture = io.BytesIO()
    FigureCanvasAgg(figure).print_png(picture, metadata={"Software": None})
    encoded = base64.b64encode(picture.getvalue()).decode("ascii")
    return dg.MetadataValue.md(f"![{title}](data:image/png;base64,{encoded})")


def counts_plot(title: str, frame: pl.LazyFrame, column: str) -> dg.MetadataValue:
    """Rows per value of `column` as a bar chart, most frequent first."""
    counts = (
        frame.select(pl.col(column).cast(pl.String).fill_null("(none)").alias("value"))
        .group_by("value")
        .len()
        .sort(["len", "value"], descending=[True, False])
        .head(PLOT_BARS)
        .collect(engine="streaming")
    )
    return bars(title, counts["value"].to_list(), counts["len"].to_list())
