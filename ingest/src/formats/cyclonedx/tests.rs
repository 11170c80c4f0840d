//! Every fixture against its snapshot, what must hold for any bytes, and hostile documents.

use serde_json::json;

use super::reader::read;
use crate::sbom::trials::{Trial, rows_of};

const TRIAL: Trial = Trial {
    name: "cyclonedx",
    read,
};

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
fn a_document_cut_anywhere_keeps_the_components_before_the_cut() {
    TRIAL.survives_every_cut();
}

#[test]
fn no_byte_makes_the_reader_fail() {
    TRIAL.survives_every_byte();
}

#[test]
fn members_of_any_type_are_absent_and_no_error() {
    TRIAL.survives_members_of_any_type(&json!({
        "serialNumber": "urn:uuid:1",
        "components": [{
            "type": "library", "bom-ref": "a", "group": "g", "name": "a", "version": "1", "purl": "pkg:npm/a@1",
            "licenses": [{"license": {"id": "MIT", "acknowledgement": "declared"}}, {"license": {"name": "n"}}, {"expression": "e"}],
            "hashes": [{"alg": "SHA-256", "content": "0"}],
            "supplier": {"name": "s"}, "publisher": "p",
            "components": [{"type": "library", "name": "b", "properties": [{"name": "n", "value": "v"}]}],
        }],
        "metadata": {
            "timestamp": "2026-11-20T10:00:00Z",
            "tools": {"components": [{"name": "t", "version": "1"}], "services": [{"name": "s"}]},
            "authors": [{"name": "a"}],
            "manufacturer": {"name": "m"},
            "component": {"type": "container", "name": "i", "version": "1"},
        },
        "bomFormat": "CycloneDX",
        "$schema": "http://cyclonedx.org/schema/bom-1.6.schema.json",
    }));
}

#[test]
fn only_a_failing_source_is_an_error() {
    TRIAL.fails_only_with_its_source(r#"{"bomFormat": "CycloneDX", "components": [{"name": "a"}, "#);
}

#[test]
fn hostile_documents_are_read_as_far_as_they_go() {
    let document =
        |components: &str| format!(r#"{{"bomFormat":"CycloneDX","specVersion":"1.6","components":[{components}]}}"#);
    let component = r#"{"name":"a"}"#;
    let nested = |n: usize, inside: &str| {
        let open = r#"{"name":"a","components":["#.repeat(n);
        document(&format!("{open}{inside}{}", "]}".repeat(n)))
    };
    TRIAL.judges(&[
        ("sixty levels", nested(60, component), "complete 61+1"),
        // The innermost component that is whole is read, and none that holds another: they have no end.
        (
            "a hundred thousand levels",
            nested(100_000, component),
            "partial 0+1 too deep",
        ),
        (
            "a deep value",
            document(&format!("{component},{}", "[".repeat(100_000))),
            "partial 1+1 too deep misplaced_value",
        ),
        (
            "a list of lists",
            document("[[[]]],null,1,\"a\""),
            "complete 0+1  misplaced_value",
        ),
        (
            "one component twice",
            document(&format!("{component},{component}")),
            "complete 2+1",
        ),
        (
            "a licence twice",
            document(
                r#"{"name":"a","licenses":[{"license":{"id":"GPL-3.0-only"}}],"licenses":[{"license":{"id":"MIT"}}]}"#,
            ),
            "partial 1+1 ambiguous duplicate_member",
        ),
        (
            "components twice",
            format!(r#"{{"bomFormat":"CycloneDX","components":[{component}],"components":[]}}"#),
            "partial 1+1 ambiguous duplicate_member",
        ),
        (
            "a version behind components",
            format!(r#"{{"bomFormat":"CycloneDX","components":[{component}],"specVersion":"2.0"}}"#),
            "partial 1+1 not CycloneDX 1",
        ),
        (
            "a version of its own",
            r#"{"bomFormat":"CycloneDX","specVersion":"1"}"#.to_owned(),
            "refused 0+0 not CycloneDX 1",
        ),
        (
            "numbers beyond all bounds",
            document(r#"{"name":"a","version":123456789012345678901234567890,"x":1e400,"y":-1e-400}"#),
            "complete 1+1",
        ),
        (
            "a word that is none",
            document(r#"{"name":"a","x":oops}"#),
            "partial 0+1 not well-formed",
        ),
        (
            "a name of a megabyte",
            document(&format!(r#"{{"name":"{}"}}"#, "a".repeat(1 << 20))),
            "complete 1+1  value_cut",
        ),
        (
            "a zero in a name",
            document("{\"name\":\"a\0b\"}"),
            "complete 1+1  invalid_character",
        ),
        (
            "half a surrogate",
            document(r#"{"name":"\uD800"}"#),
            "complete 1+1  invalid_escape",
        ),
        ("no name", document("{}"), "complete 1+1  name_missing"),
        (
            "a licence of a megabyte",
            document(&format!(
                r#"{{"name":"a","licenses":[{{"expression":"{}MIT"}}]}}"#,
                "MIT OR ".repeat(9_000)
            )),
            "complete 1+1  license_too_long",
        ),
        (
            "ten thousand licences",
            document(&format!(
                r#"{{"name":"a","licenses":[{}{{"expression":"MIT"}}]}}"#,
                r#"{"license":{"id":"MIT"}},"#.repeat(10_000)
            )),
            "complete 1+1  license_too_long",
        ),
        (
            "something behind it",
            document(component) + "{}",
            "partial 1+1 junk after the document",
        ),
        ("nothing", String::new(), "refused 0+0 empty"),
        ("a list", "[]".to_owned(), "refused 0+0 not CycloneDX"),
        ("a page", "<html>".to_owned(), "refused 0+0 not well-formed"),
    ]);
}

#[test]
fn a_hundred_thousand_components_go_out_as_they_come() {
    let component = r#"{"type":"library","name":"a","purl":"pkg:npm/a@1","licenses":[{"license":{"id":"MIT"}}]},"#;
    let text = format!(
        r#"{{"bomFormat":"CycloneDX","specVersion":"1.6","components":[{}{{"name":"last"}}]}}"#,
        component.repeat(100_000)
    );
    let (outline, packages, sboms) = rows_of(read, &mut text.as_bytes());
    assert_eq!((outline.warnings.total(), packages.len()), (0, 100_001));
    assert_eq!((sboms[0].n_packages, packages[100_000].position), (100_001, 100_000));
}
