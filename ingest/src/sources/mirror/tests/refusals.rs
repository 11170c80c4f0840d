//! What is refused is told, and leaves the rest complete.

use super::server::Object;
use super::*;
use crate::error::Error;

fn one() -> Vec<Object> {
    vec![Object::new("acme/api/7/1/x.zip", "body")]
}

#[tokio::test]
async fn each_question_may_be_refused_without_harm_to_the_others() {
    for (question, resource) in [
        ("versioning", "mirror_versioning"),
        ("object-lock", "mirror_object_lock"),
        ("lifecycle", "mirror_lifecycle"),
        ("encryption", "mirror_encryption"),
        ("publicAccessBlock", "mirror_public_access"),
        ("policyStatus", "mirror_policy"),
        ("replication", "mirror_replication"),
        ("versions", "mirror_versions"),
        ("head", "mirror_heads"),
        ("get", "mirror_reads"),
        ("bucket", ""),
    ] {
        let site = Site::new().await;
        site.s3.set(one());
        site.s3.change(|state| {
            state.refused.insert(question, (403, "AccessDenied"));
        });
        let mut mirror = site.mirror();
        mirror.sample = 1;
        let mirrored = site.take_in(&mirror, "2026-03-02T00:00:00Z").await.unwrap();
        let gaps: Vec<_> = mirrored
            .gaps
            .iter()
            .map(|gap| (gap.resource.as_str(), gap.reason.as_str()))
            .collect();
        let expected = if resource.is_empty() {
            vec![]
        } else {
            vec![(resource, "forbidden")]
        };
        assert_eq!(gaps, expected, "{question}");
        assert!(mirrored.is_complete && mirrored.versions == 1, "{question}");
        let statuses = [
            "versioning_status",
            "object_lock_status",
            "lifecycle_status",
            "encryption_status",
            "public_access_block_status",
            "policy_status",
            "replication_status",
        ];
        let rows = site.rows("mirror_buckets", &statuses).await;
        let n_forbidden = rows[0].split('|').filter(|status| *status == "forbidden").count();
        let is_of_bucket = !matches!(question, "versions" | "head" | "get" | "bucket");
        assert_eq!(n_forbidden, usize::from(is_of_bucket), "{question}: {rows:?}");

        // The same gap is not told twice, and closes once the question is answered.
        let again = site.take_in(&mirror, "2026-03-03T00:00:00Z").await.unwrap();
        assert_eq!((again.gaps.len(), again.gaps_closed), (0, 0), "{question}");
        site.s3.change(|state| state.refused.clear());
        let last = site.take_in(&mirror, "2026-03-04T00:00:00Z").await.unwrap();
        assert_eq!(last.gaps_closed, u64::from(!resource.is_empty()), "{question}");
    }
}

#[tokio::test]
async fn without_versions_the_current_objects_are_listed() {
    let site = Site::new().await;
    let mut objects: Vec<_> = (1..=3)
        .map(|n| Object::new(&format!("acme/api/{n}/1/x.zip"), "b"))
        .collect();
    objects[1].is_latest = false;
    site.s3.set(objects);
    site.s3.change(|state| {
        state.page_size = 1;
        state.refused.insert("versions", (403, "AccessDenied"));
    });
    let mirrored = site.take_in(&site.mirror(), "2026-03-02T00:00:00Z").await.unwrap();
    assert_eq!((mirrored.versions, mirrored.is_complete), (2, true));
    let rows = site.rows("mirror_listings", &["method", "n_pages"]).await;
    assert_eq!(rows, ["objects|2"]);
    let rows = site
        .rows("mirror_objects", &["run_id", "version_id", "head_status"])
        .await;
    assert_eq!(rows, ["1|null|read", "3|null|read"]);
}

#[tokio::test]
async fn a_checksum_that_is_kept_back_is_no_checksum_that_is_absent() {
    let site = Site::new().await;
    let kms = Object::new("acme/api/7/1/x.zip", "body").with("x-amz-server-side-encryption", "aws:kms");
    site.s3.set(vec![kms]);
    site.s3.change(|state| state.are_checksums_refused = true);
    let mirrored = site.take_in(&site.mirror(), "2026-03-02T00:00:00Z").await.unwrap();
    assert_eq!(mirrored.gaps.len(), 1);
    assert_eq!(mirrored.gaps[0].resource, "mirror_checksums");
    let columns = [
        "head_status",
        "checksum_status",
        "sha256",
        "sse_algorithm",
        "kms_key_manager",
    ];
    assert_eq!(
        site.rows("mirror_objects", &columns).await,
        ["read|forbidden||aws:kms|unproven"]
    );
}

#[tokio::test]
async fn heads_that_are_all_refused_are_not_asked_for_without_end() {
    let site = Site::new().await;
    let objects = (1..=300)
        .map(|n| Object::new(&format!("acme/api/{n}/1/x.zip"), "b"))
        .collect();
    site.s3.set(objects);
    site.s3.change(|state| {
        state.page_size = 150;
        state.refused.insert("head", (403, "AccessDenied"));
    });
    let mirrored = site.take_in(&site.mirror(), "2026-03-02T00:00:00Z").await.unwrap();
    assert_eq!((mirrored.versions, mirrored.changed), (300, 300));
    // With and without the checksum, for the first page only.
    assert_eq!(site.s3.n_asked("head"), 300);
}

#[tokio::test]
async fn a_store_that_wants_fewer_requests_is_asked_again() {
    let site = Site::new().await;
    site.s3.set(one());
    site.s3.change(|state| state.n_slow_downs = 3);
    let mut mirror = site.mirror();
    mirror.sample = 1;
    let mirrored = site.take_in(&mirror, "2026-03-02T00:00:00Z").await.unwrap();
    assert_eq!(mirrored.gaps, []);
    assert_eq!((mirrored.versions, mirrored.reads["equal"]), (1, 1));
}

#[tokio::test]
async fn a_listing_that_breaks_off_keeps_what_came_and_calls_nothing_gone() {
    let site = Site::new().await;
    site.s3.set(
        (1..=4)
            .map(|n| Object::new(&format!("acme/api/{n}/1/x.zip"), "b"))
            .collect(),
    );
    site.take_in(&site.mirror(), "2026-03-02T00:00:00Z").await.unwrap();
    site.s3.set(vec![]);
    site.s3.change(|state| {
        state.refused.insert("versions", (500, "InternalError"));
    });
    let mirrored = site.take_in(&site.mirror(), "2026-03-03T00:00:00Z").await.unwrap();
    assert!(!mirrored.is_complete);
    assert_eq!(mirrored.gone, 0);
    assert_eq!(mirrored.gaps[0].resource, "mirror_listing");
    let rows = site.rows("mirror_listings", &["is_complete", "n_versions"]).await;
    assert_eq!(rows, ["false|0", "true|4"]);
}

#[tokio::test]
async fn a_bucket_that_is_not_there_and_keys_that_are_none_end_it_with_advice() {
    for (question, refusal, advice) in [
        ("bucket", (404, "NoSuchBucket"), "there is no such bucket"),
        ("bucket", (301, "PermanentRedirect"), "set `AWS_REGION`"),
        ("versioning", (403, "InvalidAccessKeyId"), "S3 refuses the credentials"),
        ("versions", (403, "SignatureDoesNotMatch"), "S3 refuses the credentials"),
    ] {
        let site = Site::new().await;
        site.s3.change(|state| {
            state.refused.insert(question, refusal);
        });
        match site.take_in(&site.mirror(), "2026-03-02T00:00:00Z").await {
            Err(Error::Remote(said)) => assert!(said.contains(advice), "{said}"),
            other => panic!("{question}: {other:?}"),
        }
    }
}

#[tokio::test]
async fn an_endpoint_without_encryption_is_asked_only_where_that_is_meant() {
    let site = Site::new().await;
    let mut mirror = site.mirror();
    mirror.options.remove("aws_allow_http");
    let refused = site.take_in(&mirror, "2026-03-02T00:00:00Z").await;
    assert!(matches!(refused, Err(Error::Usage(_))), "{refused:?}");
}
