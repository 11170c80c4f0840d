//! From the row of a KPI to its verdict.

use domain::kpi::{self, Comparison, Number, Target};
use domain::policy::Policy;

use crate::answer::KpiRow;
use crate::decode::RawKpi;
use crate::definition::Definition;
use crate::error::{Error, Result};

/// The companion that counts what is open for longer than the target allows.
const OPEN_BREACHES: &str = "open_breaches";

/// Turns a row of a KPI into an answer: its target by the policy of its window's end, and the domain's verdict.
pub(crate) fn judge(policy: &Policy, definition: &Definition, raw: RawKpi) -> Result<KpiRow> {
    let shape = |reason: String| Error::Shape {
        relation: definition.name(),
        reason,
    };
    let (sign, name) = definition
        .target
        .as_ref()
        .ok_or_else(|| shape("it has no target".to_owned()))?;
    let comparison = Comparison::parse(sign).ok_or_else(|| shape(format!("`{sign}` is no comparison")))?;
    let rule = policy
        .at(name, raw.window.to)
        .ok_or_else(|| shape(format!("no policy `{name}`")))?;
    let limit = rule.value_in(&definition.unit).ok_or_else(|| {
        let (unit, of_policy) = (&definition.unit, &rule.unit);
        shape(format!(
            "its unit is `{unit}`, that of the policy `{name}` is `{of_policy}`"
        ))
    })?;
    let target = Target { comparison, limit };
    let n_min = definition.n_min.as_ref();
    let n_min = n_min.and_then(|name| policy.at(name, raw.window.to));
    let has_gap = raw
        .excluded
        .iter()
        .any(|excluded| excluded.n > 0 && kpi::exclusion(&excluded.reason).is_some_and(|reason| reason.is_gap));
    #[expect(clippy::cast_possible_truncation, reason = "counts")]
    let count = |value: f64| value as i64;
    let open_breaches = raw.companions.get(OPEN_BREACHES).copied().flatten();
    let number = Number {
        value: raw.value,
        n: raw.n,
        n_min: n_min.map_or(0, |rule| count(rule.value)),
        has_gap,
        open_breaches: open_breaches.map_or(0, count),
    };
    Ok(KpiRow {
        verdict: kpi::judge(&number, target),
        separable: kpi::is_separable(raw.low, raw.high, target.limit),
        target: Some(target),
        basis: Some(format!("{} ({})", rule.clause, rule.basis.as_str())),
        repository: raw.repository,
        window: raw.window,
        value: raw.value,
        n: raw.n,
        low: raw.low,
        high: raw.high,
        excluded: raw.excluded,
        companions: raw.companions,
    })
}
