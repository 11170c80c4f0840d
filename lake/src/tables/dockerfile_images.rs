//! `dockerfile_images`: images that Dockerfiles name in `FROM`, `COPY --from` and `RUN --mount`.

use domain::dockerfile::DockerfileImage;

use super::report::{self, Reported};
use super::rows::{self, Column, RowTable, optional, required};
use super::spec::{ColumnSpec, ColumnType, TableSpec};

const COLUMNS: &[Column<Reported<DockerfileImage>>] = &[
    report::repository(),
    report::run_id_if_any(),
    report::run_attempt_if_any(),
    report::workflow(),
    report::job(),
    report::artifact(),
    report::file(),
    required(
        "position",
        ColumnType::Integer,
        "place among the images, from 0",
        |row, _| row.row.position.into(),
    ),
    required("line", ColumnType::Long, "line of the file, from 1", |row, _| {
        row.row.line.into()
    }),
    required("stage", ColumnType::Integer, "the stage, from 0", |row, _| {
        row.row.stage.into()
    }),
    optional("stage_name", ColumnType::Word, "its name behind `AS`", |row, _| {
        row.row.stage_name.as_ref().into()
    }),
    required(
        "image_use",
        ColumnType::Word,
        "`base` by `FROM`, or `copy` by `COPY --from` and `RUN --mount`",
        |row, _| row.row.image_use.as_str().into(),
    ),
    required("written", ColumnType::Text, "the image as written", |row, _| {
        (&row.row.written).into()
    }),
    optional(
        "image",
        ColumnType::Text,
        "the image with the defaults of `ARG` put in; null where one has none",
        |row, _| row.row.image.as_ref().into(),
    ),
    optional("tag", ColumnType::Word, "its tag", |row, _| row.row.tag.as_ref().into()),
    optional("digest", ColumnType::Text, "its digest, `sha256:…`", |row, _| {
        row.row.digest.as_ref().into()
    }),
    required(
        "is_external",
        ColumnType::Boolean,
        "it comes from outside: neither an earlier stage nor `scratch`",
        |row, _| row.row.is_external.into(),
    ),
    optional(
        "is_pinned",
        ColumnType::Boolean,
        "named by a whole digest; null where it is not external, or not known",
        |row, _| row.row.is_pinned.into(),
    ),
    optional(
        "is_latest",
        ColumnType::Boolean,
        "`latest`, written or meant, and no digest; null likewise",
        |row, _| row.row.is_latest.into(),
    ),
    optional("platform", ColumnType::Word, "`--platform`", |row, _| {
        row.row.platform.as_ref().into()
    }),
    report::completed_at(),
    rows::known_at(),
    report::source_sha256(),
    rows::batch(),
];
static SPECS: [ColumnSpec; COLUMNS.len()] = rows::specs(COLUMNS);

/// The table.
pub static TABLE: RowTable<Reported<DockerfileImage>> = RowTable::new(
    TableSpec {
        name: "dockerfile_images",
        doc: "an image that a Dockerfile names",
        columns: &SPECS,
        key: &[
            "repository",
            "source_sha256",
            "run_id",
            "run_attempt",
            "workflow",
            "job",
            "artifact",
            "position",
        ],
        event_time: "completed_at",
        sort: &[
            "repository",
            "completed_at",
            "source_sha256",
            "run_id",
            "run_attempt",
            "workflow",
            "job",
            "artifact",
            "position",
        ],
        statistics: &["repository", "completed_at", "known_at"],
        target_rows: 200_000,
    },
    COLUMNS,
);
