//! The simulated organization, held against what others say: GitHub's own description, and a reader that knows nothing
//! of how it is made.

mod judge;
mod reader;
mod report;
mod routes;
mod walk;
