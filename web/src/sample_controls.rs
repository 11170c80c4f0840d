//! Controls for pages: one of each kind.

use std::sync::Arc;

use domain::control::ControlStatus;
use query::answer::{ControlAnswer, ControlRow, DecisionAnswer};
use query::controls::{Answered, Control, Decision};
use query::definition::{ControlHeader, Definition, Kind};

use crate::sample_definitions::definition;
use crate::samples::{HOSTILE, asked, asked_of_nothing, at};

fn coverage() -> Definition {
    Definition {
        severity: Some("high".to_owned()),
        control: Some(ControlHeader {
            id: "cicl-07.03".to_owned(),
            adr: vec!["adr-008".to_owned()],
            remediation: "Add tests until coverage.xml holds both minimums.".to_owned(),
            lifecycle: "active".to_owned(),
        }),
        ..definition(
            Kind::Control,
            "control",
            "c07_03_coverage",
            "Unit tests cover 85 percent of lines and 80 percent of branches",
            "One subject for each run attempt.\n\nlimits: what is left out of the measurement is not seen.",
            "select 1 as subject",
        )
    }
}

fn control(id: &str, clause: &str, answered: Answered) -> Arc<Control> {
    Arc::new(Control {
        id: id.to_owned(),
        clause: clause.to_owned(),
        adr: vec!["adr-008".to_owned()],
        unit: "run".to_owned(),
        answered,
    })
}

fn row(subject: &str, status: ControlStatus, reason: &str) -> ControlRow {
    ControlRow {
        subject: subject.to_owned(),
        status,
        reason: reason.to_owned(),
        observed_at: (status != ControlStatus::NoEvidence).then(|| at("2026-11-20T07:00:00Z")),
        evidence: "run=7 attempt=2 commit=0123456789abcdef0123456789abcdef01234567".to_owned(),
    }
}

/// One that is computed, one that needs evidence, one that rolls others up, one of no decision, and one that fails to
/// be computed.
pub(crate) fn controls() -> Vec<ControlAnswer> {
    let answer = |control, status, reason: &str, rows| ControlAnswer {
        control,
        asked: asked(),
        status,
        reason: reason.to_owned(),
        rows,
    };
    let of_no_decision = |id, clause| {
        let mut of_none = Control::clone(&control(id, clause, Answered::Computed(Arc::new(coverage()))));
        of_none.adr.clear();
        Arc::new(of_none)
    };
    vec![
        answer(
            control(
                "cicl-07.03",
                "Unit test coverage: lines >= 85 percent and branches >= 80 percent.",
                Answered::Computed(Arc::new(coverage())),
            ),
            ControlStatus::Fail,
            "1 fail, 1 no_evidence, 2 pass",
            vec![
                row(
                    "neurocipher/console run 7 attempt 2",
                    ControlStatus::Fail,
                    "lines 84 of 100, below 85 percent",
                ),
                row(
                    "neurocipher/ingest-api run 9 attempt 1",
                    ControlStatus::NoEvidence,
                    HOSTILE,
                ),
                row(
                    "neurocipher/ingest-api run 8 attempt 1",
                    ControlStatus::Pass,
                    "lines 99 of 100",
                ),
                row(
                    "neurocipher/console run 6 attempt 1",
                    ControlStatus::Pass,
                    "lines 99 of 100",
                ),
            ],
        ),
        answer(
            control(
                "cicl-07.08",
                "License policy: allowed list only.",
                Answered::Needs(HOSTILE.to_owned()),
            ),
            ControlStatus::NoEvidence,
            &format!("needs: {HOSTILE}"),
            Vec::new(),
        ),
        answer(
            control(
                "cicl-17.1",
                "ADR-008: gates 7 to 9.",
                Answered::RollsUp("adr-008".to_owned()),
            ),
            ControlStatus::Fail,
            "1 fail, 1 no_evidence",
            vec![
                row("cicl-07.03", ControlStatus::Fail, "1 fail, 1 no_evidence, 2 pass"),
                row("cicl-07.08", ControlStatus::NoEvidence, "needs: licences"),
            ],
        ),
        answer(
            of_no_decision("cicl-21.1", "Median CI duration under 12 minutes."),
            ControlStatus::Pass,
            "1 pass",
            vec![row("all repositories", ControlStatus::Pass, "9 minutes")],
        ),
        answer(
            of_no_decision("cicl-21.2", "Flaky test rate under 2 percent."),
            ControlStatus::Error,
            HOSTILE,
            Vec::new(),
        ),
    ]
}

/// A decision with two controls.
pub(crate) fn decision() -> DecisionAnswer {
    DecisionAnswer {
        decision: Arc::new(Decision {
            id: "adr-008".to_owned(),
            title: "ADR-008: quality gates".to_owned(),
            reading: "Sections 7 to 9.".to_owned(),
        }),
        asked: asked(),
        status: ControlStatus::Fail,
        controls: controls().into_iter().take(2).collect(),
    }
}

/// The same over an empty lake.
pub(crate) fn decision_of_nothing() -> DecisionAnswer {
    let mut decision = decision();
    decision.asked = asked_of_nothing();
    decision.status = ControlStatus::NoEvidence;
    for answer in &mut decision.controls {
        answer.asked = asked_of_nothing();
        answer.status = ControlStatus::NoEvidence;
        answer.rows.clear();
    }
    decision
}
