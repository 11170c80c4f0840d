//! Windows of creation: a filtered search of GitHub's reaches 1,000 runs, so a window is halved until it holds fewer.

use chrono::DateTime;
use domain::clock::{Timestamp, format_timestamp, parse_timestamp};

/// A search that matches so many, or more, does not show them all.
pub(crate) const REACHABLE: i64 = 1_000;

/// Whole seconds, both ends inside.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Span {
    from: i64,
    to: i64,
}

impl Span {
    /// The seconds that hold both instants.
    pub(crate) fn of(from: Timestamp, to: Timestamp) -> Self {
        Self {
            from: from.timestamp(),
            to: to.timestamp().max(from.timestamp()),
        }
    }

    /// As the parameter `created` takes it.
    pub(crate) fn created(self) -> String {
        let time = |seconds| format_timestamp(DateTime::from_timestamp(seconds, 0).unwrap_or_default());
        format!("{}..{}", time(self.from), time(self.to))
    }

    /// Reads what [`Span::created`] wrote.
    pub(crate) fn parse(created: &str) -> Option<Self> {
        let (from, to) = created.split_once("..")?;
        Some(Self::of(parse_timestamp(from).ok()?, parse_timestamp(to).ok()?))
    }

    /// Its first and last second.
    pub(crate) fn ends(self) -> (Option<Timestamp>, Option<Timestamp>) {
        (
            DateTime::from_timestamp(self.from, 0),
            DateTime::from_timestamp(self.to, 0),
        )
    }

    /// Two halves without a common second; null for one second.
    pub(crate) fn halves(self) -> Option<(Self, Self)> {
        if self.from == self.to {
            return None;
        }
        let middle = self.from + (self.to - self.from) / 2;
        Some((
            Self {
                from: self.from,
                to: middle,
            },
            Self {
                from: middle + 1,
                to: self.to,
            },
        ))
    }
}

/// What is still to be searched, the oldest first.
#[derive(Debug)]
pub(crate) struct Windows(Vec<Span>);

/// What to do with a window whose number of matches is known.
#[derive(Debug, PartialEq, Eq)]
pub(crate) enum Step {
    /// All of it can be read.
    Read,
    /// Its halves come next.
    Halved,
    /// One second holds more than a search can reach: what it reaches is read, the rest is a gap.
    Overfull,
}

impl Windows {
    /// These windows, the last one first.
    pub(crate) fn new(spans: Vec<Span>) -> Self {
        Self(spans)
    }

    /// The next window to ask for.
    pub(crate) fn next(&mut self) -> Option<Span> {
        self.0.pop()
    }

    /// Takes note of how many runs a window holds.
    pub(crate) fn found(&mut self, span: Span, total: i64) -> Step {
        if total < REACHABLE {
            return Step::Read;
        }
        match span.halves() {
            Some((older, newer)) => {
                self.0.extend([newer, older]);
                Step::Halved
            }
            None => Step::Overfull,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(created: &[i64], span: Span) -> (Vec<Span>, Vec<Span>, usize) {
        let (mut read, mut overfull, mut n_asked) = (Vec::new(), Vec::new(), 0);
        let mut windows = Windows::new(vec![span]);
        while let Some(span) = windows.next() {
            n_asked += 1;
            let total = created.iter().filter(|at| (span.from..=span.to).contains(at)).count();
            match windows.found(span, i64::try_from(total).unwrap()) {
                Step::Read => read.push(span),
                Step::Halved => {}
                Step::Overfull => overfull.push(span),
            }
        }
        (read, overfull, n_asked)
    }

    #[test]
    fn windows_are_halved_until_each_can_be_read_and_none_is_lost() {
        // 5,000 runs, most of them on one day of ten years.
        let created: Vec<i64> = (0..5_000)
            .map(|n| if n % 10 == 0 { n * 60_000 } else { 1_000_000 + n * 7 })
            .collect();
        let span = Span {
            from: 0,
            to: 315_360_000,
        };
        let (read, overfull, n_asked) = read(&created, span);
        assert_eq!(overfull, []);
        assert!(n_asked < 100, "{n_asked}");
        // The windows lie side by side, in order, from end to end.
        assert_eq!((read[0].from, read[read.len() - 1].to), (span.from, span.to));
        assert!(read.windows(2).all(|pair| pair[0].to + 1 == pair[1].from));
        for span in &read {
            let n = created.iter().filter(|at| (span.from..=span.to).contains(at)).count();
            assert!(n < 1_000, "{n}");
        }
    }

    #[test]
    fn a_second_with_too_many_runs_is_told_and_costs_no_other() {
        let mut created = vec![500; 1_000];
        created.extend([499, 501]);
        let (read, overfull, _) = read(&created, Span { from: 0, to: 1_000 });
        assert_eq!(overfull, [Span { from: 500, to: 500 }]);
        let seconds: i64 = read.iter().map(|span| span.to - span.from + 1).sum();
        assert_eq!(seconds, 1_000);
    }

    #[test]
    fn a_span_is_written_as_github_reads_it() {
        let at = |seconds| DateTime::from_timestamp(seconds, 600_000_000).unwrap();
        let span = Span::of(at(0), at(86_400));
        assert_eq!(span.created(), "1970-01-01T00:00:00Z..1970-01-02T00:00:00Z");
        assert_eq!(Span::parse(&span.created()), Some(span));
    }
}
