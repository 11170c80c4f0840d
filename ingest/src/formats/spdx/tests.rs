//! Every fixture against its snapshot, what must hold for any bytes, and hostile documents.

use serde_json::json;

use super::reader::read;
use crate::sbom::reading::MAX_HELD_BYTES;
use crate::sbom::trials::{Trial, rows_of};

const TRIAL: Trial = Trial { name: "spdx", read };

#[test]
fn every_fixture_reads_as_its_snapshot_says() {
    TRIAL.reads_every_fixture_as_its_snapshot_says();
}

#[test]
fn a_document_is_recognised_by_its_content() {
    TRIAL.is_recognised_by_its_content();
}

#[test]
fn the_size_of_the_pieces_changes_nothing() {
    TRIAL.depends_on_no_size_of_pieces();
}

#[test]
fn a_document_cut_anywhere_keeps_the_packages_before_the_cut() {
    TRIAL.survives_every_cut();
}

#[test]
fn no_byte_makes_the_reader_fail() {
    TRIAL.survives_every_byte();
}

#[test]
fn members_of_any_type_are_absent_and_no_error() {
    TRIAL.survives_members_of_any_type(&json!({
        "SPDXID": "SPDXRef-DOCUMENT",
        "name": "n",
        "documentNamespace": "https://example.org/n",
        "creationInfo": {"created": "2026-11-20T10:00:00Z", "creators": ["Tool: t-1"]},
        "documentDescribes": ["SPDXRef-a"],
        "packages": [{
            "SPDXID": "SPDXRef-a", "name": "a", "versionInfo": "1", "licenseDeclared": "MIT", "licenseConcluded": "NONE",
            "primaryPackagePurpose": "LIBRARY", "supplier": "Organization: s",
            "checksums": [{"algorithm": "SHA256", "checksumValue": "0"}],
            "externalRefs": [{"referenceType": "purl", "referenceLocator": "pkg:npm/a@1"}],
        }],
        "relationships": [{"spdxElementId": "SPDXRef-DOCUMENT", "relationshipType": "DESCRIBES", "relatedSpdxElement": "SPDXRef-a"}],
    }));
    TRIAL.survives_members_of_any_type(&json!({
        "@context": "https://spdx.org/rdf/3.0.1/spdx-context.jsonld",
        "@graph": [
            {"type": "CreationInfo", "@id": "_:c", "created": "2026-11-20T10:00:00Z", "createdBy": ["o"], "createdUsing": ["t"], "specVersion": "3.0.1"},
            {"type": "Organization", "spdxId": "o", "name": "Acme"},
            {"type": "Tool", "spdxId": "t", "name": "tool-1.0"},
            {"type": "SpdxDocument", "spdxId": "d", "name": "n", "creationInfo": "_:c", "rootElement": ["s"]},
            {"type": "software_Sbom", "spdxId": "s", "rootElement": ["p"]},
            {"type": "software_Package", "spdxId": "p", "name": "a", "suppliedBy": "o", "software_packageUrl": "pkg:npm/a@1",
                "externalIdentifier": [{"externalIdentifierType": "packageUrl", "identifier": "pkg:npm/a@1"}],
                "verifiedUsing": [{"type": "Hash", "algorithm": "sha256", "hashValue": "0"}]},
            {"type": "simplelicensing_LicenseExpression", "spdxId": "l", "simplelicensing_licenseExpression": "MIT"},
            {"type": "Relationship", "relationshipType": "hasDeclaredLicense", "from": "p", "to": ["l"]},
        ],
    }));
}

#[test]
fn only_a_failing_source_is_an_error() {
    TRIAL.fails_only_with_its_source(r#"{"spdxVersion": "SPDX-2.3", "packages": [{"name": "a"}, "#);
}

#[test]
fn hostile_documents_are_read_as_far_as_they_go() {
    let document = |packages: &str| format!(r#"{{"spdxVersion":"SPDX-2.3","packages":[{packages}]}}"#);
    let graph = |elements: &str| {
        format!(r#"{{"@context":"https://spdx.org/rdf/3.0.1/spdx-context.jsonld","@graph":[{elements}]}}"#)
    };
    let package = r#"{"name":"a"}"#;
    let linked =
        |from: &str, to: &str| format!(r#"{{"type":"software_Sbom","spdxId":"{from}","rootElement":["{to}"]}}"#);
    TRIAL.judges(&[
        ("a hundred thousand levels", document(&format!("{package},{}", "[".repeat(100_000))), "partial 1+1 too deep misplaced_value"),
        ("a deep member", document(&format!(r#"{{"name":"a","x":{}"#, "{\"x\":".repeat(100_000))), "partial 0+1 too deep"),
        ("a list of lists", document("[[[]]],null,1,\"a\""), "complete 0+1  misplaced_value"),
        (
            "a licence twice",
            document(r#"{"name":"a","licenseDeclared":"GPL-3.0-only","licenseDeclared":"MIT"}"#),
            "partial 1+1 ambiguous duplicate_member",
        ),
        (
            "packages twice",
            format!(r#"{{"spdxVersion":"SPDX-2.3","packages":[{package}],"packages":[{package}]}}"#),
            "partial 2+1 ambiguous duplicate_member",
        ),
        (
            "numbers beyond all bounds",
            document(r#"{"name":"a","versionInfo":123456789012345678901234567890,"x":1e400}"#),
            "complete 1+1",
        ),
        ("a name of a megabyte", document(&format!(r#"{{"name":"{}"}}"#, "a".repeat(1 << 20))), "complete 1+1  value_cut"),
        (
            "a hundred thousand references",
            document(&format!(r#"{{"name":"a","externalRefs":[{}{{}}]}}"#, r#"{"referenceType":"cpe23Type"},"#.repeat(100_000))),
            "complete 1+1  value_cut",
        ),
        (
            "an expression of a thousand alternatives",
            document(&format!(r#"{{"name":"a","licenseDeclared":"{}"}}"#, ["(MIT OR ISC)"; 200].join(" AND "))),
            "complete 1+1",
        ),
        (
            "an expression of too many alternatives",
            document(&format!(
                r#"{{"name":"a","licenseDeclared":"{}"}}"#,
                (0..50).map(|n| format!("(LicenseRef-a{n} OR LicenseRef-b{n})")).collect::<Vec<_>>().join(" AND ")
            )),
            "complete 1+1  license_too_complex",
        ),
        ("wrapped twice", format!(r#"{{"sbom":{{"sbom":{}}}}}"#, document(package)), "refused 0+0 not SPDX"),
        ("a version that is not read", r#"{"SPDXID":"a","spdxVersion":"SPDX-4.0"}"#.to_owned(), "refused 0+0 not SPDX 2 or 3"),
        ("something behind it", document(package) + "{}", "partial 1+1 junk after the document"),
        ("a circle", graph(&format!(r#"{{"type":"SpdxDocument","spdxId":"d","rootElement":["s"]}},{},{}"#, linked("s", "t"), linked("t", "s"))), "complete 0+1"),
        ("elements without ids", graph(r#"{"type":"software_Package"},{"type":"Relationship"},{}"#), "complete 1+1  name_missing"),
        (
            "a package with a hundred thousand licences",
            graph(&format!(
                r#"{{"type":"software_Package","spdxId":"p","name":"a"}},{{"type":"Relationship","relationshipType":"hasDeclaredLicense","from":"p","to":[{}"l"]}},{{"type":"simplelicensing_LicenseExpression","spdxId":"l","simplelicensing_licenseExpression":"{}"}}"#,
                "\"l\",".repeat(40_000),
                "A".repeat(60_000)
            )),
            "complete 1+1  license_too_long",
        ),
        ("nothing", String::new(), "refused 0+0 empty"),
        ("a list", "[]".to_owned(), "refused 0+0 not SPDX"),
        ("another document", r#"{"name":"a","packages":[]}"#.to_owned(), "refused 0+0 not SPDX"),
    ]);
}

#[test]
fn what_is_held_is_bounded() {
    let package = format!(r#"{{"name":"{}"}},"#, "a".repeat(60_000));
    let text = format!(
        r#"{{"spdxVersion":"SPDX-2.3","packages":[{}"#,
        package.repeat(MAX_HELD_BYTES / 60_000 + 10)
    );
    let (outline, packages, sboms) = rows_of(read, &mut text.as_bytes());
    assert!(outline.reason.unwrap().starts_with("too large: "));
    assert!(packages.len() > 1_000 && !sboms[0].is_complete);
}
