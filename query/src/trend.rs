//! A KPI over the weeks before: as it stood at the end of each.

use std::sync::Arc;

use chrono::{Datelike, TimeDelta};
use datafusion::error::DataFusionError;
use domain::clock::{Timestamp, Window};
use tokio::sync::Semaphore;
use tokio::task::JoinSet;

use crate::answer::{KpiAnswer, Question};
use crate::engine::Engine;
use crate::error::{Error, Result};

/// Points of a trend.
pub const WEEKS: usize = 12;

impl Engine {
    /// Computes a KPI as of the ends of the weeks before the question's window ends, and at last as it is asked, [`WEEKS`] in
    /// all; oldest first. A week that has ended is the same for every later question, as long as nothing is learned about
    /// it. Points are computed side by side, one for each core.
    pub async fn kpi_trend(&self, id: &str, question: &Question) -> Result<Vec<KpiAnswer>> {
        let newest = self.kpi(id, question).await?;
        let to = newest.asked.window.to;
        let cores = std::thread::available_parallelism().map_or(1, usize::from);
        let turns = Arc::new(Semaphore::new(cores));
        let mut under_way = JoinSet::new();
        for end in week_ends(to).take(WEEKS - 1) {
            let question = Question {
                as_of: end,
                window: question.window.map(|window| Window {
                    from: window.from - (to - end),
                    to: end,
                }),
                publication: Some(newest.asked.publication).filter(|number| *number > 0),
                ..question.clone()
            };
            let (engine, id, turns) = (self.clone(), id.to_owned(), Arc::clone(&turns));
            under_way.spawn(async move {
                let _turn = turns.acquire().await;
                engine.kpi(&id, &question).await
            });
        }
        let mut answers = vec![newest];
        while let Some(answer) = under_way.join_next().await {
            let lost = |error| Error::engine(id)(DataFusionError::ExecutionJoin(Box::new(error)));
            answers.push(answer.map_err(lost)??);
        }
        answers.sort_by_key(|answer| answer.asked.window.to);
        Ok(answers)
    }
}

/// Ends of the weeks of ISO 8601 in UTC before an instant, the newest first: Mondays, 00:00.
pub(crate) fn week_ends(before: Timestamp) -> impl Iterator<Item = Timestamp> {
    let days = i64::from(before.weekday().num_days_from_monday());
    let monday = (before - TimeDelta::days(days))
        .date_naive()
        .and_time(chrono::NaiveTime::MIN)
        .and_utc();
    let newest = if monday < before {
        monday
    } else {
        monday - TimeDelta::weeks(1)
    };
    (0..).map(move |back| newest - TimeDelta::weeks(back))
}

#[cfg(test)]
mod tests {
    use domain::clock::parse_timestamp;

    use super::*;

    #[test]
    fn weeks_end_on_mondays_before_the_instant() {
        for (before, newest) in [
            ("2026-11-24T10:07:31Z", "2026-11-23T00:00:00Z"),
            ("2026-11-23T00:00:00.001Z", "2026-11-23T00:00:00Z"),
            ("2026-11-23T00:00:00Z", "2026-11-16T00:00:00Z"),
            ("2026-11-22T23:59:59.999Z", "2026-11-16T00:00:00Z"),
        ] {
            let ends: Vec<_> = week_ends(parse_timestamp(before).unwrap()).take(2).collect();
            let newest = parse_timestamp(newest).unwrap();
            assert_eq!(ends, [newest, newest - TimeDelta::weeks(1)], "{before}");
        }
    }
}
