//! Lists of quarantined tests by commit, and issues that are their tickets.

use super::random_lake::{DAY, HOUR, RandomLake, Row};

const NAMES: [&str; 5] = ["a.B::t0", "a.B::t1", "t2", "a.B::t3 @flaky", "never::was::run"];

impl RandomLake {
    pub(crate) fn draw_quarantine(&mut self, repository: &str) {
        let mut committed_at = self.moment();
        for nth in 0..self.pick(&[0, 1, 2, 3, 4, 6]) {
            let sha = format!("q{}", (nth * 7) % 5 + 10 * nth);
            self.draw_list(repository, &sha, committed_at);
            committed_at += self.pick(&[0, 1, HOUR, DAY, 14 * DAY, 14 * DAY + 1, 30 * DAY, 30 * DAY - 1, 7 * DAY]);
        }
        for number in 1..=self.pick(&[0, 1, 2, 4]) {
            self.draw_issue(repository, number);
        }
    }

    fn draw_list(&mut self, repository: &str, sha: &str, committed_at: i64) {
        let is_whole = self.happens(80);
        let n = self.pick(&[0, 1, 1, 2, 3]);
        let mut rows = Vec::new();
        for position in 0..n {
            let extended_until = self
                .happens(40)
                .then(|| committed_at + self.pick(&[DAY, 14 * DAY, 20 * DAY, 40 * DAY]));
            rows.push(
                Row::default()
                    .with("position", position)
                    .with("test", self.pick(&NAMES))
                    .maybe("ticket", self.perhaps(40, &["#10", "#11"]))
                    .maybe("owner", self.perhaps(40, &["ann", "bob"]))
                    .maybe("reason", self.perhaps(60, &["slow", "race"]))
                    .maybe("approved_by", self.perhaps(60, &["eve"]))
                    .maybe_at("extended_until", extended_until),
            );
        }
        if rows.is_empty() {
            rows.push(Row::default().with("position", 0));
        }
        let digests: Vec<_> = (0..self.pick(&[1, 1, 1, 2])).map(|_| self.digest()).collect();
        for digest in digests {
            let known_at = self.known_after(committed_at);
            for row in &rows {
                let row = row
                    .clone()
                    .with("repository", repository)
                    .with("commit_sha", sha)
                    .with("is_whole", is_whole)
                    .at("committed_at", committed_at)
                    .at("known_at", known_at);
                self.add_of("quarantine_entries", committed_at, &digest, row);
            }
        }
    }

    fn draw_issue(&mut self, repository: &str, number: i64) {
        let created_at = self.moment();
        let test = self.pick(&NAMES);
        let title = if self.happens(90) {
            format!("Quarantine {test}")
        } else {
            format!("About {test}")
        };
        let row = Row::of(repository)
            .with("number", number)
            .with("issue_id", 100 + number)
            .with("title", title)
            .with(
                "labels",
                self.pick(&["[\"flaky-quarantine\"]", "[\"ci\",\"flaky-quarantine\"]", "[\"ci\"]"]),
            )
            .maybe("assignees", self.perhaps(70, &["[]", "[\"ann\"]", "[\"bob\",\"ann\"]"]))
            .maybe("url", self.perhaps(80, &[format!("https://git/{number}")]))
            .at("created_at", created_at);
        let opened = row.clone().with("state", "open").at("updated_at", created_at);
        self.add("issues", created_at, opened);
        if self.happens(60) {
            let closed_at = created_at + self.pick(&[0, DAY, 14 * DAY, 15 * DAY]);
            let row = row
                .with("state", "closed")
                .at("updated_at", closed_at)
                .at("closed_at", closed_at);
            self.add("issues", closed_at, row);
        }
    }
}
