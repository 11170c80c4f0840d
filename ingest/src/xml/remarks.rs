//! Warnings with the place that is being read.

use domain::source::Warnings;

/// Counts what was mended or lost, and knows where the tokenizer stands.
#[derive(Debug, Default)]
pub(crate) struct Remarks {
    pub(crate) warnings: Warnings,
    /// Offset in the source of the token being read.
    pub(crate) at: u64,
}

impl Remarks {
    /// Counts one warning; `first` tells what stood there and is called for the first of its kind only.
    pub(crate) fn add(&mut self, code: &'static str, first: impl FnOnce() -> String) {
        let at = self.at;
        self.warnings.add(code, || format!("byte {at}: {}", first()));
    }
}
