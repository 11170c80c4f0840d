//! The matrix of a report: what each control says of each repository.

use std::collections::BTreeSet;

use query::answer::{ControlAnswer, ControlCount};
use query::controls::Answered;

/// Controls by repositories.
#[derive(Debug)]
pub struct Matrix<'a> {
    /// The columns, by name.
    pub repositories: Vec<&'a str>,
    /// The owner of all of them with its slash; empty where they have several.
    pub owner: &'a str,
    /// The controls that are computed, by id.
    pub lines: Vec<Line<'a>>,
    /// The controls that need evidence that is not collected, by id.
    pub uncollected: Vec<&'a ControlAnswer>,
}

/// A control that is computed.
#[derive(Debug)]
pub struct Line<'a> {
    /// With its subjects.
    pub answer: &'a ControlAnswer,
    /// Over all subjects.
    pub all: ControlCount,
    /// One for each column; null where nothing in the repository is the control's subject.
    pub cells: Vec<Option<ControlCount>>,
}

impl<'a> Matrix<'a> {
    /// Puts answers in order; a roll-up is no line of it.
    pub fn of(answers: &'a [ControlAnswer]) -> Self {
        let named = answers.iter().flat_map(|answer| &answer.rows);
        let repositories: BTreeSet<&str> = named.filter_map(|row| row.repository()).collect();
        let repositories: Vec<&str> = repositories.into_iter().collect();
        let mut lines = Vec::new();
        let mut uncollected = Vec::new();
        for answer in answers {
            match answer.control.answered {
                Answered::Computed(_) => {
                    let mut found = answer.by_repository();
                    lines.push(Line {
                        answer,
                        all: answer.count(),
                        cells: repositories.iter().map(|name| found.remove(&Some(*name))).collect(),
                    });
                }
                Answered::Needs(_) => uncollected.push(answer),
                Answered::RollsUp(_) => {}
            }
        }
        Self {
            owner: common_owner(&repositories),
            repositories,
            lines,
            uncollected,
        }
    }
}

/// A name under the owner that all share needs not say it.
fn common_owner<'a>(repositories: &[&'a str]) -> &'a str {
    let owner = |name: &&'a str| name.find('/').map_or("", |slash| &name[..=slash]);
    let mut owners = repositories.iter().map(owner);
    let first = owners.next().unwrap_or_default();
    if owners.all(|owner| owner == first) { first } else { "" }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_owner_is_left_out_only_where_all_share_it() {
        assert_eq!(common_owner(&["o/a", "o/b"]), "o/");
        assert_eq!(common_owner(&["o/a", "p/a"]), "");
        assert_eq!(common_owner(&[]), "");
    }
}
