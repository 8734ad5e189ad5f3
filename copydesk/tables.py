"""The published tables: one declaration each.

What belongs here: every column's name, type, nullability, meaning and unit, and each table's key, foreign keys
and sort order. Everything that describes a table elsewhere (Arrow and Polars schemas, Parquet field metadata,
DuckDB comments, Dagster column schemas, structural expectations, the data dictionary, a release's descriptors)
is derived from these declarations. What does not: how a table is filled.

Rules of evolution: a column's `field_id` is never reused and never changes; a column may be added (nullable),
renamed (same id) or widened; anything else is a new column.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property
from types import MappingProxyType
from typing import Final, Literal

import polars as pl
import pyarrow as pa

SCHEMA_VERSION: Final = "1.2.0"

TEXT: Final = pa.string()
INTEGER: Final = pa.int64()
REAL: Final = pa.float64()
FLAG: Final = pa.bool_()
DAY: Final = pa.date32()
INSTANT: Final = pa.timestamp("us", tz="UTC")
TEXTS: Final = pa.list_(pa.field("element", pa.string(), nullable=False))

SOURCE_FORMATS: Final = ("text", "html", "jsonl", "parquet", "warc", "wet", "zip", "tar")
DOCUMENT_STATUSES: Final = ("article", "not_article", "duplicate", "rejected")
PAGE_TYPES: Final = (
    "article",
    "listing",
    "product",
    "forum",
    "documentation",
    "service",
    "error",
    "other",
)
DATE_PRECISIONS: Final = ("year", "month", "day", "minute", "second")
BLOCK_ROLES: Final = (
    "title",
    "description",
    "byline",
    "dateline",
    "timestamp",
    "body",
    "subheading",
    "caption",
    "tag",
    "image",
    "publisher",
    "url",
    "navigation",
    "consent",
    "share",
    "related",
    "comment",
    "subscription",
    "advertisement",
    "legal",
    "markup",
    "other",
)
ENTITY_LABELS: Final = ("person", "organisation", "country", "city", "place", "event", "product")
MENTION_FIELDS: Final = ("title", "body")
QUOTE_KINDS: Final = ("direct", "indirect")
TIMEX_KINDS: Final = ("DATE", "TIME", "DURATION", "SET")

Cardinality = Literal["low", "high"]
# What a row weighs: numbers and names, a line of text, whole texts.
Width = Literal["narrow", "lines", "texts"]


@dataclass(frozen=True, slots=True)
class Column:
    """One column of a published table.

    `values` lists every admissible value of a closed vocabulary. `cardinality` says whether a Parquet dictionary
    pays; `identifier` asks for a bloom filter.
    """

    field_id: int
    name: str
    type: pa.DataType
    description: str
    nullable: bool = False
    unit: str | None = None
    values: tuple[str, ...] | None = None
    cardinality: Cardinality = "high"
    identifier: bool = False

    @property
    def dictionary(self) -> bool:
        """Whether Parquet should dictionary-encode the column."""
        return self.values is not None or self.cardinality == "low"

    def arrow_field(self) -> pa.Field:
        """The Arrow field, its meaning and unit as metadata and its id where Parquet readers look for it."""
        metadata = {"PARQUET:field_id": str(self.field_id), "description": self.description}
        if self.unit is not None:
            metadata["unit"] = self.unit
        return pa.field(self.name, self.type, nullable=self.nullable, metadata=metadata)


@dataclass(frozen=True, slots=True)
class ForeignKey:
    """Values of `columns` that are not null exist in `references_columns` of table `references`."""

    columns: tuple[str, ...]
    references: str
    references_columns: tuple[str, ...]


@dataclass(frozen=True)
class Table:
    """One published table. `sort_by` is the order of rows within each file, `width` how much text a row has."""

    name: str
    description: str
    columns: tuple[Column, ...]
    primary_key: tuple[str, ...]
    sort_by: tuple[str, ...]
    foreign_keys: tuple[ForeignKey, ...] = ()
    width: Width = "narrow"

    @cached_property
    def by_name(self) -> Mapping[str, Column]:
        """The columns by name."""
        return MappingProxyType({column.name: column for column in self.columns})

    @cached_property
    def arrow_schema(self) -> pa.Schema:
        """The Arrow schema, with descriptions, units and field ids."""
        return pa.schema(
            [column.arrow_field() for column in self.columns],
            metadata={
                "description": self.description,
                "copydesk.table": self.name,
                "copydesk.schema_version": SCHEMA_VERSION,
            },
        )

    @cached_property
    def polars_schema(self) -> pl.Schema:
        """The Polars schema: names and types."""
        empty = pl.from_arrow(self.arrow_schema.empty_table())
        assert isinstance(empty, pl.DataFrame)
        return empty.schema

    def empty(self) -> pl.DataFrame:
        """A frame with this table's columns and no rows."""
        return pl.DataFrame(schema=self.polars_schema)

    def conform(self, frame: pl.DataFrame) -> pl.DataFrame:
        """`frame` with exactly this table's columns, in order, cast and sorted.

        Raises:
            ValueError: the frame lacks a column, or has nulls where the table allows none.
        """
        missing = [column.name for column in self.columns if column.name not in frame.columns]
        if missing:
            raise ValueError(f"table {self.name}: the frame lacks {', '.join(missing)}")
        conformed = frame.select(
            pl.col(name).cast(dtype) for name, dtype in self.polars_schema.items()
        ).sort(self.sort_by, nulls_last=True, maintain_order=True)
        required = [column.name for column in self.columns if not column.nullable]
        counts = conformed.select(pl.col(required).null_count())
        holes = [name for name in required if counts[name][0]]
        if holes:
            raise ValueError(
                f"table {self.name}: nulls in {', '.join(holes)}, which may not be null"
            )
        return conformed


def _key(
    field_id: int,
    name: str,
    description: str,
    *,
    nullable: bool = False,
    cardinality: Cardinality = "high",
) -> Column:
    return Column(
        field_id,
        name,
        TEXT,
        description,
        nullable=nullable,
        cardinality=cardinality,
        identifier=True,
    )


_ARTICLE_KEY = ForeignKey(("article_id",), "articles", ("article_id",))
_DOCUMENT_KEY = ForeignKey(("document_id",), "documents", ("document_id",))

DOCUMENTS: Final = Table(
    name="documents",
    description="One raw dump, whatever became of it.",
    columns=(
        _key(1, "document_id", "Head of the SHA-256 of the raw bytes."),
        Column(
            2,
            "source_uri",
            TEXT,
            "Where the dump was read, down to member, record or row; the first place of several.",
        ),
        Column(3, "source_format", TEXT, "Format of the container.", values=SOURCE_FORMATS),
        Column(4, "byte_length", INTEGER, "Size of the raw dump.", unit="byte"),
        Column(
            5,
            "copies",
            INTEGER,
            "Inputs with exactly these bytes; all of them are accounted for by this row.",
        ),
        Column(
            6,
            "encoding",
            TEXT,
            "Character encoding the bytes were read with; null when they are not text.",
            nullable=True,
            cardinality="low",
        ),
        Column(7, "batch_id", TEXT, "Batch of inputs the dump came in with.", cardinality="low"),
        Column(
            8,
            "header_date",
            DAY,
            "First day of the date in the crawler's header.",
            nullable=True,
        ),
        Column(
            9,
            "header_precision",
            TEXT,
            "Precision of the header's date.",
            nullable=True,
            values=DATE_PRECISIONS,
        ),
        Column(
            10,
            "page_type",
            TEXT,
            "What kind of page it is; null when the dump could not be read.",
            nullable=True,
            values=PAGE_TYPES,
        ),
        Column(
            11,
            "page_type_score",
            REAL,
            "Confidence in the page type, 0 to 1.",
            nullable=True,
        ),
        Column(12, "status", TEXT, "What became of the dump.", values=DOCUMENT_STATUSES),
        Column(
            13,
            "reason",
            TEXT,
            "Why the dump gave no article of its own, as code: detail; null for articles.",
            nullable=True,
        ),
    ),
    primary_key=("document_id",),
    sort_by=("document_id",),
)

BLOCKS: Final = Table(
    name="blocks",
    description=(
        "One block of a dump: the audit trail. The blocks of a dump account for each of its "
        "non-blank characters; those of an HTML page for the text it shows, its title first."
    ),
    columns=(
        _key(1, "document_id", "The dump."),
        Column(2, "block_index", INTEGER, "Position of the block in the dump, from 0."),
        Column(
            3,
            "start",
            INTEGER,
            "First character, in the decoded text, from 0; of an HTML page, in its flattened text.",
            unit="character",
        ),
        Column(4, "end", INTEGER, "One past the last character.", unit="character"),
        Column(5, "text", TEXT, "The block's text."),
        Column(6, "role", TEXT, "What the block is to the page.", values=BLOCK_ROLES),
        Column(7, "score", REAL, "Confidence in the role, 0 to 1."),
        Column(
            8,
            "reason",
            TEXT,
            "What decided the role; `site_template`: that the site has the block on other pages as well.",
            cardinality="low",
        ),
    ),
    primary_key=("document_id", "block_index"),
    sort_by=("document_id", "block_index"),
    foreign_keys=(_DOCUMENT_KEY,),
    width="lines",
)

ARTICLES: Final = Table(
    name="articles",
    description="One article.",
    columns=(
        _key(1, "article_id", "The article; equals the document's id while a dump holds one."),
        _key(2, "document_id", "The dump it was recovered from."),
        Column(3, "url", TEXT, "Canonical address of the page.", nullable=True),
        Column(4, "site", TEXT, "Registrable domain of the page.", nullable=True),
        Column(5, "title", TEXT, "Headline, without the site's name.", nullable=True),
        Column(
            6,
            "title_source",
            TEXT,
            "Evidence for the title.",
            nullable=True,
            cardinality="low",
        ),
        Column(7, "description", TEXT, "Standfirst or meta description.", nullable=True),
        Column(8, "body", TEXT, "The article's text; paragraphs are separated by a blank line."),
        Column(9, "word_count", INTEGER, "Words in the body.", unit="word"),
        Column(
            10,
            "language",
            TEXT,
            "Language of the body, ISO 639-1; null when it is not clear.",
            nullable=True,
            cardinality="low",
        ),
        Column(11, "language_score", REAL, "Confidence in the language, 0 to 1.", nullable=True),
        Column(12, "published_at", INSTANT, "When the article was published.", nullable=True),
        Column(
            13,
            "published_precision",
            TEXT,
            "Precision of `published_at`; what is finer than it is zero.",
            nullable=True,
            values=DATE_PRECISIONS,
        ),
        Column(
            14,
            "published_source",
            TEXT,
            "Evidence for `published_at`.",
            nullable=True,
            cardinality="low",
        ),
        Column(15, "modified_at", INSTANT, "When the article was last modified.", nullable=True),
        Column(16, "authors", TEXTS, "People who signed the article, in order."),
        Column(
            17,
            "authors_source",
            TEXT,
            "Evidence for the authors.",
            nullable=True,
            cardinality="low",
        ),
        Column(
            18,
            "agency",
            TEXT,
            "News agency credited with the article.",
            nullable=True,
            cardinality="low",
        ),
        Column(19, "dateline", TEXT, "Place the article was filed from.", nullable=True),
        Column(20, "section", TEXT, "Section of the outlet.", nullable=True),
        Column(21, "tags", TEXTS, "Keywords the outlet gave, without repeats."),
        Column(22, "publisher_id", TEXT, "The outlet.", nullable=True, cardinality="low"),
        Column(23, "image_url", TEXT, "Lead image.", nullable=True),
        Column(24, "cluster_id", TEXT, "Story: the canonical article's id in its cluster."),
        Column(
            25,
            "duplicate_of",
            TEXT,
            "Canonical article this one repeats; null for canonical ones.",
            nullable=True,
        ),
        Column(
            26,
            "quality",
            REAL,
            "Share of the evidence a complete article shows (see the docs), 0 to 1.",
        ),
        Column(
            27,
            "recognizer",
            TEXT,
            "Model and version that read the mentions; null when no model reads the language, or nothing was read.",
            nullable=True,
            cardinality="low",
        ),
        Column(
            28,
            "lead",
            TEXT,
            "Opening of the text where only the description keeps it, as it was cut; null where the body has it.",
            nullable=True,
        ),
        Column(
            29,
            "annotated",
            FLAG,
            "Whether mentions, quotations and times were read; false for articles outside the sample that was.",
            nullable=True,
        ),
    ),
    primary_key=("article_id",),
    sort_by=("article_id",),
    foreign_keys=(
        _DOCUMENT_KEY,
        ForeignKey(("publisher_id",), "publishers", ("publisher_id",)),
        ForeignKey(("duplicate_of",), "articles", ("article_id",)),
        ForeignKey(("cluster_id",), "articles", ("article_id",)),
    ),
    width="texts",
)

IMAGES: Final = Table(
    name="images",
    description="One image of an article.",
    columns=(
        _key(1, "article_id", "The article."),
        Column(2, "image_index", INTEGER, "Position among the article's images, from 0."),
        Column(3, "url", TEXT, "Address of the image."),
        Column(4, "width", INTEGER, "Width as served.", nullable=True, unit="pixel"),
        Column(5, "height", INTEGER, "Height as served.", nullable=True, unit="pixel"),
        Column(
            6, "crop_left", INTEGER, "Crop box in the original: left.", nullable=True, unit="pixel"
        ),
        Column(
            7, "crop_top", INTEGER, "Crop box in the original: top.", nullable=True, unit="pixel"
        ),
        Column(
            8,
            "crop_right",
            INTEGER,
            "Crop box in the original: right.",
            nullable=True,
            unit="pixel",
        ),
        Column(
            9,
            "crop_bottom",
            INTEGER,
            "Crop box in the original: bottom.",
            nullable=True,
            unit="pixel",
        ),
        Column(10, "is_lead", FLAG, "Whether it is the article's lead image."),
    ),
    primary_key=("article_id", "image_index"),
    sort_by=("article_id", "image_index"),
    foreign_keys=(_ARTICLE_KEY,),
)

PUBLISHERS: Final = Table(
    name="publishers",
    description="One outlet.",
    columns=(
        _key(1, "publisher_id", "Head of the SHA-256 of the outlet's domain, else of its name."),
        Column(2, "name", TEXT, "Name of the outlet.", nullable=True),
        Column(3, "legal_name", TEXT, "Name of the legal body behind it.", nullable=True),
        Column(4, "domain", TEXT, "Registrable domain.", nullable=True),
        Column(5, "email", TEXT, "Contact address.", nullable=True),
        Column(6, "telephone", TEXT, "Contact number, E.164.", nullable=True),
        Column(
            7,
            "country_code",
            TEXT,
            "Country, ISO 3166-1 alpha-2, by telephone or domain.",
            nullable=True,
            cardinality="low",
        ),
    ),
    primary_key=("publisher_id",),
    sort_by=("publisher_id",),
)

MENTIONS: Final = Table(
    name="mentions",
    description="One mention of an entity.",
    columns=(
        # Low per row group: a dictionary makes both orders of lookup several times faster.
        _key(1, "article_id", "The article.", cardinality="low"),
        Column(2, "field", TEXT, "Which text of the article.", values=MENTION_FIELDS),
        Column(3, "start", INTEGER, "First character in that text, from 0.", unit="character"),
        Column(4, "end", INTEGER, "One past the last character.", unit="character"),
        Column(5, "surface", TEXT, "The mention as written.", cardinality="low"),
        Column(6, "label", TEXT, "Kind of entity.", values=ENTITY_LABELS),
        Column(
            7,
            "score",
            REAL,
            "Confidence, 0 to 1; null when the recognizer gives none.",
            nullable=True,
        ),
        _key(
            8,
            "entity_id",
            "The entity; null when the mention is ambiguous.",
            nullable=True,
            cardinality="low",
        ),
        Column(9, "model", TEXT, "Model and version, or rule, that found it.", cardinality="low"),
    ),
    primary_key=("article_id", "field", "start", "end"),
    # By entity, for "who is mentioned where" is what the table is asked. An article's mentions are in
    # one file, which its bloom filters tell.
    sort_by=("entity_id", "article_id", "field", "start", "end"),
    foreign_keys=(_ARTICLE_KEY, ForeignKey(("entity_id",), "entities", ("entity_id",))),
)

ENTITIES: Final = Table(
    name="entities",
    description="One person, organisation, place, event or product.",
    columns=(
        _key(
            1,
            "entity_id",
            "Head of the SHA-256 of the label and the normalised name; of a country its ISO 3166-1 code, of a city its"
            " GeoNames id, of a person known by one word only the article and the word.",
        ),
        Column(2, "name", TEXT, "Most frequent full form."),
        Column(3, "label", TEXT, "Kind of entity.", values=ENTITY_LABELS),
        Column(4, "aliases", TEXTS, "Other forms seen, most frequent first."),
        Column(
            5,
            "country_code",
            TEXT,
            "ISO 3166-1 alpha-2; of countries, and of cities where it is clear.",
            nullable=True,
            cardinality="low",
        ),
        Column(6, "latitude", REAL, "WGS 84.", nullable=True, unit="degree"),
        Column(7, "longitude", REAL, "WGS 84.", nullable=True, unit="degree"),
        Column(8, "mention_count", INTEGER, "Mentions in all articles."),
        Column(9, "article_count", INTEGER, "Articles that mention it."),
        Column(
            10,
            "first_seen",
            INSTANT,
            "Publication of the first dated article that mentions it.",
            nullable=True,
        ),
        Column(
            11,
            "last_seen",
            INSTANT,
            "Publication of the last dated article that mentions it.",
            nullable=True,
        ),
    ),
    primary_key=("entity_id",),
    sort_by=("entity_id",),
)

QUOTES: Final = Table(
    name="quotes",
    description="One direct or indirect quotation in a body.",
    columns=(
        _key(1, "article_id", "The article."),
        Column(2, "start", INTEGER, "First character in the body, from 0.", unit="character"),
        Column(3, "end", INTEGER, "One past the last character.", unit="character"),
        Column(4, "text", TEXT, "The quotation as written, quotation marks apart."),
        Column(5, "kind", TEXT, "Direct or indirect speech.", values=QUOTE_KINDS),
        Column(
            6,
            "cue",
            TEXT,
            "Words that attribute it, such as `said`.",
            nullable=True,
            cardinality="low",
        ),
        Column(
            7,
            "cue_start",
            INTEGER,
            "First character of the cue in the body.",
            nullable=True,
            unit="character",
        ),
        Column(8, "speaker", TEXT, "The speaker as written.", nullable=True),
        Column(
            9,
            "speaker_start",
            INTEGER,
            "First character of the speaker in the body.",
            nullable=True,
            unit="character",
        ),
        _key(10, "speaker_entity_id", "The speaker's entity, where it is safe.", nullable=True),
    ),
    primary_key=("article_id", "start", "end"),
    sort_by=("article_id", "start", "end"),
    foreign_keys=(_ARTICLE_KEY, ForeignKey(("speaker_entity_id",), "entities", ("entity_id",))),
)

TIME_EXPRESSIONS: Final = Table(
    name="time_expressions",
    description="One date or period in a body.",
    columns=(
        _key(1, "article_id", "The article."),
        Column(2, "start", INTEGER, "First character in the body, from 0.", unit="character"),
        Column(3, "end", INTEGER, "One past the last character.", unit="character"),
        Column(4, "surface", TEXT, "The expression as written."),
        Column(5, "kind", TEXT, "TIMEX3 type.", values=TIMEX_KINDS),
        Column(
            6,
            "value",
            TEXT,
            "TIMEX3 value (ISO 8601); null when it cannot be anchored.",
            nullable=True,
        ),
        Column(7, "starts_on", DAY, "First day.", nullable=True),
        Column(8, "ends_on", DAY, "Last day.", nullable=True),
    ),
    primary_key=("article_id", "start", "end"),
    sort_by=("article_id", "start", "end"),
    foreign_keys=(_ARTICLE_KEY,),
)

TABLES: Final[Mapping[str, Table]] = MappingProxyType(
    {
        table.name: table
        for table in (
            DOCUMENTS,
            BLOCKS,
            ARTICLES,
            IMAGES,
            PUBLISHERS,
            MENTIONS,
            ENTITIES,
            QUOTES,
            TIME_EXPRESSIONS,
        )
    }
)
