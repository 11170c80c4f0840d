//! What a bucket holds under a prefix, page by page, with versions where they may be listed.

use aws_sdk_s3::Client;
use aws_sdk_s3::types::{
    EncodingType, ObjectStorageClass, ObjectVersionStorageClass, OptionalObjectAttributes, RestoreStatus,
};
use domain::clock::Timestamp;

use super::client::instant;
use super::failure::Failure;
use super::place::Location;

/// One version of an object, or a delete marker, as it is listed.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub(crate) struct Entry {
    pub(crate) key: String,
    /// `null` where the bucket keeps none.
    pub(crate) version_id: String,
    pub(crate) is_latest: bool,
    pub(crate) is_delete_marker: bool,
    pub(crate) size_bytes: Option<i64>,
    pub(crate) etag: Option<String>,
    pub(crate) storage_class: Option<String>,
    pub(crate) is_restore_ongoing: Option<bool>,
    pub(crate) restored_until_at: Option<Timestamp>,
    pub(crate) last_modified_at: Timestamp,
}

impl Entry {
    /// What is asked for: a version, where it has a name of its own.
    pub(crate) fn version(&self) -> Option<String> {
        (self.version_id != NO_VERSION || !self.is_latest).then(|| self.version_id.clone())
    }

    /// Whether its content cannot be read without a restore.
    pub(crate) fn is_archived(&self, now: Timestamp) -> bool {
        let class = self.storage_class.as_deref();
        class.is_some_and(is_archive) && self.restored_until_at.is_none_or(|until| until <= now)
    }
}

/// The version of an object where the bucket keeps none.
const NO_VERSION: &str = "null";

/// Classes whose content is read after a restore only.
pub(crate) fn is_archive(class: &str) -> bool {
    matches!(class, "GLACIER" | "DEEP_ARCHIVE")
}

/// How it is listed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Method {
    Versions,
    /// Without superseded versions and delete markers.
    Objects,
}

impl Method {
    pub(crate) fn word(self) -> &'static str {
        match self {
            Self::Versions => "versions",
            Self::Objects => "objects",
        }
    }
}

/// Where a page begins.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Marker {
    key: String,
    version_id: Option<String>,
}

/// One answer.
#[derive(Debug)]
pub(crate) struct Page {
    pub(crate) entries: Vec<Entry>,
    /// What stood in it without a key or a time.
    pub(crate) n_malformed: u64,
    pub(crate) next: Option<Marker>,
}

/// Asks for a page.
pub(crate) async fn page(
    client: &Client,
    location: &Location,
    method: Method,
    from: Option<&Marker>,
) -> Result<Page, Failure> {
    let page = match method {
        Method::Versions => versions(client, location, from).await?,
        Method::Objects => objects(client, location, from).await?,
    };
    if page.next.is_some() && page.next.as_ref() == from {
        return Err(Failure::unreachable(
            "the listing does not go on: a page names itself as the next",
        ));
    }
    Ok(page)
}

async fn versions(client: &Client, location: &Location, from: Option<&Marker>) -> Result<Page, Failure> {
    let answer = client
        .list_object_versions()
        .bucket(&location.bucket)
        .prefix(&location.prefix)
        .encoding_type(EncodingType::Url)
        .optional_object_attributes(OptionalObjectAttributes::RestoreStatus)
        .set_key_marker(from.map(|from| from.key.clone()))
        .set_version_id_marker(from.and_then(|from| from.version_id.clone()))
        .send()
        .await
        .map_err(Failure::of)?;
    let is_encoded = answer.encoding_type() == Some(&EncodingType::Url);
    let listed = answer.versions().iter().map(|version| {
        Some(Entry {
            key: key(version.key()?, is_encoded),
            version_id: version.version_id().unwrap_or(NO_VERSION).to_owned(),
            is_latest: version.is_latest().unwrap_or(true),
            is_delete_marker: false,
            size_bytes: version.size(),
            etag: version.e_tag().map(unquoted),
            storage_class: Some(class(version.storage_class().map(ObjectVersionStorageClass::as_str))),
            is_restore_ongoing: version.restore_status().and_then(RestoreStatus::is_restore_in_progress),
            restored_until_at: version.restore_status().and_then(restored_until),
            last_modified_at: version.last_modified().and_then(instant)?,
        })
    });
    let markers = answer.delete_markers().iter().map(|marker| {
        Some(Entry {
            key: key(marker.key()?, is_encoded),
            version_id: marker.version_id().unwrap_or(NO_VERSION).to_owned(),
            is_latest: marker.is_latest().unwrap_or(true),
            is_delete_marker: true,
            size_bytes: None,
            etag: None,
            storage_class: None,
            is_restore_ongoing: None,
            restored_until_at: None,
            last_modified_at: marker.last_modified().and_then(instant)?,
        })
    });
    let listed: Vec<_> = listed.chain(markers).collect();
    let next = match (answer.is_truncated(), answer.next_key_marker()) {
        (Some(true), Some(next)) => Some(Marker {
            key: key(next, is_encoded),
            version_id: answer.next_version_id_marker().map(str::to_owned),
        }),
        (Some(true), None) => return Err(Failure::unreachable("the listing goes on, and does not say where")),
        _ => None,
    };
    Ok(counted(listed, next))
}

async fn objects(client: &Client, location: &Location, from: Option<&Marker>) -> Result<Page, Failure> {
    let answer = client
        .list_objects_v2()
        .bucket(&location.bucket)
        .prefix(&location.prefix)
        .encoding_type(EncodingType::Url)
        .optional_object_attributes(OptionalObjectAttributes::RestoreStatus)
        .set_continuation_token(from.map(|from| from.key.clone()))
        .send()
        .await
        .map_err(Failure::of)?;
    let is_encoded = answer.encoding_type() == Some(&EncodingType::Url);
    let listed = answer.contents().iter().map(|object| {
        Some(Entry {
            key: key(object.key()?, is_encoded),
            version_id: NO_VERSION.to_owned(),
            is_latest: true,
            is_delete_marker: false,
            size_bytes: object.size(),
            etag: object.e_tag().map(unquoted),
            storage_class: Some(class(object.storage_class().map(ObjectStorageClass::as_str))),
            is_restore_ongoing: object.restore_status().and_then(RestoreStatus::is_restore_in_progress),
            restored_until_at: object.restore_status().and_then(restored_until),
            last_modified_at: object.last_modified().and_then(instant)?,
        })
    });
    let listed: Vec<_> = listed.collect();
    let next = match (answer.is_truncated(), answer.next_continuation_token()) {
        (Some(true), Some(next)) => Some(Marker {
            key: next.to_owned(),
            version_id: None,
        }),
        (Some(true), None) => return Err(Failure::unreachable("the listing goes on, and does not say where")),
        _ => None,
    };
    Ok(counted(listed, next))
}

fn counted(listed: Vec<Option<Entry>>, next: Option<Marker>) -> Page {
    let n_malformed = listed.iter().filter(|entry| entry.is_none()).count() as u64;
    Page {
        entries: listed.into_iter().flatten().collect(),
        n_malformed,
        next,
    }
}

fn restored_until(status: &RestoreStatus) -> Option<Timestamp> {
    status.restore_expiry_date().and_then(instant)
}

/// A class; S3 leaves out the one that everything has.
fn class(stated: Option<&str>) -> String {
    stated.unwrap_or("STANDARD").to_owned()
}

pub(crate) fn unquoted(etag: &str) -> String {
    etag.trim_matches('"').to_owned()
}

/// A key as it is: listings encode it, since XML cannot hold every character.
fn key(text: &str, is_encoded: bool) -> String {
    if is_encoded { decoded(text) } else { text.to_owned() }
}

fn decoded(text: &str) -> String {
    let mut bytes = Vec::with_capacity(text.len());
    let mut rest = text.as_bytes();
    while let [first, after @ ..] = rest {
        rest = after;
        let byte = match (first, after) {
            (b'+', _) => b' ',
            (b'%', [high, low, after @ ..]) if high.is_ascii_hexdigit() && low.is_ascii_hexdigit() => {
                rest = after;
                digit(*high) << 4 | digit(*low)
            }
            _ => *first,
        };
        bytes.push(byte);
    }
    String::from_utf8_lossy(&bytes).into_owned()
}

fn digit(digit: u8) -> u8 {
    match digit {
        b'0'..=b'9' => digit - b'0',
        b'a'..=b'f' => digit - b'a' + 10,
        _ => digit.wrapping_sub(b'A').wrapping_add(10),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn keys_are_decoded_as_s3_encodes_them() {
        for (encoded, key) in [
            ("a/b.zip", "a/b.zip"),
            ("a+b%2Bc", "a b+c"),
            ("%C3%A9%0A", "é\n"),
            ("100%", "100%"),
            ("%zz%4", "%zz%4"),
            ("%ff", "\u{fffd}"),
        ] {
            assert_eq!(decoded(encoded), key, "{encoded}");
        }
    }
}
