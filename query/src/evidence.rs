//! The chain from a number to bytes: files, digests, parameters for people, and the command that computes it again.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use domain::clock::{Timestamp, format_timestamp};
use lake::publication::Published;
use lake::snapshot::Snapshot;

use crate::answer::{Asked, Chain, Explanation, FileRef, PublicationRef, Question, Subject};
use crate::definition::{Definition, Kind};
use crate::engine::Engine;
use crate::error::Result;
use crate::session::Rows;

impl Engine {
    /// Explains a KPI, a computed control or a list: definitions, parameters, files, digests, and how to compute it again.
    pub async fn explain(&self, kind: Kind, id: &str, question: &Question) -> Result<Explanation> {
        let definition = self.catalog().find(kind, id)?;
        let subject = match kind {
            Kind::Kpi => Subject::Kpi(self.kpi(id, question).await?),
            Kind::Control => Subject::Control(self.control(id, question).await?),
            _ => Subject::List(self.table(Arc::clone(&definition), question).await?),
        };
        let asked = match &subject {
            Subject::Kpi(answer) => &answer.asked,
            Subject::Control(answer) => &answer.asked,
            Subject::List(table) => &table.asked,
        };
        let pinned = Question {
            publication: Some(asked.publication).filter(|number| *number > 0),
            window: Some(asked.window),
            arguments: BTreeMap::new(),
            ..question.clone()
        };
        Ok(Explanation {
            sources: self.list("sources", &pinned).await?,
            chain: self.chain(&definition, asked).await?,
            subject,
        })
    }

    /// What the answer of a relation to what was asked is made of.
    pub async fn chain(&self, definition: &Arc<Definition>, asked: &Asked) -> Result<Chain> {
        let pinned = Question {
            as_of: asked.as_of,
            known_at: asked.known_at,
            publication: Some(asked.publication).filter(|number| *number > 0),
            window: Some(asked.window),
            repositories: asked.repositories.clone(),
            arguments: asked.arguments.clone(),
        };
        let (rows, _) = self.pin_window(asked.window, &pinned).await?;
        let definitions = self.catalog().in_order(definition)?;
        let history_from = self.history_from(asked.window);
        let (files, manifests) = match &rows {
            Rows::Pinned(snapshot) => files(snapshot, &definitions, &history_from, asked),
            Rows::Memory(_) => (Vec::new(), Vec::new()),
        };
        let parameters = self.parameters(asked);
        let parameters = parameters.iter().map(|(name, value)| (name.clone(), value.to_string()));
        Ok(Chain {
            definitions,
            parameters: times_as_text(parameters.collect(), asked, history_from),
            files,
            manifests,
            command: command(definition, asked),
        })
    }
}

/// The files that can hold rows of the window, of the tables that `definitions` read, and the manifests that name them.
fn files(
    snapshot: &Snapshot,
    definitions: &[Arc<Definition>],
    history_from: &Timestamp,
    asked: &Asked,
) -> (Vec<FileRef>, Vec<(String, String)>) {
    let mut files = Vec::new();
    let mut manifests = Vec::new();
    let read: BTreeSet<_> = definitions.iter().flat_map(|definition| definition.reads()).collect();
    let is_read = |table: &str| read.iter().any(|(schema, name)| schema == "raw" && name == table);
    for table in lake::tables::ALL.iter().filter(|table| is_read(table.name)) {
        let Some(manifest) = snapshot.manifest(table.name) else {
            continue;
        };
        let state = snapshot
            .published()
            .and_then(|published| published.publication.tables.get(table.name));
        manifests.extend(state.map(|state| (table.name.to_owned(), state.manifest_sha256.clone())));
        for file in &manifest.files {
            // Runs are looked up whenever they were created.
            let is_in_time = table.name == "runs"
                || file.columns.get(table.event_time).is_none_or(|bounds| {
                    bounds
                        .min
                        .as_long()
                        .is_none_or(|min| min < asked.window.to.timestamp_micros())
                        && bounds
                            .max
                            .as_long()
                            .is_none_or(|max| max >= history_from.timestamp_micros())
                });
            if is_in_time {
                files.push(FileRef {
                    table: table.name.to_owned(),
                    path: lake::layout::data_file(table.name, &file.name).to_string(),
                    sha256: file.sha256.clone(),
                    rows: file.rows,
                    bytes: file.bytes,
                });
            }
        }
    }
    (files, manifests)
}

/// Parameters for people: instants as RFC 3339.
fn times_as_text(parameters: Vec<(String, String)>, asked: &Asked, history_from: Timestamp) -> Vec<(String, String)> {
    let known_at = asked.known_at.or(asked.published_at).or(Some(asked.as_of));
    parameters
        .into_iter()
        .map(|(name, value)| {
            let time = match name.as_str() {
                "from" => Some(asked.window.from),
                "to" => Some(asked.window.to),
                "as_of" => Some(asked.as_of),
                "known_at" => known_at,
                "history_from" => Some(history_from),
                _ => None,
            };
            (name, time.map_or(value, format_timestamp))
        })
        .collect()
}

/// The command that computes it again, with everything pinned.
fn command(definition: &Definition, asked: &Asked) -> String {
    let mut words = vec![
        "plumbline".to_owned(),
        definition.kind.as_str().to_owned(),
        definition.id.clone(),
    ];
    let mut option = |name: &str, value: String| {
        words.push(format!("--{name}"));
        words.push(value);
    };
    if asked.publication > 0 {
        option("publication", asked.publication.to_string());
    }
    option("as-of", format_timestamp(asked.as_of));
    if let Some(known_at) = asked.known_at {
        option("known-at", format_timestamp(known_at));
    }
    option("from", format_timestamp(asked.window.from));
    option("to", format_timestamp(asked.window.to));
    for repository in &asked.repositories {
        option("repository", repository.clone());
    }
    for (name, value) in &asked.arguments {
        option("argument", format!("{name}={value}"));
    }
    words.join(" ")
}

pub(crate) fn publication_ref(published: &Published) -> Result<PublicationRef> {
    let publication = &published.publication;
    Ok(PublicationRef {
        number: publication.number,
        sha256: published.sha256.to_string(),
        previous_sha256: publication.previous_sha256.clone(),
        published_at: published.published_at()?,
        cause: publication.cause.as_str().to_owned(),
        batches: publication.batches.iter().map(ToString::to_string).collect(),
        tables: publication
            .tables
            .iter()
            .map(|(name, state)| (name.clone(), state.files, state.rows, state.bytes))
            .collect(),
    })
}
