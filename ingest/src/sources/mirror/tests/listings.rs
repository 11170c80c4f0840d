//! What is listed becomes rows once, and again where it changes.

use super::server::Object;
use super::*;

fn five() -> Vec<Object> {
    (1..=5)
        .map(|n| Object::new(&format!("acme/api/{n}/1/unit artifacts+{n}.zip"), &format!("body {n}")))
        .collect()
}

const NAMED: &[&str] = &[
    "repository",
    "run_id",
    "run_attempt",
    "artifact",
    "is_listed",
    "storage_class",
];

#[tokio::test]
async fn every_page_of_a_listing_becomes_rows_of_runs_and_artifacts() {
    let site = Site::new().await;
    site.s3.set(five());
    site.s3.change(|state| state.page_size = 2);
    let mirrored = site.take_in(&site.mirror(), "2026-03-02T00:00:00Z").await.unwrap();
    assert!(mirrored.is_complete);
    assert_eq!((mirrored.versions, mirrored.changed, mirrored.unmatched), (5, 5, 0));
    assert_eq!(mirrored.gaps, []);
    assert_eq!(mirrored.tally.redactions, 0);
    let expected: Vec<_> = (1..=5)
        .map(|n| format!("acme/api|{n}|1|unit artifacts+{n}|true|STANDARD_IA"))
        .collect();
    assert_eq!(site.rows("mirror_objects", NAMED).await, expected);
    let columns = [
        "repository",
        "method",
        "is_complete",
        "n_pages",
        "n_versions",
        "size_bytes",
        "n_readable",
    ];
    assert_eq!(
        site.rows("mirror_listings", &columns).await,
        ["s3.mirror/acme-mirror|versions|true|3|5|30|5"]
    );
}

#[tokio::test]
async fn a_second_listing_adds_what_changed_and_asks_no_head_twice() {
    let site = Site::new().await;
    let mut objects = five();
    site.s3.set(objects.clone());
    let mirror = site.mirror();
    site.take_in(&mirror, "2026-03-02T00:00:00Z").await.unwrap();
    assert_eq!(site.s3.n_asked("head"), 5);

    let second = site.take_in(&mirror, "2026-03-03T00:00:00Z").await.unwrap();
    assert_eq!((second.versions, second.changed, second.gone), (5, 0, 0));
    assert_eq!(site.s3.n_asked("head"), 5);

    objects[2].class = "GLACIER";
    let gone = objects.remove(4);
    site.s3.set(objects.clone());
    let third = site.take_in(&mirror, "2026-03-04T00:00:00Z").await.unwrap();
    assert_eq!((third.versions, third.changed, third.gone), (4, 1, 1));
    assert_eq!(site.s3.n_asked("head"), 6);
    let columns = ["run_id", "is_listed", "storage_class", "observed_at"];
    let rows = site.rows("mirror_objects", &columns).await;
    assert_eq!(rows.len(), 7);
    assert!(
        rows.contains(&"3|true|GLACIER|2026-03-04T00:00:00Z".to_owned()),
        "{rows:?}"
    );
    assert!(rows.contains(&"5|false||2026-03-04T00:00:00Z".to_owned()), "{rows:?}");

    // What is gone is told once, and what comes back is told again.
    let fourth = site.take_in(&mirror, "2026-03-05T00:00:00Z").await.unwrap();
    assert_eq!((fourth.changed, fourth.gone), (0, 0));
    objects.push(gone);
    site.s3.set(objects);
    let fifth = site.take_in(&mirror, "2026-03-06T00:00:00Z").await.unwrap();
    assert_eq!((fifth.changed, fifth.gone), (1, 0));

    let later = site.take_in(&mirror, "2026-04-20T00:00:00Z").await.unwrap();
    assert_eq!(later.changed, 5, "heads are read again after a month");
}

#[tokio::test]
async fn superseded_versions_and_delete_markers_are_told() {
    let site = Site::new().await;
    let old = Object::new("acme/api/7/1/x.zip", "old");
    let marker = Object {
        version: "v2".to_owned(),
        is_delete_marker: true,
        ..old.clone()
    };
    let old = Object {
        is_latest: false,
        ..old
    };
    site.s3.set(vec![marker, old]);
    let mirrored = site.take_in(&site.mirror(), "2026-03-02T00:00:00Z").await.unwrap();
    assert_eq!((mirrored.versions, mirrored.changed), (1, 2));
    let columns = ["version_id", "is_latest", "is_delete_marker", "head_status", "sha256"];
    let sha256 = domain::identity::Sha256Digest::of(b"old");
    assert_eq!(
        site.rows("mirror_objects", &columns).await,
        [
            format!("v1|false|false|read|{sha256}"),
            "v2|true|true|not_asked|".to_owned()
        ]
    );
}

#[tokio::test]
async fn a_head_tells_encryption_lock_expiry_and_what_the_metadata_names() {
    let site = Site::new().await;
    let arn = "arn:aws:kms:ca-central-1:111122223333:key/0f0e";
    let object = Object::new("by-digest/1", "x")
        .with("x-amz-server-side-encryption", "aws:kms")
        .with("x-amz-server-side-encryption-aws-kms-key-id", arn)
        .with("x-amz-object-lock-mode", "COMPLIANCE")
        .with("x-amz-object-lock-retain-until-date", "2028-08-28T00:00:00Z")
        .with(
            "x-amz-expiration",
            "expiry-date=\"Mon, 28 Aug 2028 00:00:00 GMT\", rule-id=\"910 days\"",
        )
        .with("x-amz-meta-repository", "acme/web")
        .with("x-amz-meta-run-id", "12")
        .with("x-amz-meta-artifact", "wheels")
        .with("x-amz-meta-token", "not for the lake");
    let unmatched = Object::new("elsewhere", "y");
    site.s3.set(vec![object, unmatched]);
    let mut mirror = site.mirror();
    mirror.customer_keys = vec![arn.to_owned()];
    let mirrored = site.take_in(&mirror, "2026-03-02T00:00:00Z").await.unwrap();
    assert_eq!(mirrored.unmatched, 1);
    let columns = [
        "repository",
        "run_id",
        "artifact",
        "sse_algorithm",
        "kms_key_id",
        "kms_key_manager",
        "lock_mode",
        "retain_until_at",
        "expires_at",
        "expiration_rule",
    ];
    let locked = "COMPLIANCE|2028-08-28T00:00:00Z|2028-08-28T00:00:00Z|910 days";
    assert_eq!(
        site.rows("mirror_objects", &columns).await,
        [
            format!("acme/web|12|wheels|aws:kms|{arn}|customer|{locked}"),
            "s3.mirror/acme-mirror|||||||||".to_owned()
        ]
    );
}

#[tokio::test]
async fn lifecycle_rules_are_told_an_action_each() {
    let site = Site::new().await;
    let rules = "<LifecycleConfiguration>\
        <Rule><ID>keep</ID><Status>Enabled</Status><Filter><And><Prefix>ci/</Prefix>\
        <Tag><Key>kind</Key><Value>artifact</Value></Tag><ObjectSizeGreaterThan>131072</ObjectSizeGreaterThan></And></Filter>\
        <Transition><Days>180</Days><StorageClass>GLACIER</StorageClass></Transition>\
        <Expiration><Days>910</Days></Expiration>\
        <NoncurrentVersionExpiration><NoncurrentDays>30</NoncurrentDays></NoncurrentVersionExpiration>\
        <AbortIncompleteMultipartUpload><DaysAfterInitiation>7</DaysAfterInitiation></AbortIncompleteMultipartUpload></Rule>\
        <Rule><ID>old</ID><Status>Disabled</Status><Prefix>x/</Prefix></Rule></LifecycleConfiguration>";
    site.s3.change(|state| {
        state.answers.insert("lifecycle", rules.to_owned());
        let on = "<VersioningConfiguration><Status>Enabled</Status></VersioningConfiguration>";
        state.answers.insert("versioning", on.to_owned());
        let open = "<PolicyStatus><IsPublic>true</IsPublic></PolicyStatus>";
        state.answers.insert("policyStatus", open.to_owned());
    });
    site.take_in(&site.mirror(), "2026-03-02T00:00:00Z").await.unwrap();
    let columns = [
        "rule",
        "rule_id",
        "is_enabled",
        "prefix",
        "tags",
        "size_above_bytes",
        "action",
        "after_days",
        "storage_class",
    ];
    let of_keep = "0|keep|true|ci/|{\"kind\":\"artifact\"}|131072";
    assert_eq!(
        site.rows("mirror_lifecycle_rules", &columns).await,
        [
            format!("{of_keep}|abort_multipart|7|"),
            format!("{of_keep}|expiration|910|"),
            format!("{of_keep}|noncurrent_expiration|30|"),
            format!("{of_keep}|transition|180|GLACIER"),
            "1|old|false|x/|||none||".to_owned(),
        ]
    );
    let columns = [
        "versioning",
        "n_lifecycle_rules",
        "is_public",
        "encryption_status",
        "object_lock_status",
    ];
    assert_eq!(
        site.rows("mirror_buckets", &columns).await,
        ["Enabled|2|true|none|none"]
    );
}
