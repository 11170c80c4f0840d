//! A relation of `sql/`: the metadata of its header and its text.

/// What a relation is for; decides its result's shape and the layers that it may read.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Kind {
    /// Renames, casts, newest observation of a key.
    Stg,
    /// A business concept at one grain.
    Mart,
    /// A number of CI/CL-001 with a target.
    Kpi,
    /// A control of CI/CL-001: one row for each subject, with its status and its evidence.
    Control,
    /// Rows for people, in a total order.
    List,
    /// Empty when the lake is healthy.
    Audit,
}

/// For what a relation is computed once.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Materialize {
    /// For nothing: whoever reads it computes it.
    No,
    /// For the files that it may read and each set of parameters.
    Whole,
    /// For each month of the events of the one raw table that it reads: no row of it comes from two.
    Months,
    /// As [`Self::Months`], for those that the window and the lookback before it touch.
    RecentMonths,
}

impl Materialize {
    /// The words of a header, but for those of a relation that says nothing.
    pub(crate) const WORDS: &[&str] = &["yes", "months", "recent months"];

    /// Reads the words of a header.
    pub(crate) fn parse(words: &str) -> Self {
        match words {
            "yes" => Self::Whole,
            "months" => Self::Months,
            "recent months" => Self::RecentMonths,
            _ => Self::No,
        }
    }

    /// Whether it is computed month by month.
    pub fn is_by_month(self) -> bool {
        matches!(self, Self::Months | Self::RecentMonths)
    }
}

/// A relation with everything that a page says of it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Definition {
    /// The file's stem, which is the relation's name: `flaky_test_rate`.
    pub id: String,
    /// Its layer.
    pub kind: Kind,
    /// Path under `sql/`.
    pub path: String,
    /// One line.
    pub title: String,
    /// Clause, as `CI/CL-001 §21`; empty where there is none.
    pub spec: String,
    /// Who answers for it: `qa`, `security`, `release`.
    pub owner: String,
    /// What one row stands for.
    pub grain: String,
    /// Unit of the value: `percent`, `seconds`, `hours`.
    pub unit: String,
    /// Sign and policy name of the target.
    pub target: Option<(String, String)>,
    /// Fewest things that a value can be judged over: name of a policy; null: one is enough.
    pub n_min: Option<String>,
    /// Version of the definition, from 1.
    pub since: u32,
    /// Span before `as_of` when none is asked: name of a policy in days; null: 30 days.
    pub window: Option<String>,
    /// The list of the rows behind a KPI.
    pub list: Option<String>,
    /// Severity of an audit: `fail` or `warn`; of a control: `critical`, `high`, `medium`, `low`.
    pub severity: Option<String>,
    /// What only a control has.
    pub control: Option<ControlHeader>,
    /// Whether it is computed once, and for what.
    pub materialize: Materialize,
    /// Further named parameters that it needs.
    pub arguments: Vec<String>,
    /// Columns with their meaning.
    pub columns: Vec<(String, String)>,
    /// What it means and where its limits are.
    pub prose: String,
    /// The statement, header and all, as it stands in the file.
    pub sql: String,
}

/// What the header of a control says beside what every header does.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ControlHeader {
    /// Its id in the list of controls: `cicl-07.03`.
    pub id: String,
    /// Architecture decisions that it belongs to: `adr-008`; none for controls of CI/CL-001 only.
    pub adr: Vec<String>,
    /// What to do where it fails, in a sentence.
    pub remediation: String,
    /// `trial`, `active` or `retired`.
    pub lifecycle: String,
}
