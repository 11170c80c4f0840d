//! `test_results`: executions of tests, as reports tell them.

use std::sync::Arc;

use arrow::array::{
    ArrayRef, BooleanBuilder, DictionaryArray, Int32Array, Int32Builder, Int64Array, Int64Builder, RecordBatch,
    StringArray, StringBuilder, StringDictionaryBuilder, TimestampMicrosecondArray, TimestampMicrosecondBuilder,
};
use arrow::datatypes::Int32Type;
use domain::clock::Timestamp;
use domain::identity::{Sha256Digest, TestId};
use domain::source::SourceContext;
use domain::test_result::TestResult;

use super::rows::words;
use super::spec::{ColumnType, Stamp, TableSpec, optional, required};
use crate::error::Result;

/// The table.
pub static TABLE: TableSpec = TableSpec {
    name: "test_results",
    doc: "one execution of one test in one report",
    columns: &[
        required("repository", ColumnType::Word, "`owner/name`"),
        required("run_id", ColumnType::Long, "the run"),
        required("run_attempt", ColumnType::Integer, "its attempt"),
        optional("workflow", ColumnType::Word, "the workflow"),
        optional("job", ColumnType::Word, "the job"),
        optional("artifact", ColumnType::Word, "the artifact that held the report"),
        required(
            "report",
            ColumnType::Word,
            "path of the report in the directory or artifact",
        ),
        required(
            "test_id",
            ColumnType::Text,
            "names repository, suite, class and name in 12 characters",
        ),
        required(
            "suite",
            ColumnType::Word,
            "suites from the outermost to the innermost, joined by ` > `",
        ),
        required("class_name", ColumnType::Word, "`classname`; empty where absent"),
        required("name", ColumnType::Text, "`name`; empty where absent"),
        optional("file", ColumnType::Word, "`file`, where the producer writes it"),
        required(
            "execution",
            ColumnType::Integer,
            "counts this test's executions in this report, from 0",
        ),
        required("outcome", ColumnType::Word, "`passed`, `failed`, `error`, `skipped`"),
        optional(
            "retry_evidence",
            ColumnType::Word,
            "what shows that it was executed more than once",
        ),
        optional(
            "duration_ms",
            ColumnType::Long,
            "`time` in milliseconds; never the suite's",
        ),
        optional("failure_type", ColumnType::Word, "`type` of the failure or error"),
        optional("message", ColumnType::Text, "`message`, or the first line of the text"),
        optional(
            "reported_at",
            ColumnType::Time,
            "the report's own clock, which may be wrong",
        ),
        required(
            "is_quarantined",
            ColumnType::Boolean,
            "carries the tag of CI/CL-001 §13",
        ),
        optional("ticket", ColumnType::Word, "URL of its ticket"),
        required(
            "completed_at",
            ColumnType::Time,
            "when CI completed the job or run: the event time",
        ),
        required("known_at", ColumnType::Time, "when we learned it"),
        required("source_sha256", ColumnType::Word, "digest of the report"),
        required("batch", ColumnType::Long, "number of the batch that added the row"),
    ],
    key: &[
        "repository",
        "run_id",
        "run_attempt",
        "workflow",
        "job",
        "artifact",
        "source_sha256",
        "test_id",
        "file",
        "execution",
    ],
    event_time: "completed_at",
    sort: &[
        "repository",
        "test_id",
        "completed_at",
        "run_id",
        "run_attempt",
        "workflow",
        "job",
        "artifact",
        "source_sha256",
        "file",
        "execution",
        "outcome",
    ],
    statistics: &["repository", "run_id", "test_id", "completed_at", "known_at"],
    target_rows: 1_000_000,
};

/// What every row of a report carries.
#[derive(Debug, Clone)]
pub struct ReportStamp {
    /// The batch's.
    pub stamp: Stamp,
    /// What the report belongs to.
    pub context: SourceContext,
    /// Its path.
    pub path: String,
    /// Its digest.
    pub sha256: Sha256Digest,
}

/// Rows that builders begin with room for: many reports are of one class.
const FEW: usize = 8;

/// Makes batches of the rows of one report.
#[expect(missing_debug_implementations, reason = "arrow's dictionary builders have none")]
pub struct TestResultsBuilder {
    of: ReportStamp,
    len: usize,
    test_ids: StringBuilder,
    suites: StringDictionaryBuilder<Int32Type>,
    class_names: StringDictionaryBuilder<Int32Type>,
    names: StringBuilder,
    files: StringDictionaryBuilder<Int32Type>,
    executions: Int32Builder,
    outcomes: StringDictionaryBuilder<Int32Type>,
    retry_evidences: StringDictionaryBuilder<Int32Type>,
    durations: Int64Builder,
    failure_types: StringDictionaryBuilder<Int32Type>,
    messages: StringBuilder,
    reported_ats: TimestampMicrosecondBuilder,
    are_quarantined: BooleanBuilder,
    tickets: StringDictionaryBuilder<Int32Type>,
    completed_ats: Vec<i64>,
}

impl TestResultsBuilder {
    /// Starts the batches of a report.
    pub fn new(of: ReportStamp) -> Self {
        Self {
            of,
            len: 0,
            test_ids: StringBuilder::with_capacity(FEW, FEW * 16),
            suites: words(FEW),
            class_names: words(FEW),
            names: StringBuilder::with_capacity(FEW, FEW * 16),
            files: words(FEW),
            executions: Int32Builder::with_capacity(FEW),
            outcomes: words(FEW),
            retry_evidences: words(FEW),
            durations: Int64Builder::with_capacity(FEW),
            failure_types: words(FEW),
            messages: StringBuilder::with_capacity(FEW, FEW * 16),
            reported_ats: TimestampMicrosecondBuilder::with_capacity(FEW).with_timezone("UTC"),
            are_quarantined: BooleanBuilder::with_capacity(FEW),
            tickets: words(FEW),
            completed_ats: Vec::new(),
        }
    }

    /// Rows since the last batch.
    pub fn len(&self) -> usize {
        self.len
    }

    /// Whether no row was added since the last batch.
    pub fn is_empty(&self) -> bool {
        self.len == 0
    }

    /// Adds an execution whose job or run completed at `completed_at`.
    pub fn push(&mut self, result: &TestResult<'_>, completed_at: Timestamp) {
        let test_id = TestId::of(
            self.of.context.repository.as_str(),
            result.suite,
            result.class_name,
            result.name,
        );
        self.len += 1;
        self.test_ids.append_value(test_id.as_str());
        self.suites.append_value(result.suite);
        self.class_names.append_value(result.class_name);
        self.names.append_value(result.name);
        self.files.append_option(result.file);
        self.executions.append_value(result.execution);
        self.outcomes.append_value(result.outcome.as_str());
        self.retry_evidences.append_option(result.retry_evidence.as_str());
        self.durations.append_option(result.duration_ms);
        self.failure_types.append_option(result.failure_type);
        self.messages.append_option(result.message);
        self.reported_ats
            .append_option(result.reported_at.map(|time| time.timestamp_micros()));
        self.are_quarantined.append_value(result.is_quarantined);
        self.tickets.append_option(result.ticket);
        self.completed_ats.push(completed_at.timestamp_micros());
    }

    /// Takes the rows since the last batch.
    pub fn take(&mut self) -> Result<RecordBatch> {
        let n = std::mem::take(&mut self.len);
        let context = &self.of.context;
        let columns: Vec<ArrayRef> = vec![
            word(Some(context.repository.as_str()), n)?,
            Arc::new(Int64Array::from_value(context.run_id.unwrap_or_default(), n)),
            Arc::new(Int32Array::from_value(context.run_attempt.unwrap_or_default(), n)),
            word(context.workflow.as_deref(), n)?,
            word(context.job.as_deref(), n)?,
            word(context.artifact.as_deref(), n)?,
            word(Some(&self.of.path), n)?,
            Arc::new(self.test_ids.finish()),
            Arc::new(self.suites.finish()),
            Arc::new(self.class_names.finish()),
            Arc::new(self.names.finish()),
            Arc::new(self.files.finish()),
            Arc::new(self.executions.finish()),
            Arc::new(self.outcomes.finish()),
            Arc::new(self.retry_evidences.finish()),
            Arc::new(self.durations.finish()),
            Arc::new(self.failure_types.finish()),
            Arc::new(self.messages.finish()),
            Arc::new(self.reported_ats.finish()),
            Arc::new(self.are_quarantined.finish()),
            Arc::new(self.tickets.finish()),
            Arc::new(TimestampMicrosecondArray::from(std::mem::take(&mut self.completed_ats)).with_timezone("UTC")),
            Arc::new(
                TimestampMicrosecondArray::from_value(self.of.stamp.known_at.timestamp_micros(), n)
                    .with_timezone("UTC"),
            ),
            word(Some(&self.of.sha256.to_string()), n)?,
            Arc::new(Int64Array::from_value(self.of.stamp.batch, n)),
        ];
        Ok(RecordBatch::try_new(TABLE.write_schema(), columns)?)
    }
}

/// One word over `n` rows, or `n` nulls.
fn word(value: Option<&str>, n: usize) -> Result<ArrayRef> {
    let keys = match value {
        Some(_) => Int32Array::from_value(0, n),
        None => Int32Array::new_null(n),
    };
    let values = StringArray::from_iter_values(value);
    Ok(Arc::new(DictionaryArray::<Int32Type>::try_new(keys, Arc::new(values))?))
}
