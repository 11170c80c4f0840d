//! Code scanning analyses and their SARIF.

use std::collections::BTreeSet;

use serde_json::{Value, json};

use crate::api::answer::Answer;
use crate::api::code_scanning;
use crate::api::request::Request;
use crate::api::view::{Place, View, digest, written};
use crate::world::finding::{Analysis, ScanState};

fn document(view: &View<'_>, place: Place<'_>, analysis: &Analysis) -> Value {
    let scan = &analysis.scan;
    let is_read = matches!(scan.state, ScanState::Complete | ScanState::Failed);
    let findings = scan.findings.iter().filter(|_| is_read);
    let findings = findings.filter_map(|finding| place.repository.findings.get(*finding));
    let rules: BTreeSet<&str> = findings.clone().map(|finding| finding.rule.as_str()).collect();
    let hash = digest(&["sarif", &analysis.id.to_string()]);
    let part = |from: usize, to: usize| hash.get(from..to).unwrap_or_default();
    let sarif_id = format!(
        "{}-{}-{}-{}-{}",
        part(0, 8),
        part(8, 12),
        part(12, 16),
        part(16, 20),
        part(20, 32)
    );
    json!({
        "ref": analysis.reference,
        "commit_sha": place.sha(scan.commit),
        "analysis_key": code_scanning::analysis_key(scan.tool),
        "environment": "{}",
        "category": scan.tool.category(),
        "error": analysis.error,
        "created_at": written(analysis.created_at),
        "results_count": findings.count(),
        "rules_count": rules.len(),
        "id": analysis.id,
        "url": format!("{}/code-scanning/analyses/{}", place.url(view), analysis.id),
        "sarif_id": sarif_id,
        "tool": code_scanning::tool(scan.tool),
        "deletable": true,
        "warning": "",
    })
}

fn held<'a>(view: &View<'_>, place: Place<'a>) -> impl Iterator<Item = &'a Analysis> {
    let now = view.now;
    let analyses = place.repository.analyses.iter();
    analyses.filter(move |analysis| place.fork.is_none() && analysis.created_at <= now)
}

/// `code-scanning/analyses`, the newest first.
pub(crate) fn list(view: &View<'_>, request: &Request, place: Place<'_>) -> Answer {
    let is_reference = |analysis: &Analysis, wanted: &str| {
        analysis.reference == wanted || analysis.reference == format!("refs/heads/{wanted}")
    };
    let is_pull = |analysis: &Analysis, number: &str| analysis.reference.starts_with(&format!("refs/pull/{number}/"));
    let mut analyses: Vec<&Analysis> = held(view, place).collect();
    analyses.retain(|analysis| {
        request.allows("tool_name", analysis.scan.tool.driver())
            && request.get("ref").is_none_or(|wanted| is_reference(analysis, wanted))
            && request.get("pr").is_none_or(|number| is_pull(analysis, number))
    });
    analyses.sort_by_key(|analysis| std::cmp::Reverse((analysis.created_at, analysis.id)));
    if request.get("direction") == Some("asc") {
        analyses.reverse();
    }
    Answer::list(view, request, &analyses, |analysis| document(view, place, analysis))
}

/// `code-scanning/analyses/{id}`, as SARIF where the client accepts it.
pub(crate) fn show(view: &View<'_>, request: &Request, place: Place<'_>, id: &str) -> Option<Answer> {
    let analysis = held(view, place).find(|analysis| analysis.id.to_string() == id)?;
    if request.accept.contains("sarif") {
        let bytes = crate::files::sarif(view.world, place.repository, &analysis.scan);
        return Some(Answer::raw("application/sarif+json; charset=utf-8", bytes));
    }
    Some(Answer::json(document(view, place, analysis)))
}
