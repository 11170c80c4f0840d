//! Findings on their way out: only those that their order tells apart wait for the others of their file.

use std::io;

use domain::finding::{Finding, IdentityBasis};

use super::identity::Occurrences;

/// What is held of a report before it goes out; about 60,000 findings.
pub(crate) const MAX_HELD_BYTES: usize = 64 << 20;
/// What a finding takes besides its texts, about.
const FINDING_BYTES: usize = size_of::<Finding>() + 96;

/// Findings of one scan that are not numbered yet.
#[derive(Debug, Default)]
pub(crate) struct Window {
    occurrences: Occurrences,
    held: Vec<Finding>,
    held_bytes: usize,
}

impl Window {
    /// Takes a finding, and gives it out if nothing about it or before it has to wait. Tells whether more is held than
    /// may be.
    pub(crate) fn push(
        &mut self,
        mut finding: Finding,
        emit: &mut dyn FnMut(&Finding) -> io::Result<()>,
    ) -> io::Result<bool> {
        let is_ordered = matches!(finding.identity.basis, IdentityBasis::Snippet | IdentityBasis::Order);
        if self.held.is_empty() && !is_ordered {
            self.occurrences.number(std::slice::from_mut(&mut finding));
            emit(&finding)?;
            return Ok(false);
        }
        self.held_bytes += size(&finding);
        self.held.push(finding);
        Ok(self.held_bytes > MAX_HELD_BYTES)
    }

    /// Gives out what is held, in the order of the report.
    pub(crate) fn flush(&mut self, emit: &mut dyn FnMut(&Finding) -> io::Result<()>) -> io::Result<()> {
        self.held_bytes = 0;
        let mut held = std::mem::take(&mut self.held);
        self.occurrences.number(&mut held);
        held.iter().try_for_each(emit)
    }
}

/// Bytes that a finding takes, about.
fn size(finding: &Finding) -> usize {
    let texts = [
        &finding.rule_name,
        &finding.message,
        &finding.path,
        &finding.logical_location,
        &finding.package,
        &finding.purl,
        &finding.vulnerability_ids,
        &finding.fingerprints,
        &finding.suppression_justification,
    ];
    let texts: usize = texts.into_iter().flatten().map(String::len).sum();
    let parts: usize = finding.identity.parts.iter().map(String::len).sum();
    FINDING_BYTES + finding.rule_id.len() + texts + parts
}
