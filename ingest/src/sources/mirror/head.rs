//! What S3 says of one object beyond its line in a listing.

use aws_sdk_s3::Client;
use aws_sdk_s3::operation::head_object::HeadObjectOutput;
use aws_sdk_s3::types::{ChecksumMode, ChecksumType, ObjectLockLegalHoldStatus};
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use chrono::DateTime;
use domain::clock::Timestamp;
use domain::identity::Sha256Digest;

use super::client::instant;
use super::failure::{Failure, Kind};
use super::listing::{Entry, unquoted};
use super::place::Location;

/// What became of the question.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Status {
    Read,
    Forbidden,
    NotFound,
    /// It was written over since it was listed.
    Changed,
    Failed,
    NotAsked,
}

impl Status {
    pub(crate) fn word(self) -> &'static str {
        match self {
            Self::Read => "read",
            Self::Forbidden => "forbidden",
            Self::NotFound => "not_found",
            Self::Changed => "changed",
            Self::Failed => "failed",
            Self::NotAsked => "not_asked",
        }
    }
}

/// The SHA-256 that S3 keeps.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Checksum {
    /// Of the content.
    Whole(Sha256Digest),
    /// Of the digests of its parts: `base64-parts`.
    Composite(String),
    Absent,
    /// It is kept back.
    Forbidden,
}

impl Checksum {
    pub(crate) fn word(&self) -> &'static str {
        match self {
            Self::Whole(_) | Self::Composite(_) => "stated",
            Self::Absent => "absent",
            Self::Forbidden => "forbidden",
        }
    }
}

/// The answer.
#[derive(Debug)]
pub(crate) struct Head {
    pub(crate) status: Status,
    pub(crate) checksum: Option<Checksum>,
    pub(crate) output: Option<HeadObjectOutput>,
    pub(crate) failure: Option<Failure>,
}

impl Head {
    pub(crate) fn without(status: Status, failure: Option<Failure>) -> Self {
        Self {
            status,
            checksum: None,
            output: None,
            failure,
        }
    }

    /// A member of the metadata that the uploader wrote, of the few that mean something here.
    pub(crate) fn metadata(&self, name: &str) -> Option<&str> {
        self.output.as_ref()?.metadata()?.get(name).map(String::as_str)
    }

    /// The digest that the uploader claims.
    pub(crate) fn claimed_sha256(&self) -> Option<Sha256Digest> {
        Sha256Digest::parse(self.metadata("sha256")?.trim()).ok()
    }
}

/// Asks for an object's head. Where its checksum is refused, as S3 does where KMS does not let decrypt, the rest is
/// asked for without it.
pub(crate) async fn read(client: &Client, location: &Location, entry: &Entry) -> Head {
    let ask = async |mode: Option<ChecksumMode>| {
        let head = client.head_object().bucket(&location.bucket).key(&entry.key);
        let head = head.set_version_id(entry.version()).set_checksum_mode(mode);
        head.send().await.map_err(Failure::of)
    };
    let (answer, refused) = match ask(Some(ChecksumMode::Enabled)).await {
        Err(failure) if failure.kind == Kind::Forbidden => (ask(None).await, Some(failure)),
        answer => (answer, None),
    };
    let output = match answer {
        Ok(output) => output,
        Err(failure) => {
            let status = match failure.kind {
                Kind::Forbidden => Status::Forbidden,
                Kind::Absent => Status::NotFound,
                _ => Status::Failed,
            };
            return Head::without(status, Some(failure));
        }
    };
    if output.e_tag().map(unquoted) != entry.etag {
        return Head::without(Status::Changed, None);
    }
    let is_refused = refused.is_some();
    Head {
        status: Status::Read,
        checksum: Some(if is_refused {
            Checksum::Forbidden
        } else {
            checksum(&output)
        }),
        output: Some(output),
        failure: refused,
    }
}

fn checksum(output: &HeadObjectOutput) -> Checksum {
    let Some(stated) = output.checksum_sha256() else {
        return Checksum::Absent;
    };
    // `-parts` behind it says that it is composite, also where the type is left out.
    let is_composite = output.checksum_type() == Some(&ChecksumType::Composite) || stated.contains('-');
    if is_composite {
        return Checksum::Composite(stated.chars().take(64).collect());
    }
    let bytes = STANDARD
        .decode(stated)
        .ok()
        .and_then(|bytes| <[u8; 32]>::try_from(bytes).ok());
    bytes.map_or(Checksum::Absent, |bytes| {
        Checksum::Whole(Sha256Digest::from_bytes(bytes))
    })
}

/// Algorithms other than SHA-256 that S3 has a checksum of.
pub(crate) fn other_checksums(output: &HeadObjectOutput) -> Option<String> {
    let stated = [
        ("CRC32", output.checksum_crc32()),
        ("CRC32C", output.checksum_crc32_c()),
        ("CRC64NVME", output.checksum_crc64_nvme()),
        ("SHA1", output.checksum_sha1()),
        ("SHA512", output.checksum_sha512()),
    ];
    let names: Vec<_> = stated.iter().filter_map(|(name, value)| value.map(|_| *name)).collect();
    (!names.is_empty()).then(|| names.join(","))
}

/// When a lifecycle rule deletes it, and which: `expiry-date="Fri, 21 Dec 2012 00:00:00 GMT", rule-id="…"`.
pub(crate) fn expiration(output: &HeadObjectOutput) -> (Option<Timestamp>, Option<String>) {
    let text = output.expiration().unwrap_or_default();
    let member = |name: &str| {
        let (_, rest) = text.split_once(&format!("{name}=\""))?;
        rest.split_once('"').map(|(value, _)| value)
    };
    let at = member("expiry-date").and_then(|date| DateTime::parse_from_rfc2822(date).ok());
    let rule = member("rule-id").map(|rule| rule.chars().take(255).collect());
    (at.map(|at| at.to_utc()), rule)
}

/// Mode of its lock, until when, and whether it is held beyond that.
pub(crate) fn lock(output: &HeadObjectOutput) -> (Option<String>, Option<Timestamp>, Option<bool>) {
    let mode = output.object_lock_mode().map(|mode| mode.as_str().to_owned());
    let until = output.object_lock_retain_until_date().and_then(instant);
    let hold = output.object_lock_legal_hold_status();
    (mode, until, hold.map(|hold| *hold == ObjectLockLegalHoldStatus::On))
}
