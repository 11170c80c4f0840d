//! The engine: questions to answers over a pinned publication.

use std::collections::{BTreeMap, VecDeque};
use std::sync::{Arc, Mutex};

use datafusion::arrow::array::RecordBatch;
use datafusion::execution::memory_pool::GreedyMemoryPool;
use datafusion::execution::runtime_env::{RuntimeEnv, RuntimeEnvBuilder};
use domain::clock::{Timestamp, Window, format_timestamp};
use domain::policy::Policy;
use lake::publication::Published;
use lake::snapshot::{Snapshot, publications};
use lake::store::Store;

use crate::answer::{Asked, Column, KpiAnswer, PublicationRef, Question, Table};
use crate::catalog::Catalog;
use crate::decode;
use crate::definition::{Definition, Kind, Materialize};
use crate::error::{Error, Result};
use crate::evidence::publication_ref;
use crate::kept::Kept;
use crate::keys::Evidence;
use crate::months::Month;
use crate::scan::LAKE_URL;
use crate::session::{self, Computed, Materialized, Rows, Session};
use crate::verdict::judge;

/// Window of a definition that names none.
const DEFAULT_WINDOW_DAYS: f64 = 30.0;
/// Memory of all queries together; what does not fit spills.
const MEMORY_BYTES: usize = 1 << 30;
/// Memory of materialized relations that are kept.
const MATERIALIZED_BYTES: usize = 512 << 20;
/// Memory of months of relations that are kept.
const MONTHS_BYTES: usize = 512 << 20;
/// Memory of answers that are kept.
const ANSWERS_BYTES: usize = 128 << 20;
/// Digests of evidence that are kept.
const EVIDENCE_KEPT: usize = 4096;
/// Publications whose manifests are kept.
const SNAPSHOTS_KEPT: usize = 16;

/// Answers questions. Cheap to clone.
#[derive(Debug, Clone)]
pub struct Engine(pub(crate) Arc<Inner>);

#[derive(Debug)]
pub(crate) struct Inner {
    pub(crate) catalog: Catalog,
    pub(crate) policy: Policy,
    runtime: Arc<RuntimeEnv>,
    pub(crate) source: Source,
    /// By all that they are a function of, as the answers are.
    materialized: Kept<Materialized>,
    /// By relation, month and the files of the month.
    pub(crate) months: Kept<Computed>,
    pub(crate) answers: Kept<Computed>,
    /// By publication, instant and relation.
    pub(crate) evidence: Kept<Evidence>,
}

#[derive(Debug)]
pub(crate) enum Source {
    Lake {
        store: Store,
        snapshots: Mutex<VecDeque<Arc<Snapshot>>>,
    },
    Memory(Arc<BTreeMap<String, RecordBatch>>),
}

impl Engine {
    /// Opens an engine over a lake.
    pub fn open(store: Store, catalog: Catalog, policy: Policy) -> Result<Self> {
        let source = Source::Lake {
            store,
            snapshots: Mutex::default(),
        };
        Self::with(source, catalog, policy)
    }

    /// Opens an engine over rows in memory, by raw table; for cases.
    pub fn over_rows(rows: BTreeMap<String, RecordBatch>, catalog: Catalog, policy: Policy) -> Result<Self> {
        Self::with(Source::Memory(Arc::new(rows)), catalog, policy)
    }

    fn with(source: Source, catalog: Catalog, policy: Policy) -> Result<Self> {
        let runtime = RuntimeEnvBuilder::new()
            .with_memory_pool(Arc::new(GreedyMemoryPool::new(MEMORY_BYTES)))
            .build_arc()
            .map_err(Error::engine("runtime"))?;
        if let Source::Lake { store, .. } = &source
            && let Ok(url) = url::Url::parse(LAKE_URL)
        {
            runtime.register_object_store(&url, store.objects());
        }
        Ok(Self(Arc::new(Inner {
            catalog,
            policy,
            runtime,
            source,
            materialized: Kept::new(MATERIALIZED_BYTES),
            months: Kept::new(MONTHS_BYTES),
            answers: Kept::new(ANSWERS_BYTES),
            evidence: Kept::new(EVIDENCE_KEPT),
        })))
    }

    /// The relations.
    pub fn catalog(&self) -> &Catalog {
        &self.0.catalog
    }

    /// The numbers that hold.
    pub fn policy(&self) -> &Policy {
        &self.0.policy
    }

    /// Computes a KPI with its verdicts.
    pub async fn kpi(&self, id: &str, question: &Question) -> Result<KpiAnswer> {
        let definition = self.0.catalog.find(Kind::Kpi, id)?;
        let (rows, asked) = self.pin(&definition, question).await?;
        let (_, batches) = self.compute(&definition, &rows, &asked).await?;
        let shape = |reason| Error::Shape {
            relation: definition.name(),
            reason,
        };
        let raw = decode::kpi_rows(&batches).map_err(shape)?;
        let rows = raw
            .into_iter()
            .map(|raw| judge(&self.0.policy, &definition, raw))
            .collect::<Result<Vec<_>>>()?;
        Ok(KpiAnswer {
            definition,
            asked,
            rows,
        })
    }

    /// Lists rows.
    pub async fn list(&self, id: &str, question: &Question) -> Result<Table> {
        let definition = self.0.catalog.find(Kind::List, id)?;
        self.table(definition, question).await
    }

    /// Runs every audit; a table with rows is a finding.
    pub async fn audits(&self, question: &Question) -> Result<Vec<Table>> {
        let mut found = Vec::new();
        for definition in self.0.catalog.of_kind(Kind::Audit) {
            found.push(self.table(definition, question).await?);
        }
        Ok(found)
    }

    /// Computes any relation of the catalogue.
    pub async fn relation(&self, kind: Kind, id: &str, question: &Question) -> Result<Table> {
        let definition = self.0.catalog.find(kind, id)?;
        self.table(definition, question).await
    }

    pub(crate) async fn table(&self, definition: Arc<Definition>, question: &Question) -> Result<Table> {
        let (rows, asked) = self.pin(&definition, question).await?;
        let (schema, batches) = self.compute(&definition, &rows, &asked).await?;
        let names: Vec<_> = schema.fields().iter().map(|field| field.name().clone()).collect();
        let documented: Vec<_> = definition.columns.iter().map(|(name, _)| name.clone()).collect();
        if definition.kind == Kind::List && names != documented {
            let reason = format!("it returns the columns {names:?}, its header names {documented:?}");
            return Err(Error::Shape {
                relation: definition.name(),
                reason,
            });
        }
        let doc = |name: &str| {
            definition
                .columns
                .iter()
                .find(|column| column.0 == name)
                .map(|column| column.1.clone())
        };
        let columns = names
            .into_iter()
            .map(|name| Column {
                doc: doc(&name).unwrap_or_default(),
                name,
            })
            .collect();
        Ok(Table {
            definition: Some(definition),
            asked,
            columns,
            rows: decode::rows(&batches),
        })
    }

    /// Runs free SQL, read-only. It may take what it likes of this process: a server never calls it.
    pub async fn sql(&self, sql: &str, question: &Question) -> Result<Table> {
        let span = self.span(None, question.as_of);
        let window = question.window.unwrap_or(Window {
            from: question.as_of - span,
            to: question.as_of,
        });
        let (rows, asked) = self.pin_window(window, question).await?;
        let session = self.open_session(&rows, &asked, None)?;
        for below in self.0.catalog.below(sql)? {
            self.define(&session, &below, &rows, &asked).await?;
        }
        let (schema, batches) = session.run_free(sql).await?;
        let columns = schema.fields().iter().map(|field| Column {
            name: field.name().clone(),
            doc: String::new(),
        });
        Ok(Table {
            definition: None,
            asked,
            columns: columns.collect(),
            rows: decode::rows(&batches),
        })
    }

    /// Number of the newest publication; 0 while nothing is published.
    pub async fn newest_publication(&self) -> Result<u64> {
        let Source::Lake { store, .. } = &self.0.source else {
            return Ok(0);
        };
        let newest = Published::newest(store).await?;
        Ok(newest.map_or(0, |newest| newest.publication.number))
    }

    /// Every publication, the newest first.
    pub async fn publications(&self) -> Result<Vec<PublicationRef>> {
        let Source::Lake { store, .. } = &self.0.source else {
            return Ok(Vec::new());
        };
        publications(store).await?.iter().map(publication_ref).collect()
    }

    /// Fills in the defaults of a question and opens what it reads.
    pub(crate) async fn pin(&self, definition: &Definition, question: &Question) -> Result<(Rows, Asked)> {
        for name in &definition.arguments {
            if !question.arguments.contains_key(name) {
                return Err(Error::Argument(format!(
                    "`{}` needs the argument `{name}`",
                    definition.name()
                )));
            }
        }
        let window = match question.window {
            Some(window) if window.from >= window.to => {
                let (from, to) = (format_timestamp(window.from), format_timestamp(window.to));
                return Err(Error::Argument(format!(
                    "the window from {from} to {to} is empty; `to` lies after `from`"
                )));
            }
            Some(window) => window,
            None => {
                let span = self.span(definition.window.as_deref(), question.as_of);
                Window {
                    from: question.as_of - span,
                    to: question.as_of,
                }
            }
        };
        self.pin_window(window, question).await
    }

    pub(crate) async fn pin_window(&self, window: Window, question: &Question) -> Result<(Rows, Asked)> {
        let rows = match &self.0.source {
            Source::Lake { .. } => Rows::Pinned(self.snapshot(question.publication).await?),
            Source::Memory(rows) => Rows::Memory(Arc::clone(rows)),
        };
        let published = match &rows {
            Rows::Pinned(snapshot) => snapshot.published().cloned(),
            Rows::Memory(_) => None,
        };
        let asked = Asked {
            as_of: question.as_of,
            known_at: question.known_at,
            publication: published.as_ref().map_or(0, |published| published.publication.number),
            publication_sha256: published
                .as_ref()
                .map_or_else(String::new, |published| published.sha256.to_string()),
            published_at: published.as_ref().map(Published::published_at).transpose()?,
            window,
            repositories: question.repositories.clone(),
            arguments: question.arguments.clone(),
        };
        Ok((rows, asked))
    }

    async fn snapshot(&self, number: Option<u64>) -> Result<Arc<Snapshot>> {
        let Source::Lake { store, snapshots } = &self.0.source else {
            return Err(Error::Argument("there is no lake".to_owned()));
        };
        let number = match number {
            Some(number) => Some(number),
            None => Some(self.newest_publication().await?).filter(|number| *number > 0),
        };
        let kept = |snapshots: &VecDeque<Arc<Snapshot>>| {
            snapshots
                .iter()
                .find(|snapshot| Some(snapshot.number()) == number)
                .map(Arc::clone)
        };
        if let Some(snapshot) = snapshots.lock().ok().and_then(|snapshots| kept(&snapshots)) {
            return Ok(snapshot);
        }
        let snapshot = match number {
            None => Arc::new(Snapshot::of(store, None).await?),
            number => Arc::new(Snapshot::open(store, number).await?),
        };
        if number.is_some()
            && let Ok(mut snapshots) = snapshots.lock()
        {
            snapshots.push_back(Arc::clone(&snapshot));
            while snapshots.len() > SNAPSHOTS_KEPT {
                snapshots.pop_front();
            }
        }
        Ok(snapshot)
    }

    /// The span before an instant when no window is asked: a policy in days, or the default.
    pub fn span(&self, policy: Option<&str>, at: Timestamp) -> chrono::Duration {
        let rule = policy.and_then(|name| self.0.policy.at(name, at));
        days(rule.map_or(DEFAULT_WINDOW_DAYS, |rule| rule.value))
    }

    pub(crate) fn history_from(&self, window: Window) -> Timestamp {
        let rule = self.0.policy.at("same_source_lookback", window.to);
        window.from - days(rule.map_or(0.0, |rule| rule.value))
    }

    pub(crate) fn parameters(&self, asked: &Asked) -> session::Parameters {
        // Everything in the publication was known when it was published.
        let everything = asked.published_at.unwrap_or(asked.as_of);
        session::parameters(
            asked,
            self.history_from(asked.window),
            asked.known_at.unwrap_or(everything),
        )
    }

    pub(crate) fn open_session(&self, rows: &Rows, asked: &Asked, month: Option<&Month>) -> Result<Session> {
        Session::open(
            &self.0.runtime,
            rows,
            &self.0.policy,
            &asked.repositories,
            self.parameters(asked),
            month,
        )
    }

    async fn session(&self, definition: &Arc<Definition>, rows: &Rows, asked: &Asked) -> Result<Session> {
        let session = self.open_session(rows, asked, None)?;
        for below in self.0.catalog.in_order(definition)? {
            if below.path != definition.path {
                self.define(&session, &below, rows, asked).await?;
            }
        }
        Ok(session)
    }

    /// Makes a relation readable; what is materialized comes from those that were computed before, where it can.
    async fn define(&self, session: &Session, definition: &Arc<Definition>, rows: &Rows, asked: &Asked) -> Result<()> {
        let computed = match definition.materialize {
            Materialize::No => return session.define(definition).await,
            Materialize::Months | Materialize::RecentMonths => {
                let (schema, batches) = self.by_month(definition, rows, asked).await?;
                session::memory(&definition.name(), schema, batches)?
            }
            Materialize::Whole if asked.publication > 0 => self.whole(session, definition, rows, asked).await?,
            Materialize::Whole => session.materialize(definition).await?.0,
        };
        session.put(definition, computed)
    }

    /// The rows of a relation, computed once for the files that it may read.
    async fn whole(
        &self,
        session: &Session,
        definition: &Arc<Definition>,
        rows: &Rows,
        asked: &Asked,
    ) -> Result<Materialized> {
        let key = self.relation_key(definition, rows, asked)?;
        let turn = self.0.materialized.turn(&key);
        let _turn = turn.lock().await;
        if let Some(computed) = self.0.materialized.get(&key) {
            return Ok(computed);
        }
        let (computed, bytes) = session.materialize(definition).await?;
        self.0.materialized.keep(key, Arc::clone(&computed), bytes);
        Ok(computed)
    }

    /// Computes a KPI, a list or an audit, or finds what was computed before.
    pub(crate) async fn compute(&self, definition: &Arc<Definition>, rows: &Rows, asked: &Asked) -> Result<Computed> {
        let key = self.answer_key(definition, rows, asked)?;
        let turn = self.0.answers.turn(&key);
        let _turn = turn.lock().await;
        if let Some(computed) = self.0.answers.get(&key) {
            return Ok(computed);
        }
        let computed = if definition.materialize.is_by_month() {
            self.by_month(definition, rows, asked).await?
        } else {
            self.session(definition, rows, asked).await?.run(definition).await?
        };
        if asked.publication > 0 {
            let bytes = session::size_bytes(&computed.1);
            self.0.answers.keep(key, computed.clone(), bytes);
        }
        Ok(computed)
    }
}

#[expect(clippy::cast_possible_truncation, reason = "days of a policy, in milliseconds")]
fn days(days: f64) -> chrono::Duration {
    chrono::Duration::milliseconds((days * 86_400_000.0) as i64)
}
