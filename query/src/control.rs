//! Controls: from rows of subjects to a status, and from controls to reports. The rules are the domain's.

use std::collections::BTreeMap;
use std::sync::Arc;

use domain::clock::Window;
use domain::control::{ControlStatus, roll_up, roll_up_report};

use crate::answer::{Asked, ControlAnswer, ControlCount, ControlRow, DecisionAnswer, Question};
use crate::controls::{Answered, Control};
use crate::decode;
use crate::definition::Definition;
use crate::engine::Engine;
use crate::error::{Error, Result};

impl Engine {
    /// Computes a control with its subjects; `name` is its id, number or relation. One that needs evidence that is not
    /// collected has none, and says what it needs.
    pub async fn control(&self, name: &str, question: &Question) -> Result<ControlAnswer> {
        let control = self.catalog().control(name)?;
        match &control.answered {
            Answered::Computed(definition) => self.computed(&control, definition, question).await,
            Answered::Needs(needs) => Ok(ControlAnswer {
                asked: self.asked(question).await?,
                status: ControlStatus::NoEvidence,
                reason: format!("needs: {needs}"),
                rows: Vec::new(),
                control: Arc::clone(&control),
            }),
            Answered::RollsUp(adr) => {
                let mut answers = Vec::new();
                for part in self.catalog().controls().iter().filter(|part| part.adr.contains(adr)) {
                    answers.push(Box::pin(self.told(part, question)).await?);
                }
                self.rolled_up(&control, &answers.iter().collect::<Vec<_>>(), question)
                    .await
            }
        }
    }

    /// Computes every control, or those of one architecture decision and its roll-up, by id. One that cannot be computed
    /// has the status `error` and hides no other.
    pub async fn controls(&self, adr: Option<&str>, question: &Question) -> Result<Vec<ControlAnswer>> {
        let is_wanted = |control: &Control| match (adr, &control.answered) {
            (None, _) => true,
            (Some(adr), Answered::RollsUp(of)) => of == adr,
            (Some(adr), _) => control.adr.iter().any(|of| of == adr),
        };
        let listed = self.catalog().controls().iter().filter(|control| is_wanted(control));
        let mut answers: Vec<ControlAnswer> = Vec::new();
        let mut reports = Vec::new();
        for control in listed {
            match &control.answered {
                Answered::RollsUp(adr) => reports.push((control, adr)),
                _ => answers.push(self.told(control, question).await?),
            }
        }
        for (control, adr) in reports {
            let parts: Vec<&ControlAnswer> = answers
                .iter()
                .filter(|answer| answer.control.adr.contains(adr))
                .collect();
            let report = self.rolled_up(control, &parts, question).await?;
            answers.push(report);
        }
        answers.sort_by(|a, b| a.control.id.cmp(&b.control.id));
        Ok(answers)
    }

    /// Computes the controls of an architecture decision, by its id.
    pub async fn decision(&self, id: &str, question: &Question) -> Result<DecisionAnswer> {
        let decision = self.catalog().decision(id)?;
        let mut controls = self.controls(Some(&decision.id), question).await?;
        controls.retain(|answer| !matches!(answer.control.answered, Answered::RollsUp(_)));
        Ok(DecisionAnswer {
            asked: self.asked(question).await?,
            status: roll_up_report(controls.iter().map(|answer| answer.status)),
            decision,
            controls,
        })
    }

    /// A control, or that it cannot be computed.
    async fn told(&self, control: &Arc<Control>, question: &Question) -> Result<ControlAnswer> {
        match self.control(&control.id, question).await {
            Err(error @ (Error::Engine { .. } | Error::Shape { .. })) => {
                tracing::error!(control = control.id, %error, "a control cannot be computed");
                Ok(ControlAnswer {
                    asked: self.asked(question).await?,
                    status: ControlStatus::Error,
                    reason: error.to_string(),
                    rows: Vec::new(),
                    control: Arc::clone(control),
                })
            }
            answer => answer,
        }
    }

    async fn computed(
        &self,
        control: &Arc<Control>,
        definition: &Arc<Definition>,
        question: &Question,
    ) -> Result<ControlAnswer> {
        let (rows, asked) = self.pin(definition, question).await?;
        let (_, batches) = self.compute(definition, &rows, &asked).await?;
        let rows = decode::control_rows(&batches).map_err(|reason| Error::Shape {
            relation: definition.name(),
            reason,
        })?;
        Ok(ControlAnswer {
            control: Arc::clone(control),
            asked,
            status: roll_up(rows.iter().map(|row| row.status)),
            reason: counted(&rows),
            rows,
        })
    }

    /// The controls of a report as its subjects.
    async fn rolled_up(
        &self,
        control: &Arc<Control>,
        parts: &[&ControlAnswer],
        question: &Question,
    ) -> Result<ControlAnswer> {
        let row = |part: &&ControlAnswer| ControlRow {
            subject: part.control.id.clone(),
            status: part.status,
            reason: part.reason.clone(),
            observed_at: part.rows.iter().filter_map(|row| row.observed_at).max(),
            evidence: part
                .control
                .definition()
                .map_or_else(String::new, |definition| definition.name()),
        };
        let rows: Vec<ControlRow> = parts.iter().map(row).collect();
        Ok(ControlAnswer {
            control: Arc::clone(control),
            asked: self.asked(question).await?,
            status: roll_up_report(rows.iter().map(|row| row.status)),
            reason: counted(&rows),
            rows,
        })
    }

    /// A question that no relation answers, with its defaults.
    async fn asked(&self, question: &Question) -> Result<Asked> {
        let window = question.window.unwrap_or(Window {
            from: question.as_of - self.span(None, question.as_of),
            to: question.as_of,
        });
        Ok(self.pin_window(window, question).await?.1)
    }
}

impl DecisionAnswer {
    /// The status over all controls, with how many there are of each.
    pub fn count(&self) -> ControlCount {
        let statuses: Vec<_> = self.controls.iter().map(|answer| answer.status).collect();
        ControlCount {
            status: self.status,
            ..count(&statuses)
        }
    }
}

impl ControlAnswer {
    /// The status in each repository, by name; null: subjects that are the whole selection.
    pub fn by_repository(&self) -> BTreeMap<Option<&str>, ControlCount> {
        let mut rows: BTreeMap<Option<&str>, Vec<ControlStatus>> = BTreeMap::new();
        for row in &self.rows {
            rows.entry(row.repository()).or_default().push(row.status);
        }
        let count = |(repository, statuses): (_, Vec<ControlStatus>)| (repository, count(&statuses));
        rows.into_iter().map(count).collect()
    }

    /// The status over all subjects, with how many there are of each.
    pub fn count(&self) -> ControlCount {
        let statuses: Vec<_> = self.rows.iter().map(|row| row.status).collect();
        ControlCount {
            status: self.status,
            ..count(&statuses)
        }
    }
}

fn count(statuses: &[ControlStatus]) -> ControlCount {
    let mut n = BTreeMap::new();
    for status in statuses {
        *n.entry(*status).or_default() += 1;
    }
    ControlCount {
        status: roll_up(statuses.iter().copied()),
        n,
    }
}

/// Subjects by status, as `2 fail, 9 pass`.
fn counted(rows: &[ControlRow]) -> String {
    let count = |status| rows.iter().filter(|row| row.status == status).count();
    let counts = ControlStatus::ALL.map(|status| (count(status), status));
    let told = counts
        .iter()
        .filter(|(n, _)| *n > 0)
        .map(|(n, status)| format!("{n} {status}"));
    match told.collect::<Vec<_>>().join(", ") {
        told if told.is_empty() => "nobody that it is about is known".to_owned(),
        told => told,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::controls::Answered;

    #[test]
    fn subjects_are_counted_by_status_what_fails_first() {
        let row = |status| ControlRow {
            subject: String::new(),
            status,
            reason: String::new(),
            observed_at: None,
            evidence: String::new(),
        };
        let rows = [ControlStatus::Pass, ControlStatus::Fail, ControlStatus::Pass].map(row);
        assert_eq!(counted(&rows), "1 fail, 2 pass");
        assert_eq!(counted(&[]), "nobody that it is about is known");
    }

    #[test]
    fn a_status_holds_for_each_repository_and_a_subject_of_none_stands_apart() {
        let row = |subject: &str, status| ControlRow {
            subject: subject.to_owned(),
            status,
            reason: String::new(),
            observed_at: None,
            evidence: String::new(),
        };
        let instant = domain::clock::parse_timestamp("2026-11-24").unwrap();
        let answer = ControlAnswer {
            control: Arc::new(Control {
                id: "cicl-07.03".to_owned(),
                clause: String::new(),
                adr: Vec::new(),
                unit: String::new(),
                answered: Answered::Needs(String::new()),
            }),
            asked: Asked {
                as_of: instant,
                known_at: None,
                publication: 0,
                publication_sha256: String::new(),
                published_at: None,
                window: Window {
                    from: instant,
                    to: instant,
                },
                repositories: Vec::new(),
                arguments: BTreeMap::new(),
            },
            status: ControlStatus::Fail,
            reason: String::new(),
            rows: vec![
                row("o/a run 1", ControlStatus::Pass),
                row("o/a run 2", ControlStatus::NoEvidence),
                row("o/b run 3", ControlStatus::Fail),
                row("all repositories", ControlStatus::Pass),
            ],
        };
        let found: Vec<_> = answer
            .by_repository()
            .into_iter()
            .map(|(repository, count)| (repository, count.status, count.n.values().sum::<usize>()))
            .collect();
        assert_eq!(
            found,
            [
                (None, ControlStatus::Pass, 1),
                (Some("o/a"), ControlStatus::NoEvidence, 2),
                (Some("o/b"), ControlStatus::Fail, 1),
            ]
        );
        assert_eq!(answer.count().n[&ControlStatus::Pass], 2);
    }
}
