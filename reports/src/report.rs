//! What a report holds, asked of the engine in one publication.

use domain::clock::format_timestamp;
use domain::policy::Rule;
use query::answer::{Asked, Chain, DecisionAnswer, Question, Table};
use query::engine::Engine;

use crate::error::Result;
use crate::files;

/// The report of an architecture decision.
#[derive(Debug)]
pub struct Report {
    /// The decision with its controls.
    pub answer: DecisionAnswer,
    /// What each computed control is made of, by id.
    pub(crate) chains: Vec<(String, Chain)>,
    /// Kinds of evidence with their age.
    pub(crate) freshness: Table,
    /// What is missing.
    pub(crate) gaps: Table,
    /// The same, counted.
    pub(crate) gap_counts: Table,
    /// Every payload of the window.
    pub(crate) sources: Table,
    /// The numbers that held within the window.
    pub(crate) policy: Vec<Rule>,
    /// What the answers are a function of beside the question.
    pub(crate) version: String,
}

/// A file of a report.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct File {
    /// Below the report's folder, with `/`.
    pub path: String,
    /// What it holds.
    pub content: String,
}

/// The command that writes the report `id` of what was asked into the folder `out`, with everything pinned.
pub fn command(id: &str, asked: &Asked, out: &str) -> String {
    let mut words = vec![format!("plumbline report {id}")];
    if asked.publication > 0 {
        words.push(format!("--publication {}", asked.publication));
    }
    words.push(format!("--as-of {}", format_timestamp(asked.as_of)));
    let known_at = asked.known_at.map(format_timestamp);
    words.extend(known_at.map(|known_at| format!("--known-at {known_at}")));
    words.push(format!("--from {}", format_timestamp(asked.window.from)));
    words.push(format!("--to {}", format_timestamp(asked.window.to)));
    let repositories = asked.repositories.iter();
    words.extend(repositories.map(|repository| format!("--repository {repository}")));
    words.push(format!("--out {out}"));
    words.join(" ")
}

impl Report {
    /// Asks everything that the report of `id` says.
    pub async fn gather(engine: &Engine, id: &str, question: &Question) -> Result<Self> {
        // One publication for all of it, also where a newer one comes meanwhile.
        let newest = engine.newest_publication().await?;
        let number = question.publication.or(Some(newest).filter(|number| *number > 0));
        let question = Question {
            publication: number,
            ..question.clone()
        };
        let answer = engine.decision(id, &question).await?;
        let mut chains = Vec::new();
        for control in &answer.controls {
            if let Some(definition) = control.control.definition() {
                let chain = engine.chain(definition, &control.asked).await?;
                chains.push((control.control.id.clone(), chain));
            }
        }
        let window = answer.asked.window;
        let holds = |rule: &&Rule| {
            rule.valid_from.is_none_or(|from| from < window.to) && rule.valid_to.is_none_or(|to| window.from < to)
        };
        let rules = engine.policy().rules().iter().filter(holds);
        Ok(Self {
            freshness: engine.list("ingest_health", &question).await?,
            gaps: engine.list("gaps", &question).await?,
            gap_counts: engine.list("gap_counts", &question).await?,
            sources: engine.list("sources", &question).await?,
            policy: rules.cloned().collect(),
            version: engine.version(),
            answer,
            chains,
        })
    }

    /// With which parameters.
    pub fn asked(&self) -> &Asked {
        &self.answer.asked
    }

    /// Every file, `SHA256SUMS` last.
    pub fn files(&self) -> Result<Vec<File>> {
        files::of(self)
    }
}
