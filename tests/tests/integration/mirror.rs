//! The mirror source against a real S3 server: what is put there is what the lake says.

use std::sync::Arc;
use std::time::Duration;

use domain::clock::SystemClock;
use domain::identity::Sha256Digest;
use ingest::sources::mirror::place::Location;
use ingest::sources::mirror::take_in::{Mirror, take_in};
use lake::known;
use lake::snapshot::Snapshot;
use lake::store::{Store, StoreOptions};
use lake::tables::mirror_objects;
use lake::writer::Writer;
use tests::ministack::Ministack;

/// Names and values of headers.
type Headers<'a> = &'a [(&'a str, &'a str)];

async fn put(client: &reqwest::Client, url: &str, headers: Headers<'_>, body: &'static str) {
    let mut request = client.put(url).body(body);
    for (name, value) in headers {
        request = request.header(*name, *value);
    }
    let answer = request.send().await.unwrap();
    assert!(answer.status().is_success(), "{url}: {}", answer.status());
}

#[tokio::test(flavor = "multi_thread")]
async fn what_a_bucket_holds_is_what_the_lake_says_of_it() {
    let server = Ministack::shared();
    let client = reqwest::Client::new();
    let bucket = format!("{}/acme-mirror", server.endpoint());
    put(&client, &bucket, &[], "").await;
    let versioning = "<VersioningConfiguration><Status>Enabled</Status></VersioningConfiguration>";
    put(&client, &format!("{bucket}?versioning"), &[], versioning).await;
    let rules = "<LifecycleConfiguration><Rule><ID>keep</ID><Status>Enabled</Status><Filter><Prefix>ci/</Prefix></Filter>\
        <Transition><Days>180</Days><StorageClass>GLACIER</StorageClass></Transition>\
        <Expiration><Days>910</Days></Expiration></Rule></LifecycleConfiguration>";
    put(&client, &format!("{bucket}?lifecycle"), &[], rules).await;
    let object = |name: &str| format!("{bucket}/ci/acme/api/7/1/{name}.zip");
    let claimed = Sha256Digest::of(b"the bytes").to_string();
    let in_standard_ia = [
        ("x-amz-storage-class", "STANDARD_IA"),
        ("x-amz-meta-sha256", claimed.as_str()),
    ];
    put(&client, &object("wheels"), &in_standard_ia, "the bytes").await;
    put(&client, &object("wheels"), &in_standard_ia, "the bytes").await;
    let in_glacier = [("x-amz-storage-class", "GLACIER")];
    put(&client, &object("old%20one%2B"), &in_glacier, "older bytes").await;

    let folder = tempfile::tempdir().unwrap();
    let store = Store::open(folder.path().to_str().unwrap(), &StoreOptions::new()).unwrap();
    let mut mirror = Mirror::new(Location::parse("s3://acme-mirror/ci").unwrap(), server.options());
    mirror.sample = 5;
    let mut writer = Writer::open(&store, Arc::new(SystemClock), "tests", Duration::from_secs(60))
        .await
        .unwrap();
    let first = take_in(&mut writer, &mirror, &|_| {}).await.unwrap();
    let second = take_in(&mut writer, &mirror, &|_| {}).await.unwrap();
    writer.close().await.unwrap();
    assert!(first.is_complete && second.is_complete);
    assert_eq!((first.versions, first.changed, first.unmatched), (3, 3, 0));
    assert_eq!((second.versions, second.changed, second.gone), (3, 0, 0));
    // What is archived is not drawn.
    assert_eq!(first.reads.get("equal"), Some(&1), "{:?}", first.reads);

    let snapshot = Snapshot::open(&store, None).await.unwrap();
    let columns = ["artifact", "storage_class", "is_latest", "run_id"];
    let mut rows = Vec::new();
    known::rows(&snapshot, &mirror_objects::TABLE.spec, None, &columns, &mut |batch| {
        for row in 0..batch.num_rows() {
            let cell = |column| arrow::util::display::array_value_to_string(batch.column(column), row).unwrap();
            rows.push((0..columns.len()).map(cell).collect::<Vec<_>>().join("|"));
        }
    })
    .await
    .unwrap();
    rows.sort();
    assert_eq!(
        rows,
        [
            "old one+|GLACIER|true|7",
            "wheels|STANDARD_IA|false|7",
            "wheels|STANDARD_IA|true|7"
        ]
    );
}
