//! A KPI at a glance: value, verdict, target, what is missing, a trend without words.

use query::answer::KpiAnswer;

use crate::chart::Sparkline;
use crate::format;
use crate::frame::Frame;
use crate::pages::kpi::trend_of;
use crate::verdict::{self, VerdictView};

/// A KPI at a glance.
#[derive(Debug)]
pub(crate) struct Card {
    pub(crate) title: String,
    pub(crate) href: String,
    pub(crate) explain_href: String,
    pub(crate) value: String,
    pub(crate) verdict: VerdictView,
    pub(crate) target: Option<String>,
    pub(crate) interval: Option<String>,
    /// Why the verdict is not what the value alone would give; empty where it is.
    pub(crate) note: String,
    pub(crate) n: String,
    pub(crate) gaps: String,
    pub(crate) sparkline: Option<String>,
    pub(crate) weeks: usize,
}

impl Card {
    /// The card of everything in the selection; null where the answer holds no such row.
    pub(crate) fn new(frame: &Frame, answer: &KpiAnswer, trend: &[KpiAnswer]) -> Option<Self> {
        let row = answer.rows.iter().find(|row| row.repository.is_none())?;
        let id = &answer.definition.id;
        let trend = trend_of(trend);
        Some(Self {
            title: answer.definition.title.clone(),
            href: frame.href(&format!("/kpi/{id}")),
            explain_href: frame.href(&format!("/explain/kpi/{id}")),
            value: verdict::value(answer, row),
            verdict: verdict::view(row.verdict),
            target: verdict::target(answer, row),
            interval: verdict::interval(answer, row),
            note: verdict::note(row),
            n: format::count(row.n),
            gaps: verdict::gaps(row),
            weeks: trend.points.len(),
            sparkline: (trend.points.len() > 1).then(|| Sparkline::new(&trend).to_string()),
        })
    }
}
