//! Statuses and counts in words.

use domain::control::ControlStatus;
use query::answer::{ControlAnswer, ControlCount};
use query::controls::Answered;

/// The word of a status, for people.
pub fn status(status: ControlStatus) -> &'static str {
    match status {
        ControlStatus::Pass => "pass",
        ControlStatus::Fail => "fail",
        ControlStatus::NotApplicable => "no object",
        ControlStatus::NoEvidence => "no evidence",
        ControlStatus::Error => "error",
        ControlStatus::Waived => "waived",
    }
}

/// How many subjects have the status, of how many: `4 of 11`, `all 7`.
pub fn share(count: &ControlCount) -> String {
    let n = count.n.get(&count.status).copied().unwrap_or_default();
    match count.n.values().sum() {
        0 if count.status == ControlStatus::Error => "not computed".to_owned(),
        0 => "no subject".to_owned(),
        1 => "1".to_owned(),
        total if total == n => format!("all {total}"),
        total => format!("{n} of {total}"),
    }
}

/// Every status that occurs, as `4 fail, 7 pass`.
pub fn counts(count: &ControlCount) -> String {
    let told = ControlStatus::ALL.iter().filter_map(|of| {
        let n = count.n.get(of)?;
        Some(format!("{n} {}", status(*of)))
    });
    told.collect::<Vec<_>>().join(", ")
}

/// What an answer says of its subjects; where it has none to say something of, why.
pub fn summary(answer: &ControlAnswer) -> String {
    match (&answer.control.answered, answer.status) {
        (Answered::Computed(_), ControlStatus::Error) if answer.rows.is_empty() => {
            format!("not computed: {}", answer.reason)
        }
        (Answered::Computed(_), _) => counts(&answer.count()),
        (Answered::Needs(_) | Answered::RollsUp(_), _) => answer.reason.clone(),
    }
}

/// A number with a thin space between thousands.
pub fn number(n: u64) -> String {
    let digits = n.to_string();
    let mut text = String::new();
    for (index, digit) in digits.chars().enumerate() {
        if index > 0 && (digits.len() - index).is_multiple_of(3) {
            text.push('\u{202f}');
        }
        text.push(digit);
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_share_says_of_how_many() {
        let count = |status, n: &[(ControlStatus, usize)]| ControlCount {
            status,
            n: n.iter().copied().collect(),
        };
        let (fail, pass) = (ControlStatus::Fail, ControlStatus::Pass);
        assert_eq!(share(&count(fail, &[(pass, 7), (fail, 4)])), "4 of 11");
        assert_eq!(counts(&count(fail, &[(pass, 7), (fail, 4)])), "4 fail, 7 pass");
        assert_eq!(share(&count(pass, &[(pass, 7)])), "all 7");
        assert_eq!(share(&count(pass, &[(pass, 1)])), "1");
        assert_eq!(share(&count(ControlStatus::NoEvidence, &[])), "no subject");
        assert_eq!(share(&count(ControlStatus::Error, &[])), "not computed");
        assert_eq!(number(1_234_567), "1\u{202f}234\u{202f}567");
        assert_eq!(number(12), "12");
    }
}
