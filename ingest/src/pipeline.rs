//! From items to a publication: workers read, clean, land and parse; one writer puts their rows in the order of the items.

use std::collections::{HashSet, VecDeque};
use std::sync::mpsc::{Receiver, SyncSender, sync_channel};
use std::sync::{Arc, Mutex};

use domain::clock::{Timestamp, format_timestamp};
use domain::source::{Source, SourceContext};
use lake::intent::{Deed, Intent, PlannedSource};
use lake::ledger::{self, LedgerKey};
use lake::publication::Published;
use lake::raw;
use lake::tables::sources;
use lake::tables::spec::Stamp;
use lake::writer::{Batch, Writer};

use crate::error::{Error, Result};
use crate::formats::registry::Recognised;
use crate::payload::Payload;
use crate::redaction::Content;
use crate::replay;
use crate::report::{Plan, Rows};
use crate::sources::directory::{RunDirectory, Visit, visit};
use crate::sources::item::{Item, Origin};
use crate::tally::Tally;

/// Parcels of one item that a worker may be ahead of the writer: bounds memory, also for a report of a gigabyte.
const PARCELS_AHEAD: usize = 4;
/// Rows of a parcel; a message without rows counts for a few.
const PARCEL_ROWS: usize = 16 * 1024;
const MESSAGE_ROWS: usize = 16;
/// Items that workers may be ahead of the writer.
const ITEMS_AHEAD: usize = 16;
/// Bytes of files that one batch takes in.
const BATCH_BYTES: u64 = 4 << 30;

/// Tells how far an ingest is.
pub type Progress<'a> = &'a (dyn Fn(&str) + Sync);

/// Ingests directories, each with its run. What is in already adds nothing: no row, no file, no publication.
pub async fn ingest(writer: &mut Writer, directories: &[RunDirectory], progress: Progress<'_>) -> Result<Tally> {
    resume(writer, progress).await?;
    let mut names: Vec<_> = directories
        .iter()
        .map(|directory| directory.run.run.repository.as_str())
        .collect();
    names.sort_unstable();
    names.dedup();
    let mut intake = Intake::open(writer, &names).await?;
    let mut directories = directories.iter();
    loop {
        let mut items = Vec::new();
        let mut bytes = 0;
        for directory in directories.by_ref() {
            let (more, not_followed) = directory.items()?;
            intake.tally.not_followed.extend(not_followed);
            for item in &more {
                if let Origin::File { path, .. } = &item.origin {
                    bytes += std::fs::metadata(path).map_or(0, |metadata| metadata.len());
                }
            }
            items.extend(more);
            if bytes > BATCH_BYTES {
                break;
            }
        }
        if items.is_empty() {
            return Ok(intake.tally);
        }
        intake.take_in(writer, items, progress).await?;
    }
}

/// What is in already, and what an ingest has done so far.
#[derive(Debug)]
pub(crate) struct Intake {
    known: HashSet<LedgerKey>,
    pub(crate) tally: Tally,
}

impl Intake {
    /// Reads what is in of these repositories.
    pub(crate) async fn open(writer: &Writer, repositories: &[&str]) -> Result<Self> {
        Ok(Self {
            known: ledger::keys(writer.snapshot(), repositories).await?,
            tally: Tally::default(),
        })
    }

    /// Takes items in as one batch; what is in already adds nothing, and nothing new is no batch.
    pub(crate) async fn take_in(
        &mut self,
        writer: &mut Writer,
        items: Vec<Item>,
        progress: Progress<'_>,
    ) -> Result<()> {
        let batch = writer.begin()?;
        let stamp = batch.stamp();
        let (receivers, mut progress_lines) =
            start_workers(items, stamp, Arc::new(self.known.clone()), writer.store())?;
        let gathering = tokio::task::spawn_blocking(move || gather(batch, receivers));
        let reporter = async {
            while let Some(line) = progress_lines.recv().await {
                progress(&line);
            }
        };
        let (gathered, ()) = tokio::join!(gathering, reporter);
        let gathered = gathered.map_err(std::io::Error::other)??;
        self.tally.known += gathered.known;
        self.tally.other.extend(gathered.other);
        self.tally.add(&gathered.planned, &gathered.sources);
        self.known.extend(gathered.keys);
        if gathered.planned.is_empty() {
            return Ok(());
        }
        let published = writer
            .commit(
                gathered.batch,
                Deed::Ingest {
                    sources: gathered.planned,
                },
            )
            .await?;
        self.tally.publications.push(published.publication.number);
        Ok(())
    }
}

/// Finishes batches that were cut off: from their intents and the raw landing, so that the source need not be there.
pub async fn resume(writer: &mut Writer, progress: Progress<'_>) -> Result<Vec<Published>> {
    let mut published = Vec::new();
    for intent in writer.pending().to_vec() {
        progress(&format!("finishing batch {}, which was cut off", intent.batch));
        match &intent.deed {
            Deed::Compaction { .. } => lake::upkeep::resume(writer, &intent).await?,
            Deed::Replay { batches } => published.push(replay::resume(writer, &intent, batches).await?),
            Deed::Ingest { sources } => published.push(resume_ingest(writer, &intent, sources).await?),
        }
    }
    Ok(published)
}

async fn resume_ingest(writer: &mut Writer, intent: &Intent, planned: &[PlannedSource]) -> Result<Published> {
    let invalid = |reason| Error::Intent {
        batch: intent.batch,
        reason,
    };
    let plans = planned
        .iter()
        .map(Plan::read)
        .collect::<Result<Vec<_>, _>>()
        .map_err(invalid)?;
    if !plans.iter().all(Plan::is_readable) {
        // Another parser's rows would differ from those that may be in a table already: take the batch back.
        return Ok(writer.drop_pending(intent).await?);
    }
    let batch = writer.resume(intent)?;
    let store = writer.store().clone();
    let runtime = tokio::runtime::Handle::current();
    let gathered = tokio::task::spawn_blocking(move || -> Result<Gathered> {
        let mut gathering = Gathering::new(batch);
        for plan in plans {
            let compressed = runtime.block_on(raw::fetch(&store, &plan.landed_sha256))?;
            let mut payload = raw::decompressor(std::io::Cursor::new(compressed))?;
            let stamp = gathering.stamp;
            let source = plan.parse(&mut payload, stamp, &mut |rows| gathering.rows(&rows))?;
            gathering.sources.push(source);
        }
        gathering.finish()
    });
    let gathered = gathered.await.map_err(std::io::Error::other)??;
    Ok(writer.commit(gathered.batch, intent.deed.clone()).await?)
}

/// What a worker tells the writer about an item.
enum Message {
    /// A payload begins.
    Begin(Box<PlannedSource>, LedgerKey),
    /// Its rows.
    Rows(Rows),
    /// It ends.
    End(Box<Source>),
    /// A payload that is in already.
    Known,
    /// A file of no format.
    Other(String),
    /// The item cannot be read.
    Failed(Error),
}

/// Messages about one item that travel together: an archive of many small reports must not hold its worker up.
type Parcel = Vec<Message>;

/// Items that wait for a worker.
struct Queue {
    items: VecDeque<Item>,
    begun: SyncSender<Receiver<Parcel>>,
}

impl Queue {
    /// Takes the next item, and tells the writer where to hear of it.
    fn next(queue: &Mutex<Self>) -> Option<(Item, SyncSender<Parcel>)> {
        let mut queue = queue.lock().ok()?;
        let item = queue.items.pop_front()?;
        let (sender, receiver) = sync_channel(PARCELS_AHEAD);
        // Sent under the lock, hence in the order of the items; waits while the writer is far behind.
        queue.begun.send(receiver).ok()?;
        Some((item, sender))
    }
}

/// Starts a worker for each core; returns what they tell, in the order of the items, and lines of progress.
fn start_workers(
    items: Vec<Item>,
    stamp: Stamp,
    known: Arc<HashSet<LedgerKey>>,
    store: &lake::store::Store,
) -> Result<(Receiver<Receiver<Parcel>>, tokio::sync::mpsc::UnboundedReceiver<String>)> {
    let (begun, receivers) = sync_channel(ITEMS_AHEAD);
    let queue = Arc::new(Mutex::new(Queue {
        items: items.into(),
        begun,
    }));
    let (lines, progress) = tokio::sync::mpsc::unbounded_channel();
    for _ in 0..std::thread::available_parallelism().map_or(2, usize::from) {
        let mut worker = Worker {
            stamp,
            known: Arc::clone(&known),
            store: store.clone(),
            landing: raw::Landing::new(store)?,
            runtime: tokio::runtime::Handle::current(),
            lines: lines.clone(),
        };
        let queue = Arc::clone(&queue);
        tokio::task::spawn_blocking(move || {
            while let Some((item, sender)) = Queue::next(&queue) {
                let mut outbox = Outbox::new(sender);
                let read = worker.read(&item, &mut outbox);
                // A receiver that hung up has met an error of its own, which is the one to report.
                let _ = match read {
                    Ok(()) => outbox.flush(),
                    Err(error) => outbox.put(Message::Failed(error)).and_then(|()| outbox.flush()),
                };
            }
        });
    }
    Ok((receivers, progress))
}

/// What a worker has to tell about one item.
struct Outbox {
    sender: SyncSender<Parcel>,
    parcel: Parcel,
    n_rows: usize,
}

impl Outbox {
    fn new(sender: SyncSender<Parcel>) -> Self {
        Self {
            sender,
            parcel: Vec::new(),
            n_rows: 0,
        }
    }

    fn put(&mut self, message: Message) -> std::io::Result<()> {
        self.n_rows += match &message {
            Message::Rows(rows) => rows.batch.num_rows().max(MESSAGE_ROWS),
            _ => MESSAGE_ROWS,
        };
        self.parcel.push(message);
        if self.n_rows >= PARCEL_ROWS {
            self.flush()?;
        }
        Ok(())
    }

    fn flush(&mut self) -> std::io::Result<()> {
        self.n_rows = 0;
        let parcel = std::mem::take(&mut self.parcel);
        self.sender
            .send(parcel)
            .map_err(|_| std::io::Error::other("the batch was given up"))
    }
}

struct Worker {
    stamp: Stamp,
    known: Arc<HashSet<LedgerKey>>,
    store: lake::store::Store,
    landing: raw::Landing,
    runtime: tokio::runtime::Handle,
    lines: tokio::sync::mpsc::UnboundedSender<String>,
}

impl Worker {
    /// Reads an item to its end; what it holds has landed then.
    fn read(&mut self, item: &Item, outbox: &mut Outbox) -> Result<()> {
        let _ = self.lines.send(item.shown.clone());
        self.visit(item, outbox)?;
        Ok(self.runtime.block_on(self.landing.finish())?)
    }

    fn visit(&mut self, item: &Item, outbox: &mut Outbox) -> Result<()> {
        match &item.origin {
            Origin::Documents(documents) => documents.iter().try_for_each(|document| {
                let kind = Kind {
                    format: document.format,
                    parser: document.parser,
                    refusal: None,
                };
                let payload = Payload::read(document.bytes.clone(), &mut std::io::empty(), Content::Text)?;
                let place = (&document.context, document.completed_at);
                self.payload(
                    place,
                    outbox,
                    &document.shown,
                    document.context.artifact.as_deref(),
                    &kind,
                    payload,
                )
            }),
            Origin::File {
                path,
                context,
                completed_at,
            } => visit(path, &item.shown, &mut |visit| match visit {
                Visit::Other { path } => tell(outbox, Message::Other(path.to_owned())),
                Visit::Payload {
                    path,
                    artifact,
                    recognised,
                    payload,
                } => match Kind::of(recognised) {
                    Some(kind) => {
                        let artifact = context.artifact.as_deref().or(artifact);
                        self.payload((context, *completed_at), outbox, path, artifact, &kind, payload)
                    }
                    None => tell(outbox, Message::Other(path.to_owned())),
                },
            }),
        }
    }

    fn payload(
        &mut self,
        (context, completed_at): (&SourceContext, Timestamp),
        outbox: &mut Outbox,
        path: &str,
        artifact: Option<&str>,
        kind: &Kind,
        mut payload: Payload,
    ) -> Result<()> {
        let planned = PlannedSource {
            sha256: payload.sha256.to_string(),
            landed_sha256: payload.landed_sha256.to_string(),
            size_bytes: payload.size_bytes,
            format: kind.format.to_owned(),
            parser: kind.parser.to_owned(),
            refusal: kind.refusal.clone(),
            damage: payload.damage.clone(),
            path: path.to_owned(),
            repository: context.repository.to_string(),
            run_id: context.run_id,
            run_attempt: context.run_attempt,
            workflow: context.workflow.clone(),
            job: context.job.clone(),
            artifact: artifact.map(str::to_owned),
            completed_at: format_timestamp(completed_at),
            n_redactions: payload.n_redactions,
        };
        let plan = Plan::read(&planned).map_err(Error::Usage)?;
        let key = LedgerKey::of(&planned.sha256, &plan.context);
        if self.known.contains(&key) {
            return tell(outbox, Message::Known);
        }
        self.runtime.block_on(payload.land(&self.store, &mut self.landing))?;
        tell(outbox, Message::Begin(Box::new(planned), key))?;
        let source = plan.parse(&mut *payload.open()?, self.stamp, &mut |rows| {
            outbox.put(Message::Rows(rows))
        })?;
        tell(outbox, Message::End(Box::new(source)))
    }
}

/// How a payload is to be read.
pub(crate) struct Kind {
    pub(crate) format: &'static str,
    pub(crate) parser: &'static str,
    pub(crate) refusal: Option<String>,
}

impl Kind {
    pub(crate) fn of(recognised: Recognised) -> Option<Self> {
        match recognised {
            Recognised::Format(format) => Some(Self {
                format: format.name,
                parser: format.parser,
                refusal: None,
            }),
            Recognised::Refused { format, reason } => Some(Self {
                format,
                parser: "none",
                refusal: Some(reason),
            }),
            Recognised::Zip | Recognised::Other => None,
        }
    }
}

fn tell(outbox: &mut Outbox, message: Message) -> Result<()> {
    outbox.put(message).map_err(Error::Worker)
}

/// A batch with all that went into it.
struct Gathered {
    batch: Batch,
    planned: Vec<PlannedSource>,
    sources: Vec<Source>,
    keys: HashSet<LedgerKey>,
    known: u64,
    other: Vec<String>,
}

/// Puts what the workers tell into a batch.
struct Gathering {
    batch: Batch,
    stamp: Stamp,
    sources: Vec<Source>,
}

impl Gathering {
    fn new(batch: Batch) -> Self {
        Self {
            stamp: batch.stamp(),
            batch,
            sources: Vec::new(),
        }
    }

    fn rows(&mut self, rows: &Rows) -> std::io::Result<()> {
        self.batch.write(rows.table, &rows.batch).map_err(std::io::Error::other)
    }

    fn finish(mut self) -> Result<Gathered> {
        let ledger = sources::TABLE.batch(self.stamp, self.sources.iter())?;
        self.batch.write(&sources::TABLE.spec, &ledger)?;
        Ok(Gathered {
            batch: self.batch,
            planned: Vec::new(),
            sources: self.sources,
            keys: HashSet::new(),
            known: 0,
            other: Vec::new(),
        })
    }
}

fn gather(batch: Batch, receivers: Receiver<Receiver<Parcel>>) -> Result<Gathered> {
    let mut gathering = Gathering::new(batch);
    let mut planned_sources = Vec::new();
    let mut keys = HashSet::new();
    let mut known = 0;
    let mut other = Vec::new();
    for receiver in receivers {
        // The same payload twice in one batch: which worker was first does not matter, the order of the items does.
        let mut is_double = false;
        for message in receiver.iter().flatten() {
            match message {
                Message::Begin(planned, key) => {
                    is_double = !keys.insert(key);
                    if is_double {
                        known += 1;
                    } else {
                        planned_sources.push(*planned);
                    }
                }
                Message::Rows(_) | Message::End(_) if is_double => {}
                Message::Rows(rows) => gathering.rows(&rows)?,
                Message::End(source) => gathering.sources.push(*source),
                Message::Known => known += 1,
                Message::Other(path) => other.push(path),
                Message::Failed(error) => return Err(error),
            }
        }
    }
    Ok(Gathered {
        planned: planned_sources,
        keys,
        known,
        other,
        ..gathering.finish()?
    })
}
