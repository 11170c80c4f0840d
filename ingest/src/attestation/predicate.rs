//! What SLSA provenance says of a build: versions 0.1, 0.2 and 1, told apart by what they hold.

use domain::attestation::{Build, SourceRevision};
use domain::clock::{Timestamp, parse_timestamp};
use domain::source::Warnings;
use serde_json::Value;

use super::revision::{is_same, of_uri};
use super::text::{commit, quoted, shown};
use crate::json::lexer::Lexer;
use crate::json::member::{elements, text};
use crate::json::value;

/// Members that nothing here reads and that may be large.
const SKIPPED: &[&str] = &[
    "arguments",
    "buildConfig",
    "byproducts",
    "environment",
    "github_event_payload",
    "layers",
    "llbDefinition",
    "steps",
    "sysConfig",
];

/// Whether a predicate type is SLSA provenance, of whatever version.
pub(crate) fn is_provenance(predicate_type: &str) -> bool {
    predicate_type.starts_with("https://slsa.dev/provenance/") || predicate_type == "https://in-toto.io/Provenance/v0.1"
}

/// The predicate as far as it is needed; none where it breaks off.
pub(crate) fn read(bytes: &[u8], warnings: &mut Warnings) -> Option<Value> {
    let mut source = bytes;
    let mut lexer = Lexer::new(&mut source);
    let first = lexer.next().ok()?;
    let predicate = value::read(&mut lexer, first, SKIPPED).ok()?;
    for (code, warning) in lexer.warnings.iter() {
        warnings.add(code, || warning.first.clone());
    }
    Some(predicate)
}

/// The build that a predicate tells of.
pub(crate) fn build(predicate: &Value, warnings: &mut Warnings) -> Build {
    let is_v1 = predicate.get("buildDefinition").is_some() || predicate.get("runDetails").is_some();
    let build = if is_v1 { v1(predicate) } else { v0(predicate) };
    let Provenance {
        builder,
        build_type,
        invocation,
        started,
        finished,
        source,
        dependencies,
    } = build;
    Build {
        builder_id: builder.and_then(shown),
        build_type: build_type.and_then(shown),
        source: resolved(source, &dependencies, warnings),
        invocation_id: invocation.and_then(shown),
        started_at: time(started, warnings),
        finished_at: time(finished, warnings),
    }
}

/// What the versions of SLSA have in common.
struct Provenance<'p> {
    builder: Option<&'p str>,
    build_type: Option<&'p str>,
    invocation: Option<&'p str>,
    started: Option<&'p str>,
    finished: Option<&'p str>,
    /// The source code as the parameters of the build name it.
    source: Option<SourceRevision>,
    /// What else it was made of.
    dependencies: Vec<SourceRevision>,
}

fn v1(predicate: &Value) -> Provenance<'_> {
    let metadata = |name: &str| text(predicate, &format!("/runDetails/metadata/{name}"));
    let parameter = |name: &str| predicate.pointer(&format!("/buildDefinition/externalParameters/{name}"));
    let vcs = predicate.pointer("/runDetails/metadata/buildkit_metadata/vcs");
    let named = [
        "workflow",
        "sourceToBuild",
        "source",
        "buildConfigSource",
        "configSource",
    ];
    let source = named.iter().find_map(|name| parameter(name).and_then(place));
    Provenance {
        builder: text(predicate, "/runDetails/builder/id"),
        build_type: text(predicate, "/buildDefinition/buildType"),
        invocation: metadata("invocationId").or_else(|| metadata("invocationID")),
        started: metadata("startedOn"),
        finished: metadata("finishedOn"),
        source: source.or_else(|| vcs.and_then(checkout)),
        dependencies: materials(elements(predicate, "/buildDefinition/resolvedDependencies")),
    }
}

fn v0(predicate: &Value) -> Provenance<'_> {
    let metadata = |name: &str| text(predicate, &format!("/metadata/{name}"));
    let written = elements(predicate, "/materials");
    let config = predicate.pointer("/invocation/configSource").and_then(place);
    let defined = || {
        let index = predicate.pointer("/recipe/definedInMaterial")?.as_u64()?;
        place(written.get(usize::try_from(index).ok()?)?)
    };
    let vcs = predicate
        .pointer("/metadata")
        .and_then(|metadata| metadata.get("https://mobyproject.org/buildkit@v1#metadata")?.get("vcs"));
    Provenance {
        builder: text(predicate, "/builder/id"),
        build_type: text(predicate, "/buildType").or_else(|| text(predicate, "/recipe/type")),
        invocation: metadata("buildInvocationId").or_else(|| metadata("buildInvocationID")),
        started: metadata("buildStartedOn"),
        finished: metadata("buildFinishedOn"),
        source: config.or_else(defined).or_else(|| vcs.and_then(checkout)),
        dependencies: materials(written),
    }
}

/// An address with its ref and digests: an object with `uri` or `repository`, or a text.
fn place(written: &Value) -> Option<SourceRevision> {
    let address = written.as_str().or_else(|| text(written, "/uri"));
    let address = address.or_else(|| text(written, "/repository"))?;
    let found = of_uri(address);
    found.uri.as_ref()?;
    let digest = ["/digest/gitCommit", "/digest/sha1"];
    let digest = digest
        .iter()
        .find_map(|pointer| text(written, pointer))
        .and_then(commit);
    Some(SourceRevision {
        commit: digest.or(found.commit),
        reference: text(written, "/ref").and_then(shown).or(found.reference),
        ..found
    })
}

/// What the client of `buildx` found in the folder that it was started in.
fn checkout(vcs: &Value) -> Option<SourceRevision> {
    let found = of_uri(text(vcs, "/source")?);
    found.uri.as_ref()?;
    Some(SourceRevision {
        commit: text(vcs, "/revision").and_then(commit),
        ..found
    })
}

/// Materials that are source code: addresses of Git, or such as come with a commit.
fn materials(written: &[Value]) -> Vec<SourceRevision> {
    let is_git = |written: &&Value| {
        let uri = text(written, "/uri").unwrap_or_default();
        let has = |pointer: &str| text(written, pointer).and_then(commit).is_some();
        uri.starts_with("git+") || uri.starts_with("git:") || has("/digest/gitCommit") || has("/digest/sha1")
    };
    written.iter().filter(is_git).filter_map(place).collect()
}

/// The source with its commit and ref. Where no parameter names a source, the materials do if they are of one
/// repository.
fn resolved(
    source: Option<SourceRevision>,
    dependencies: &[SourceRevision],
    warnings: &mut Warnings,
) -> SourceRevision {
    if let Some(source) = source {
        return completed(source, dependencies, warnings);
    }
    let Some(first) = dependencies.first() else {
        return SourceRevision::default();
    };
    if dependencies.iter().any(|found| !is_same(found, first)) {
        warnings.add("source_ambiguous", || {
            format!("{} materials of several repositories", dependencies.len())
        });
        return SourceRevision::default();
    }
    let source = SourceRevision {
        commit: None,
        ..first.clone()
    };
    completed(source, dependencies, warnings)
}

/// What the parameters leave open, the materials tell that are the same repository; where they differ, the parameters
/// count, which are what a build was asked for.
fn completed(mut source: SourceRevision, dependencies: &[SourceRevision], warnings: &mut Warnings) -> SourceRevision {
    let same: Vec<_> = dependencies.iter().filter(|found| is_same(found, &source)).collect();
    let mut commits: Vec<_> = same.iter().filter_map(|found| found.commit.clone()).collect();
    commits.sort_unstable();
    commits.dedup();
    let is_open = source.commit.is_none();
    if is_open && commits.len() == 1 {
        source.commit = commits.pop();
    } else if commits.iter().any(|commit| Some(commit) != source.commit.as_ref()) {
        let first = if is_open {
            "of its materials"
        } else {
            "of its parameters and of its materials"
        };
        warnings.add("source_conflict", || {
            format!("several commits of one repository, {first}")
        });
    }
    if source.reference.is_none() {
        source.reference = same.iter().find_map(|found| found.reference.clone());
    }
    source
}

fn time(written: Option<&str>, warnings: &mut Warnings) -> Option<Timestamp> {
    let written = written?;
    let time = parse_timestamp(written).ok();
    if time.is_none() {
        warnings.add("time_unreadable", || quoted(written));
    }
    time
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    const SHA: &str = "0123456789abcdef0123456789abcdef01234567";
    const OTHER: &str = "89abcdef0123456789abcdef0123456789abcdef";

    fn source_of(predicate: &Value) -> (String, String, String, Vec<&'static str>) {
        let mut warnings = Warnings::default();
        let source = build(predicate, &mut warnings).source;
        let or = Option::unwrap_or_default;
        let codes = warnings.iter().map(|(code, _)| code).collect();
        (or(source.repository), or(source.reference), or(source.commit), codes)
    }

    fn expected(repository: &str, reference: &str, commit: &str) -> (String, String, String, Vec<&'static str>) {
        (
            repository.to_owned(),
            reference.to_owned(),
            commit.to_owned(),
            Vec::new(),
        )
    }

    #[test]
    fn the_source_is_what_the_parameters_name_and_its_commit_what_the_materials_resolved() {
        let api = "https://github.com/acme/api";
        let git = format!("git+{api}@refs/heads/main");
        let resolved = json!([
            {"uri": "git+https://github.com/acme/tools@refs/tags/v1", "digest": {"gitCommit": OTHER}},
            {"uri": git, "digest": {"gitCommit": SHA}},
        ]);
        let main = expected("acme/api", "refs/heads/main", SHA);
        let v1 = |parameters: Value| json!({"buildDefinition": {"externalParameters": parameters, "resolvedDependencies": resolved}});
        let workflow = json!({"workflow": {"repository": api, "ref": "refs/heads/main", "path": "x.yml"}});
        assert_eq!(source_of(&v1(workflow)), main);
        assert_eq!(
            source_of(&v1(json!({"source": {"uri": git, "digest": {"sha1": SHA}}}))),
            main
        );
        assert_eq!(source_of(&v1(json!({"source": git}))), main);
        let to_build = json!({"sourceToBuild": {"repository": api, "ref": "refs/heads/main"}, "buildConfigSource": 1});
        assert_eq!(source_of(&v1(to_build)), main);
        let v0 = json!({
            "invocation": {"configSource": {"uri": git, "digest": {"sha1": SHA}, "entryPoint": "x.yml"}},
            "materials": resolved,
        });
        assert_eq!(source_of(&v0), main);
        let v01 = json!({"recipe": {"definedInMaterial": 1}, "materials": resolved});
        assert_eq!(source_of(&v01), main);
    }

    #[test]
    fn without_a_parameter_only_materials_of_one_repository_name_the_source() {
        let one = json!({"uri": "git+https://github.com/acme/api@refs/heads/main", "digest": {"gitCommit": SHA}});
        let two = json!({"uri": "git+https://github.com/acme/tools", "digest": {"gitCommit": OTHER}});
        let image = json!({"uri": "pkg:docker/alpine@3", "digest": {"sha256": "00"}});
        let of = |dependencies: Value| json!({"buildDefinition": {"resolvedDependencies": dependencies}});
        let main = expected("acme/api", "refs/heads/main", SHA);
        assert_eq!(source_of(&of(json!([image, one]))), main);
        let (repository, _, commit, codes) = source_of(&of(json!([one, two])));
        assert_eq!(
            (repository.as_str(), commit.as_str(), codes),
            ("", "", vec!["source_ambiguous"])
        );
        assert_eq!(source_of(&of(json!([image]))), expected("", "", ""));
        assert_eq!(source_of(&of(json!({"a": 1}))), expected("", "", ""));
    }

    #[test]
    fn materials_that_name_another_commit_are_told_and_do_not_win() {
        let api = "git+https://github.com/acme/api";
        let predicate = json!({
            "invocation": {"configSource": {"uri": api, "digest": {"sha1": SHA}}},
            "materials": [{"uri": api, "digest": {"sha1": OTHER}}],
        });
        let (_, _, commit, codes) = source_of(&predicate);
        assert_eq!((commit.as_str(), codes), (SHA, vec!["source_conflict"]));
    }

    #[test]
    fn a_local_build_of_buildkit_tells_the_checkout_that_it_was_started_in() {
        let vcs = json!({"source": "https://github.com/acme/api.git", "revision": SHA});
        let v0 = json!({
            "invocation": {"configSource": {"entryPoint": "Dockerfile"}},
            "metadata": {"https://mobyproject.org/buildkit@v1#metadata": {"vcs": vcs}},
        });
        assert_eq!(source_of(&v0), expected("acme/api", "", SHA));
        let v1 = json!({
            "buildDefinition": {"externalParameters": {"configSource": {"path": "Dockerfile"}}},
            "runDetails": {"metadata": {"buildkit_metadata": {"vcs": vcs}}},
        });
        assert_eq!(source_of(&v1), expected("acme/api", "", SHA));
    }
}
