//! What a workflow file of GitHub Actions declares (CI/CL-001 §3, §5, §11, §12): the file, its jobs, their steps.
//!
//! Expressions stay as they are written. What a file does not say is null, and never a default.

/// A workflow file. Natural key: its payload.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Workflow {
    /// `name`.
    pub name: Option<String>,
    /// Events of `on`, sorted and joined by commas.
    pub triggers: String,
    /// What narrows each event (branches, tags, paths, types, schedules), as JSON `{event: filter or null}`.
    pub trigger_filters: Option<String>,
    /// Default permissions: null undeclared, `none`, `read-all`, `write-all`, or `scope: level` sorted and joined by commas.
    pub permissions: Option<String>,
    /// Group of `concurrency`.
    pub concurrency_group: Option<String>,
    /// `cancel-in-progress`: `true`, `false` or an expression.
    pub cancel_in_progress: Option<String>,
    /// Whether other workflows can call it.
    pub is_reusable: bool,
    /// Jobs that follow.
    pub n_jobs: i64,
    /// Everything in it could be read, so that what is absent is not declared.
    pub is_whole: bool,
    /// The first thing that could not be read, or that GitHub refuses.
    pub problem: Option<String>,
}

/// A job of a workflow file. Natural key: its payload, `position`.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct WorkflowJob {
    /// Place among the jobs, from 0.
    pub position: i32,
    /// Line of the file, from 1.
    pub line: i64,
    /// Its key under `jobs`.
    pub job_id: String,
    /// `name`, with its expressions.
    pub name: Option<String>,
    /// `needs`, in their order, joined by commas.
    pub needs: Option<String>,
    /// `runs-on`: a label, labels joined by commas, or JSON of group and labels.
    pub runs_on: Option<String>,
    /// `if`.
    pub condition: Option<String>,
    /// `timeout-minutes` that is a whole number.
    pub timeout_minutes: Option<i64>,
    /// `timeout-minutes` that is none: an expression, as a rule.
    pub timeout_expression: Option<String>,
    /// As of [`Workflow::permissions`]; null: the workflow's hold.
    pub permissions: Option<String>,
    /// Group of `concurrency`.
    pub concurrency_group: Option<String>,
    /// `cancel-in-progress`.
    pub cancel_in_progress: Option<String>,
    /// `strategy.matrix` as JSON, or the expression that makes it.
    pub matrix: Option<String>,
    /// Combinations of the matrix, with `include` and `exclude`; 1 without one; null where an expression makes them.
    pub n_legs: Option<i64>,
    /// The combinations as JSON `[{…}]`; null where they are not known.
    pub legs: Option<String>,
    /// Versions of Python among the combinations, sorted and joined by commas; null where none names one.
    pub python_versions: Option<String>,
    /// `strategy.fail-fast`.
    pub fail_fast: Option<String>,
    /// `strategy.max-parallel`.
    pub max_parallel: Option<String>,
    /// `continue-on-error`.
    pub continue_on_error: Option<String>,
    /// Name of `environment`.
    pub environment: Option<String>,
    /// The reusable workflow that it calls, without the reference.
    pub uses: Option<String>,
    /// The reference behind `@`.
    pub uses_ref: Option<String>,
    /// What is called cannot change under its name; null: nothing is called.
    pub is_pinned: Option<bool>,
    /// Inputs of the reusable workflow as JSON.
    pub inputs: Option<String>,
    /// Secrets that are handed on: `inherit`, or their names sorted and joined by commas.
    pub secrets: Option<String>,
    /// Steps that follow.
    pub n_steps: i64,
    /// The file does not break off inside of it.
    pub is_whole: bool,
}

/// A step of a job. Natural key: its payload, `job_position`, `position`.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct WorkflowStep {
    /// Place of its job among the jobs, from 0.
    pub job_position: i32,
    /// The job's key under `jobs`.
    pub job_id: String,
    /// Place among the job's steps, from 0.
    pub position: i32,
    /// Line of the file, from 1.
    pub line: i64,
    /// `id`.
    pub step_id: Option<String>,
    /// `name`, with its expressions.
    pub name: Option<String>,
    /// `if`.
    pub condition: Option<String>,
    /// The action that it uses, without the reference.
    pub uses: Option<String>,
    /// The reference behind `@`.
    pub uses_ref: Option<String>,
    /// What is used cannot change under its name; null: nothing is used.
    pub is_pinned: Option<bool>,
    /// First line of `run`, without values of secrets, cut.
    pub run: Option<String>,
    /// Inputs as JSON, of the actions whose inputs are evidence.
    pub inputs: Option<String>,
    /// `continue-on-error`.
    pub continue_on_error: Option<String>,
    /// `timeout-minutes` that is a whole number.
    pub timeout_minutes: Option<i64>,
    /// `timeout-minutes` that is none.
    pub timeout_expression: Option<String>,
}
