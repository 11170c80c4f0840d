//! A sample is read back to the last byte.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use domain::identity::Sha256Digest;
use sha2::{Digest as _, Sha256};

use super::server::Object;
use super::*;

const OUTCOME: &[&str] = &["artifact", "outcome", "compared_with", "read_bytes"];

async fn read(objects: Vec<Object>) -> (Site, Vec<String>) {
    let site = Site::new().await;
    site.s3.set(objects);
    let mut mirror = site.mirror();
    mirror.sample = 10;
    site.take_in(&mirror, "2026-03-02T00:00:00Z").await.unwrap();
    let rows = site.rows("mirror_reads", OUTCOME).await;
    (site, rows)
}

fn object(artifact: &str) -> Object {
    Object::new(&format!("acme/api/7/1/{artifact}.zip"), "0123456789")
}

#[tokio::test]
async fn bytes_are_compared_with_what_is_stated_of_them() {
    let claimed = Sha256Digest::of(b"0123456789").to_string();
    let parts = Sha256::digest([Sha256::digest(b"012345"), Sha256::digest(b"6789")].concat());
    let wrong = Sha256::digest([Sha256::digest(b"01234"), Sha256::digest(b"56789")].concat());
    let composite = |parts: &[u8]| Object {
        checksum: Some(format!("{}-2", STANDARD.encode(parts))),
        part_sizes: vec![6, 4],
        ..object("x")
    };
    let (_site, rows) = read(vec![
        object("equal"),
        Object {
            sent: Some(b"012345678X".to_vec()),
            ..object("another-byte")
        },
        Object {
            checksum: None,
            ..object("nothing-stated")
        },
        Object {
            checksum: None,
            ..object("claimed").with("x-amz-meta-sha256", &claimed)
        },
        Object {
            key: object("composite").key,
            ..composite(&parts)
        },
        Object {
            key: object("composite-of-others").key,
            ..composite(&wrong)
        },
        Object {
            class: "GLACIER",
            ..object("archived")
        },
    ])
    .await;
    assert_eq!(
        rows,
        [
            "another-byte|differs|checksum|10",
            "claimed|equal|metadata|10",
            "composite-of-others|differs|composite|10",
            "composite|equal|composite|10",
            "equal|equal|checksum|10",
            "nothing-stated|unstated||10",
        ]
    );
}

#[tokio::test]
async fn a_download_that_breaks_off_is_begun_again_a_few_times() {
    let site = Site::new().await;
    site.s3.set(vec![object("once"), object("always")]);
    site.s3.change(|state| {
        state.broken.insert(object("once").key, 1);
        state.broken.insert(object("always").key, 100);
    });
    let mut mirror = site.mirror();
    mirror.sample = 10;
    let mirrored = site.take_in(&mirror, "2026-03-02T00:00:00Z").await.unwrap();
    assert_eq!((mirrored.reads["equal"], mirrored.reads["truncated"]), (1, 1));
    let rows = site.rows("mirror_reads", &["artifact", "outcome", "read_sha256"]).await;
    assert_eq!(rows[0], "always|truncated|");
}

#[tokio::test]
async fn a_key_that_kms_refuses_is_told_as_such() {
    let site = Site::new().await;
    site.s3.set(vec![object("x")]);
    site.s3.change(|state| {
        state.refused.insert("get", (400, "KMS.DisabledException"));
    });
    let mut mirror = site.mirror();
    mirror.sample = 1;
    let mirrored = site.take_in(&mirror, "2026-03-02T00:00:00Z").await.unwrap();
    assert_eq!(mirrored.reads["undecryptable"], 1);
    let rows = site.rows("mirror_reads", &["outcome", "detail"]).await;
    assert_eq!(rows, ["undecryptable|400 KMS.DisabledException: said the store"]);
}

#[tokio::test]
async fn a_day_is_sampled_once_and_the_next_day_again() {
    let site = Site::new().await;
    site.s3.set((1..=9).map(|n| object(&format!("a{n}"))).collect());
    let mut mirror = site.mirror();
    mirror.sample = 3;
    let first = site.take_in(&mirror, "2026-03-02T01:00:00Z").await.unwrap();
    assert_eq!(first.reads["equal"], 3);
    let same_day = site.take_in(&mirror, "2026-03-02T20:00:00Z").await.unwrap();
    assert!(same_day.reads.is_empty());
    let next_day = site.take_in(&mirror, "2026-03-03T01:00:00Z").await.unwrap();
    assert_eq!(next_day.reads["equal"], 3);
    mirror.read_bytes_max = 9;
    let too_large = site.take_in(&mirror, "2026-03-04T01:00:00Z").await.unwrap();
    assert_eq!(too_large.reads["too_large"], 3);
}
