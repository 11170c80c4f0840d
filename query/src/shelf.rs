//! Computed answers as bytes: a line of JSON that names them, then an Arrow stream for each.

use std::collections::BTreeMap;
use std::io::Cursor;
use std::iter;
use std::sync::Arc;

use datafusion::arrow::array::RecordBatch;
use datafusion::arrow::error::ArrowError;
use datafusion::arrow::ipc::reader::StreamReader;
use datafusion::arrow::ipc::writer::StreamWriter;
use datafusion::error::DataFusionError;
use domain::clock::Timestamp;
use domain::identity::Sha256Digest;
use serde::{Deserialize, Serialize};

use crate::engine::{Engine, Source};
use crate::error::{Error, Result as AnswerResult};
use crate::keys::{as_of_key, question_of};
use crate::session::{Computed, size_bytes};
use crate::trend::{WEEKS, week_ends};

/// A larger answer is written down for nobody: it is a long list, of which a page shows the beginning.
const SHELVED_BYTES_MAX: usize = 1 << 20;

impl Engine {
    /// Writes down in the lake what was answered for a publication as of an instant and the ends of the weeks before, for
    /// the next process.
    pub async fn shelve(&self, publication: u64, as_of: Timestamp) -> AnswerResult<()> {
        let Source::Lake { store, .. } = &self.0.source else {
            return Ok(());
        };
        let instants = iter::once(as_of).chain(week_ends(as_of).take(WEEKS - 1));
        let held = instants.flat_map(|instant| self.0.answers.beginning_with(&as_of_key(instant)));
        // Of answers to one question, from publications one after the other, the one that was given last.
        let newest: BTreeMap<_, _> = held
            .map(|(key, computed)| (question_of(&key).to_owned(), (key, computed)))
            .collect();
        let mut answers: Vec<_> = newest.into_values().collect();
        answers.retain(|(_, computed)| size_bytes(&computed.1) <= SHELVED_BYTES_MAX);
        let bytes = write(&self.version(), &answers).map_err(Error::engine("answers"))?;
        Ok(lake::answers::put(store, publication, as_of, &bytes).await?)
    }

    /// Takes over what a process before wrote down, where the same code, policy and `sql/` computed it.
    pub async fn recall(&self) -> AnswerResult<()> {
        let Source::Lake { store, .. } = &self.0.source else {
            return Ok(());
        };
        let Some(bytes) = lake::answers::newest(store).await? else {
            return Ok(());
        };
        for (key, computed) in read(&self.version(), &bytes) {
            let weight = size_bytes(&computed.1);
            self.0.answers.keep(key, computed, weight);
        }
        Ok(())
    }

    /// What answers are a function of beside the question, as a digest: this code, the policy, the relations.
    pub fn version(&self) -> String {
        let (policy, catalog) = (&self.0.policy, &self.0.catalog);
        let text = format!("{} {policy:?} {catalog:?}", env!("PLUMBLINE_CODE"));
        Sha256Digest::of(text.as_bytes()).to_string()
    }
}

/// What the first line says.
#[derive(Debug, Serialize, Deserialize)]
struct Head {
    /// Whose answers these are: of another code, policy or catalogue they are nobody's.
    version: String,
    /// Key and bytes of each, in order.
    answers: Vec<(String, usize)>,
}

/// Writes answers by their keys.
pub(crate) fn write(version: &str, answers: &[(String, Computed)]) -> Result<Vec<u8>, DataFusionError> {
    let mut head = Head {
        version: version.to_owned(),
        answers: Vec::with_capacity(answers.len()),
    };
    let mut streams = Vec::new();
    for (key, (schema, batches)) in answers {
        let begin = streams.len();
        // Batches state columns as non-null now and then that the plan does not.
        let schema = batches.first().map_or_else(|| Arc::clone(schema), RecordBatch::schema);
        let mut writer = StreamWriter::try_new(&mut streams, &schema)?;
        batches.iter().try_for_each(|batch| writer.write(batch))?;
        writer.finish()?;
        head.answers.push((key.clone(), streams.len() - begin));
    }
    let mut bytes = serde_json::to_vec(&head).map_err(|error| DataFusionError::External(Box::new(error)))?;
    bytes.push(b'\n');
    bytes.append(&mut streams);
    Ok(bytes)
}

/// Reads answers back; none where another version wrote them, and those before the first that cannot be read.
pub(crate) fn read(version: &str, bytes: &[u8]) -> Vec<(String, Computed)> {
    let end = bytes.iter().position(|byte| *byte == b'\n').unwrap_or(bytes.len());
    let (head, streams) = bytes.split_at(end);
    let Some(head) = serde_json::from_slice::<Head>(head)
        .ok()
        .filter(|head| head.version == version)
    else {
        return Vec::new();
    };
    let mut rest = streams.get(1..).unwrap_or_default();
    let mut answers = Vec::with_capacity(head.answers.len());
    for (key, length) in head.answers {
        let Some((stream, behind)) = rest.split_at_checked(length) else {
            break;
        };
        let Ok(computed) = read_stream(stream) else { break };
        answers.push((key, computed));
        rest = behind;
    }
    answers
}

fn read_stream(stream: &[u8]) -> Result<Computed, ArrowError> {
    let reader = StreamReader::try_new(Cursor::new(stream), None)?;
    let schema = reader.schema();
    Ok((schema, reader.collect::<Result<Vec<_>, _>>()?))
}

#[cfg(test)]
mod tests {
    use datafusion::arrow::array::{Float64Array, StringViewArray};
    use datafusion::arrow::datatypes::{DataType, Field, Schema};

    use super::*;

    #[test]
    fn answers_come_back_to_the_last_bit_and_only_to_their_own_version() {
        let schema = Arc::new(Schema::new(vec![
            Field::new("name", DataType::Utf8View, true),
            Field::new("value", DataType::Float64, true),
        ]));
        let names = StringViewArray::from(vec![Some("a name that is longer than twelve bytes"), None]);
        let values = Float64Array::from(vec![Some(0.1 + 0.2), Some(f64::MIN_POSITIVE)]);
        let batch = RecordBatch::try_new(Arc::clone(&schema), vec![Arc::new(names), Arc::new(values)]).unwrap();
        let answers = vec![
            ("1 a".to_owned(), (Arc::clone(&schema), vec![batch.clone(), batch])),
            ("1 b".to_owned(), (Arc::clone(&schema), vec![])),
        ];
        let bytes = write("v1", &answers).unwrap();
        assert_eq!(read("v1", &bytes), answers);
        assert!(read("v2", &bytes).is_empty());
        assert_eq!(read("v1", &bytes[..bytes.len() - 9]), answers[..1]);
        assert!(read("v1", b"").is_empty());
    }
}
