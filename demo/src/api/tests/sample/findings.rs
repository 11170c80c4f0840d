//! Findings, and alerts of the three kinds.

use std::sync::Arc;

use crate::api::tests::sample::world::at;
use crate::world::finding::{Alert, AlertChange, AlertKind, Finding, Severity, Tool};

/// A finding of high severity.
pub(crate) fn finding(tool: Tool, rule: &str, path: &str) -> Finding {
    Finding {
        tool,
        rule: rule.to_owned(),
        package: (tool == Tool::TrivyFs).then(|| "requests".to_owned()),
        versions: vec![(at(0), "2.1.0".to_owned())],
        resource: None,
        places: vec![(at(0), Arc::from(path), 7)],
        severities: vec![(at(0), Severity::High)],
        commit: (tool == Tool::Gitleaks).then_some(1),
    }
}

/// Open, fixed, dismissed and resolved ones.
pub(crate) fn alerts() -> Vec<Alert> {
    let alert = |kind, number, finding, changes| Alert {
        kind,
        number,
        finding,
        changes,
    };
    let dismissed = |reason| AlertChange::Dismissed {
        by: 1,
        reason,
        comment: "Not reachable.".to_owned(),
        approved_by: Some(0),
    };
    vec![
        alert(
            AlertKind::CodeScanning,
            1,
            0,
            vec![(at(22), AlertChange::Opened), (at(120), AlertChange::Fixed)],
        ),
        alert(
            AlertKind::CodeScanning,
            2,
            0,
            vec![(at(23), AlertChange::Opened), (at(60), dismissed("won't fix"))],
        ),
        alert(AlertKind::Dependabot, 1, 1, vec![(at(24), AlertChange::Opened)]),
        alert(
            AlertKind::Dependabot,
            2,
            1,
            vec![(at(24), AlertChange::Opened), (at(50), dismissed("tolerable_risk"))],
        ),
        alert(
            AlertKind::SecretScanning,
            1,
            2,
            vec![
                (at(26), AlertChange::Opened),
                (
                    at(70),
                    AlertChange::Resolved {
                        by: 1,
                        resolution: "revoked",
                    },
                ),
            ],
        ),
    ]
}
