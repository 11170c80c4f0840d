//! Scans with their findings, analyses of GitHub, and alerts for secrets.

use super::random_lake::{Attempt, HOUR, MINUTE, RandomLake, Row};

/// What a finding is over all scans.
struct Thing {
    uid: &'static str,
    family: &'static str,
    class: &'static str,
    vulnerability_id: Option<&'static str>,
    package: Option<&'static str>,
    path: Option<&'static str>,
}

const fn thing(
    uid: &'static str,
    family: &'static str,
    class: &'static str,
    vulnerability_id: Option<&'static str>,
    package: Option<&'static str>,
    path: Option<&'static str>,
) -> Thing {
    Thing {
        uid,
        family,
        class,
        vulnerability_id,
        package,
        path,
    }
}

const THINGS: [Thing; 10] = [
    thing(
        "u0",
        "trivy",
        "sca",
        Some("CVE-2026-1"),
        Some("left-pad"),
        Some("package.json"),
    ),
    thing(
        "u1",
        "grype",
        "sca",
        Some("CVE-2026-1"),
        Some("left-pad"),
        Some("package.json"),
    ),
    thing("u2", "trivy", "image", Some("CVE-2026-1"), Some("left-pad"), None),
    thing(
        "u3",
        "trivy",
        "sca",
        Some("GHSA-1"),
        Some("left-pad"),
        Some("package.json"),
    ),
    thing("u4", "grype", "sca", Some("CVE-2026-2"), None, Some("go.mod")),
    thing("u5", "codeql", "sast", None, None, Some("a.py")),
    thing("u6", "gitleaks", "secret", None, None, Some("key.pem")),
    thing("u7", "gitleaks", "secret", None, None, Some("a.py")),
    thing("u8", "trivy", "license", None, Some("left-pad"), None),
    thing("u9", "trivy", "iac", None, None, Some("main.tf")),
];
const FAMILIES: [&str; 5] = ["trivy", "trivy", "grype", "codeql", "gitleaks"];

/// What the scans of one tool are alike in; most of them can be compared.
struct Habits {
    category: Option<&'static str>,
    image: Option<&'static str>,
    seeing_percent: u32,
}

impl RandomLake {
    pub(crate) fn draw_security(&mut self, repository: &str) {
        let mut attempts: Vec<_> = self
            .attempts
            .iter()
            .filter(|it| it.repository == repository)
            .cloned()
            .collect();
        attempts.retain(|_| self.happens(80));
        let families: Vec<_> = FAMILIES.iter().filter(|_| self.happens(45)).copied().collect();
        for family in &families {
            let habits = Habits {
                category: self.pick(&[None, None, Some(*family)]),
                image: self.pick(&[None, Some("web")]).filter(|_| *family == "trivy"),
                seeing_percent: self.pick(&[25, 50, 80]),
            };
            for attempt in &attempts {
                if self.happens(80) {
                    self.draw_scans(attempt, family, &habits);
                }
            }
        }
        for attempt in &attempts {
            if self.happens(20) && !families.is_empty() {
                let family = self.pick(&families);
                self.draw_analysis(attempt, family);
            }
        }
        for number in 1..=self.pick(&[0, 1, 1, 2]) {
            self.draw_alert(repository, number);
        }
    }

    /// One report of a scanner, with one scan or two.
    fn draw_scans(&mut self, attempt: &Attempt, family: &'static str, habits: &Habits) {
        let last = attempt.jobs.iter().map(|job| job.1).max();
        let completed_at = last.unwrap_or(attempt.created_at + 10 * MINUTE);
        let digest = self.digest();
        let known_at = self.known_after(completed_at);
        let place = Row::of(&attempt.repository)
            .with("run_id", attempt.run_id)
            .with("run_attempt", attempt.number)
            .maybe("workflow", attempt.workflow)
            .maybe("job", self.perhaps(70, &["scan"]))
            .maybe("artifact", self.perhaps(50, &["scans"]))
            .with("report", format!("{family}.sarif"))
            .with("tool_family", family)
            .at("completed_at", completed_at)
            .at("known_at", known_at);
        for scan in 0..self.pick(&[1, 1, 1, 1, 1, 2]) {
            let category = if scan == 1 {
                Some("second")
            } else {
                habits.category.filter(|_| self.happens(93))
            };
            let image = habits.image.filter(|_| self.happens(93));
            let ended_at = self.pick(&[
                None,
                None,
                Some(-HOUR),
                Some(0),
                Some(-400 * HOUR),
                Some(HOUR),
                Some(-1),
            ]);
            let mut n_findings = 0;
            for thing in THINGS.iter().filter(|thing| thing.family == family) {
                if !self.happens(habits.seeing_percent) {
                    continue;
                }
                for occurrence in 0..self.pick(&[1, 1, 1, 2]) {
                    let severity = if thing.class == "secret" {
                        "critical"
                    } else {
                        self.pick(&["critical", "high", "high", "medium"])
                    };
                    let line = if thing.class == "secret" { 1 } else { self.pick(&[1, 2]) };
                    let row = place
                        .clone()
                        .with("scan", scan)
                        .with("result", n_findings)
                        .with("finding_uid", thing.uid)
                        .with("occurrence", occurrence)
                        .with("class", thing.class)
                        .with("rule_id", thing.vulnerability_id.unwrap_or(thing.uid))
                        .with("severity", severity)
                        .maybe("vulnerability_id", thing.vulnerability_id)
                        .maybe("package", thing.package)
                        .maybe("path", thing.path)
                        .maybe("start_line", thing.path.filter(|_| thing.class != "iac").map(|_| line))
                        .maybe("logical_location", Some("aws.bucket").filter(|_| thing.class == "iac"))
                        .maybe("commit_sha", Some("c1").filter(|_| thing.uid == "u6"));
                    self.add_of("findings", completed_at, &digest, row);
                    n_findings += 1;
                }
            }
            let row = place
                .clone()
                .with("scan", scan)
                .with("tool", if family == "trivy" { "Trivy" } else { family })
                .maybe("category", category)
                .maybe("image", image)
                .maybe_at("ended_at", ended_at.map(|ended_at| completed_at + ended_at))
                .with(
                    "completeness",
                    self.pick(&["complete", "complete", "complete", "complete", "partial", "failed"]),
                )
                .with("n_findings", n_findings);
            self.add_of("scans", completed_at, &digest, row);
        }
    }

    fn draw_analysis(&mut self, attempt: &Attempt, family: &'static str) {
        let created_at = attempt.created_at + self.span();
        let row = Row::of(&attempt.repository)
            .with("analysis_id", self.id())
            .with(
                "reference",
                self.pick(&["refs/heads/main", "refs/heads/main", "refs/pull/1/merge"]),
            )
            .with(
                "commit_sha",
                self.pick(&[attempt.head_sha.clone(), "elsewhere".to_owned()]),
            )
            .with("tool", family)
            .with("tool_family", family)
            .maybe("category", self.pick(&[None, Some(family), Some("second")]))
            .maybe("error", self.perhaps(15, &["unreadable"]))
            .maybe("warning", self.perhaps(15, &["doubtful"]))
            .at("created_at", created_at);
        self.add("analyses", created_at, row);
    }

    fn draw_alert(&mut self, repository: &str, number: i64) {
        let created_at = self.moment();
        let row = Row::of(repository)
            .with("kind", "secret_scanning")
            .with("number", number)
            .at("created_at", created_at);
        let opened = row.clone().with("state", "open").at("updated_at", created_at);
        self.add("alerts", created_at, opened);
        if self.happens(60) {
            let resolved_at = created_at + self.pick(&[0, HOUR, 24 * HOUR, 24 * HOUR + 1, 100 * HOUR]);
            let resolved = row
                .with("state", "resolved")
                .with(
                    "resolution",
                    self.pick(&["revoked", "revoked", "revoked", "false_positive"]),
                )
                .at("updated_at", resolved_at)
                .at("resolved_at", resolved_at);
            self.add("alerts", resolved_at, resolved);
        }
        let digest = self.digest();
        for location in 0..self.pick(&[1, 1, 2]) {
            let place = Row::of(repository)
                .with("kind", "secret_scanning")
                .with("number", number)
                .with("location", location)
                .with("location_type", "commit")
                .maybe("path", self.perhaps(90, &["key.pem", "a.py"]))
                .with("start_line", self.pick(&[1, 1, 1, 1, 1, 2]))
                .maybe("commit_sha", self.perhaps(60, &["c1", "c2"]))
                .at("created_at", created_at);
            self.add_of("alert_locations", created_at, &digest, place);
        }
    }
}
