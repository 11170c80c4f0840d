//! How bad a finding is: what its tool wrote, brought to one scale, and on what grounds.

use crate::policy::{
    SEVERITY_CRITICAL_SCORE_MIN, SEVERITY_HIGH_SCORE_MIN, SEVERITY_MEDIUM_SCORE_MIN, SEVERITY_SCORE_MAX,
};

/// The one scale, from harmless to worst (CI/CL-001 §7 and §21 judge the upper two).
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Severity {
    /// The tool says that it is none.
    None,
    /// The tool says that it does not know; a gate counts it as failed.
    Unknown,
    /// Reported only.
    Low,
    /// Reported only.
    Medium,
    /// 3 days (CI/CL-001 §21).
    High,
    /// 24 hours (CI/CL-001 §21).
    Critical,
}

impl Severity {
    /// The word in the column `severity`.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::None => "none",
            Self::Unknown => "unknown",
            Self::Low => "low",
            Self::Medium => "medium",
            Self::High => "high",
            Self::Critical => "critical",
        }
    }

    /// Reads a tool's word in any case of letters.
    pub fn of_word(word: &str) -> Option<Self> {
        let is = |words: &[&str]| words.iter().any(|known| word.trim().eq_ignore_ascii_case(known));
        if is(&["critical"]) {
            Some(Self::Critical)
        } else if is(&["high", "important"]) {
            Some(Self::High)
        } else if is(&["medium", "moderate"]) {
            Some(Self::Medium)
        } else if is(&["low", "negligible"]) {
            Some(Self::Low)
        } else if is(&["unknown", "undefined"]) {
            Some(Self::Unknown)
        } else if is(&["none", "info", "informational"]) {
            Some(Self::None)
        } else {
            None
        }
    }

    /// Places a CVSS-like score, unrounded; none outside of 0 to 10.
    pub fn of_score(score: f64) -> Option<Self> {
        if !(0.0..=SEVERITY_SCORE_MAX).contains(&score) {
            None
        } else if score >= SEVERITY_CRITICAL_SCORE_MIN {
            Some(Self::Critical)
        } else if score >= SEVERITY_HIGH_SCORE_MIN {
            Some(Self::High)
        } else if score >= SEVERITY_MEDIUM_SCORE_MIN {
            Some(Self::Medium)
        } else if score > 0.0 {
            Some(Self::Low)
        } else {
            Some(Self::None)
        }
    }

    /// Reads a level of SARIF 3.27.10; nobody scored the finding, so that `error` counts as high.
    pub fn of_level(level: &str) -> Option<Self> {
        match level {
            "error" => Some(Self::High),
            "warning" => Some(Self::Medium),
            "note" => Some(Self::Low),
            "none" => Some(Self::None),
            _ => None,
        }
    }
}

/// On what grounds a severity was given.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum SeverityBasis {
    /// Secrets are critical, whatever their tool says.
    Class,
    /// The property `security-severity`.
    Score,
    /// The tool's own word in a tag or property.
    Word,
    /// No score and no word: the level.
    Level,
}

impl SeverityBasis {
    /// The word in the column `severity_basis`.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Class => "class",
            Self::Score => "score",
            Self::Word => "word",
            Self::Level => "level",
        }
    }
}

/// A severity with its grounds.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Assessment {
    /// The severity.
    pub severity: Severity,
    /// Its grounds.
    pub basis: SeverityBasis,
    /// Score and word differ; the higher one counts.
    pub is_disputed: bool,
}

/// Judges what a tool wrote. A score that is a word is read as one; one that is neither counts as absent.
pub fn assess(is_secret: bool, score: Option<&str>, word: Option<&str>, level: &str) -> Assessment {
    let of_level = Severity::of_level(level).unwrap_or(Severity::Medium);
    if is_secret {
        return Assessment {
            severity: Severity::Critical,
            basis: SeverityBasis::Class,
            is_disputed: false,
        };
    }
    let score = score.and_then(|text| match text.trim().parse() {
        Ok(number) => Severity::of_score(number),
        Err(_) => Severity::of_word(text),
    });
    let (severity, basis, is_disputed) = match (score, word.and_then(Severity::of_word)) {
        (Some(score), Some(word)) if word > score => (word, SeverityBasis::Word, true),
        (Some(score), word) => (score, SeverityBasis::Score, word.is_some_and(|word| word != score)),
        (None, Some(word)) => (word, SeverityBasis::Word, false),
        (None, None) => (of_level, SeverityBasis::Level, false),
    };
    Assessment {
        severity,
        basis,
        is_disputed,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_higher_of_score_and_word_counts_and_the_level_only_without_both() {
        for (is_secret, score, word, level, expected) in [
            (false, Some("9.0"), None, "error", "critical score"),
            (false, Some("8.95"), None, "error", "high score"),
            (false, Some("7.0"), None, "note", "high score"),
            (false, Some("6.99"), None, "error", "medium score"),
            (false, Some("4"), None, "error", "medium score"),
            (false, Some("0.1"), None, "error", "low score"),
            (false, Some("0.0"), None, "error", "none score"),
            (false, Some("0.0"), Some("UNKNOWN"), "note", "unknown word disputed"),
            (false, Some("5.5"), Some("HIGH"), "error", "high word disputed"),
            (false, Some("9.8"), Some("HIGH"), "error", "critical score disputed"),
            (false, Some("7.5"), Some("high"), "error", "high score"),
            (false, Some("Critical"), None, "note", "critical score"),
            (false, Some("10.5"), None, "error", "high level"),
            (false, Some("NaN"), None, "warning", "medium level"),
            (false, Some("soon"), Some("moderate"), "error", "medium word"),
            (false, None, None, "error", "high level"),
            (false, None, None, "note", "low level"),
            (false, None, None, "none", "none level"),
            (false, None, None, "", "medium level"),
            (true, Some("2.0"), Some("LOW"), "note", "critical class"),
        ] {
            let found = assess(is_secret, score, word, level);
            let mut text = format!("{} {}", found.severity.as_str(), found.basis.as_str());
            if found.is_disputed {
                text.push_str(" disputed");
            }
            assert_eq!(text, expected, "{score:?} {word:?} {level}");
        }
    }
}
