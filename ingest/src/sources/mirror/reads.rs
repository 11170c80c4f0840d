//! Reading an object back: every byte, digested as it comes, against the digest that is stated of it.

use std::time::Instant;

use aws_sdk_s3::Client;
use aws_sdk_s3::types::{ObjectAttributes, ObjectPart};
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use domain::clock::Timestamp;
use domain::identity::Sha256Digest;
use domain::mirror::MirrorRead;
use sha2::{Digest as _, Sha256};

use super::failure::{Failure, Kind};
use super::head::{self, Checksum, Head};
use super::listing::{Entry, unquoted};
use super::place::{Location, with_metadata};
use super::sample::Candidate;

/// How often a download that breaks off is begun.
const TRIES: usize = 3;
/// Parts that an object can have.
const PARTS_MAX: usize = 10_000;

/// What a sample is.
#[derive(Debug)]
pub(crate) struct Drawn<'a> {
    pub(crate) day: &'a str,
    pub(crate) seed: &'a str,
    /// Larger objects are not read.
    pub(crate) size_bytes_max: i64,
}

/// What an object is compared with.
#[derive(Debug, Clone, PartialEq, Eq)]
enum Stated {
    Checksum(Sha256Digest),
    /// What S3 states, and how large each part is.
    Composite(String, Vec<u64>),
    Metadata(Sha256Digest),
    Nothing,
}

/// What came.
#[derive(Debug, Default)]
struct Bytes {
    n: u64,
    sha256: Option<Sha256Digest>,
    composite: Option<String>,
}

/// Reads an object back.
pub(crate) async fn read(
    client: &Client,
    location: &Location,
    candidate: &Candidate,
    drawn: &Drawn<'_>,
    at: Timestamp,
) -> MirrorRead {
    let entry = &candidate.entry;
    let begun = Instant::now();
    let head = head::read(client, location, entry).await;
    let matched = with_metadata(candidate.matched.clone(), |name| head.metadata(name));
    let mut row = MirrorRead {
        repository: matched.repository.unwrap_or_else(|| location.scope.clone()),
        run_id: matched.run_id,
        run_attempt: matched.run_attempt,
        artifact: matched.artifact,
        bucket: location.bucket.clone(),
        key: entry.key.clone(),
        version_id: entry.version_id.clone(),
        sample_day: drawn.day.to_owned(),
        sample_seed: drawn.seed.to_owned(),
        outcome: "failed".to_owned(),
        compared_with: None,
        stated_sha256: None,
        read_sha256: None,
        size_bytes: entry.size_bytes,
        read_bytes: 0,
        storage_class: entry.storage_class.clone(),
        sse_algorithm: None,
        kms_key_id: None,
        duration_ms: 0,
        detail: None,
        last_modified_at: entry.last_modified_at,
        read_at: at,
    };
    if let Some(output) = &head.output {
        row.sse_algorithm = output.server_side_encryption().map(|sse| sse.as_str().to_owned());
        row.kms_key_id = output.ssekms_key_id().map(str::to_owned);
    }
    if entry.size_bytes.is_some_and(|size| size > drawn.size_bytes_max) {
        "too_large".clone_into(&mut row.outcome);
        return row;
    }
    let stated = stated(client, location, entry, &head).await;
    let mut bytes = Bytes::default();
    let mut failure = None;
    for _ in 0..TRIES {
        bytes = Bytes::default();
        failure = download(client, location, entry, &stated, &mut bytes).await.err();
        // Only what broke off is begun again; the library has asked often enough for what was refused.
        if failure.as_ref().is_none_or(|(_, is_broken)| !is_broken) {
            break;
        }
    }
    row.read_bytes = i64::try_from(bytes.n).unwrap_or(i64::MAX);
    row.duration_ms = i64::try_from(begun.elapsed().as_millis()).unwrap_or(i64::MAX);
    match failure {
        Some((failure, is_broken)) => {
            let outcome = match failure.kind {
                _ if is_broken => "truncated",
                Kind::Forbidden => "forbidden",
                Kind::Undecryptable => "undecryptable",
                Kind::Archived => "archived",
                Kind::Absent => "not_found",
                _ => "failed",
            };
            outcome.clone_into(&mut row.outcome);
            row.detail = Some(failure.to_string());
        }
        None => judge(&mut row, &stated, bytes),
    }
    row
}

/// Compares what came with what is stated.
fn judge(row: &mut MirrorRead, stated: &Stated, bytes: Bytes) {
    let read = bytes.sha256.map(|sha256| sha256.to_string());
    let (with, stated, is_equal) = match stated {
        Stated::Checksum(sha256) => ("checksum", sha256.to_string(), read == Some(sha256.to_string())),
        Stated::Metadata(sha256) => ("metadata", sha256.to_string(), read == Some(sha256.to_string())),
        Stated::Composite(composite, _) => (
            "composite",
            composite.clone(),
            bytes.composite.as_ref() == Some(composite),
        ),
        Stated::Nothing => {
            row.read_sha256 = read;
            "unstated".clone_into(&mut row.outcome);
            return;
        }
    };
    row.read_sha256 = read;
    row.compared_with = Some(with.to_owned());
    row.stated_sha256 = Some(stated);
    if is_equal { "equal" } else { "differs" }.clone_into(&mut row.outcome);
}

/// S3's own digest goes before the uploader's claim.
async fn stated(client: &Client, location: &Location, entry: &Entry, head: &Head) -> Stated {
    let claimed = || head.claimed_sha256().map_or(Stated::Nothing, Stated::Metadata);
    match &head.checksum {
        Some(Checksum::Whole(sha256)) => Stated::Checksum(*sha256),
        Some(Checksum::Composite(composite)) => match parts(client, location, entry).await {
            Ok(parts) if !parts.is_empty() => Stated::Composite(composite.clone(), parts),
            _ => claimed(),
        },
        _ => claimed(),
    }
}

/// Sizes of the parts that an object was uploaded in, in their order.
async fn parts(client: &Client, location: &Location, entry: &Entry) -> Result<Vec<u64>, Failure> {
    let mut sizes: Vec<u64> = Vec::new();
    let mut marker: Option<String> = None;
    loop {
        let answer = client
            .get_object_attributes()
            .bucket(&location.bucket)
            .key(&entry.key)
            .set_version_id(entry.version())
            .object_attributes(ObjectAttributes::ObjectParts)
            .set_part_number_marker(marker.clone())
            .send()
            .await
            .map_err(Failure::of)?;
        let Some(parts) = answer.object_parts() else {
            return Ok(Vec::new());
        };
        let listed = parts.parts().iter().filter_map(ObjectPart::size);
        sizes.extend(listed.filter_map(|size| u64::try_from(size).ok()));
        let next = parts.next_part_number_marker().map(str::to_owned);
        if parts.is_truncated() != Some(true) || next.is_none() || next == marker || sizes.len() >= PARTS_MAX {
            return Ok(sizes);
        }
        marker = next;
    }
}

/// Reads the bytes; an error says whether the answer broke off within them.
async fn download(
    client: &Client,
    location: &Location,
    entry: &Entry,
    stated: &Stated,
    bytes: &mut Bytes,
) -> Result<(), (Failure, bool)> {
    let get = client.get_object().bucket(&location.bucket).key(&entry.key);
    let answer = get.set_version_id(entry.version()).send().await;
    let mut answer = answer.map_err(|error| (Failure::of(error), false))?;
    if answer.e_tag().map(unquoted) != entry.etag {
        return Err((Failure::unreachable("it was written over since it was listed"), false));
    }
    let sizes = match stated {
        Stated::Composite(_, sizes) => sizes.as_slice(),
        _ => &[],
    };
    let mut digests = Digests::new(sizes);
    loop {
        match answer.body.try_next().await {
            Ok(Some(chunk)) => {
                bytes.n += chunk.len() as u64;
                digests.update(&chunk);
            }
            Ok(None) => break,
            Err(error) => {
                let said = aws_sdk_s3::error::DisplayErrorContext(&error).to_string();
                return Err((Failure::unreachable(&said), true));
            }
        }
    }
    let stated_size = entry.size_bytes.and_then(|size| u64::try_from(size).ok());
    if stated_size.is_some_and(|size| size != bytes.n) {
        let said = format!("{} bytes came of {}", bytes.n, stated_size.unwrap_or_default());
        return Err((Failure::unreachable(&said), true));
    }
    let (sha256, composite) = digests.finish();
    bytes.sha256 = Some(sha256);
    bytes.composite = composite;
    Ok(())
}

/// The digest of some bytes, and the digest of the digests of their parts.
struct Digests<'a> {
    whole: Sha256,
    part: Sha256,
    /// Digests of the parts so far.
    parts: Sha256,
    sizes: std::slice::Iter<'a, u64>,
    n_parts: usize,
    /// Bytes that the part still lacks; nothing once there are more than the parts hold.
    left: Option<u64>,
}

impl<'a> Digests<'a> {
    fn new(sizes: &'a [u64]) -> Self {
        let mut sizes = sizes.iter();
        Self {
            whole: Sha256::new(),
            part: Sha256::new(),
            parts: Sha256::new(),
            left: sizes.next().copied(),
            sizes,
            n_parts: 0,
        }
    }

    fn update(&mut self, mut bytes: &[u8]) {
        self.whole.update(bytes);
        while let (Some(left), false) = (self.left, bytes.is_empty()) {
            let n = usize::try_from(left).unwrap_or(usize::MAX).min(bytes.len());
            let (of_part, rest) = bytes.split_at(n);
            self.part.update(of_part);
            self.left = Some(left - n as u64);
            bytes = rest;
            if self.left == Some(0) {
                self.end_part();
            }
        }
    }

    fn end_part(&mut self) {
        let digest = std::mem::take(&mut self.part).finalize();
        self.parts.update(digest);
        self.n_parts += 1;
        self.left = self.sizes.next().copied();
    }

    fn finish(self) -> (Sha256Digest, Option<String>) {
        let whole = Sha256Digest::from_bytes(self.whole.finalize().into());
        let is_whole = self.n_parts > 0 && self.left.is_none();
        let composite = is_whole.then(|| format!("{}-{}", STANDARD.encode(self.parts.finalize()), self.n_parts));
        (whole, composite)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_composite_is_the_digest_of_the_parts_digests_however_the_bytes_come() {
        let bytes: Vec<u8> = (0..=255).cycle().take(1000).collect();
        let mut parts = Sha256::new();
        for part in [&bytes[..400], &bytes[400..800], &bytes[800..]] {
            parts.update(Sha256::digest(part));
        }
        let expected = format!("{}-3", STANDARD.encode(parts.finalize()));
        for chunk in [1, 7, 399, 400, 401, 1000] {
            let mut digests = Digests::new(&[400, 400, 200]);
            bytes.chunks(chunk).for_each(|chunk| digests.update(chunk));
            let (whole, composite) = digests.finish();
            assert_eq!(whole, Sha256Digest::of(&bytes));
            assert_eq!(composite.as_ref(), Some(&expected), "chunks of {chunk}");
        }
    }

    #[test]
    fn parts_of_another_size_than_the_bytes_give_no_composite() {
        let mut digests = Digests::new(&[400, 700]);
        digests.update(&[0; 1000]);
        assert_eq!(digests.finish().1, None);
        let mut digests = Digests::new(&[]);
        digests.update(&[0; 10]);
        assert_eq!(digests.finish().1, None);
    }
}
