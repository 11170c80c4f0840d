//! The mirror source: what a bucket holds of CI's artifacts (CI/CL-001 §16), as S3 itself tells it.
//!
//! How the bucket is set up, each version of each object under a prefix, and the bytes of a sample. It reads, and never
//! writes, restores or deletes. What is refused is a gap of that aspect and leaves the rest complete.

mod bucket;
mod client;
pub(crate) mod documents;
mod failure;
mod gaps;
mod head;
mod inventory;
mod key;
mod known;
mod listing;
pub mod place;
mod reads;
mod rows;
mod sample;
pub mod take_in;

#[cfg(test)]
mod tests;
