//! The organization as GitHub would hold it: everything that ever happens in the timeline, each with its instants.
//!
//! Nothing here says what is true of the numbers; that is the simulation's to write down as it acts. What a reader
//! sees at an instant is this world cut at that instant (`is_…_at`, `…_at`); nothing later shows.

pub mod change;
pub mod finding;
pub mod operation;
pub mod repository;
pub mod run;

use domain::clock::Timestamp;

use crate::world::repository::Repository;

/// The organization's login.
pub const ORGANIZATION: &str = "neurocipher";
/// The organization's id.
pub const ORGANIZATION_ID: i64 = 81_004_417;
/// The id of the app whose check runs GitHub Actions writes.
pub const ACTIONS_APP_ID: i64 = 15_368;

/// The whole timeline of one organization.
#[derive(Debug)]
pub struct World {
    /// What every draw derives from.
    pub seed: u64,
    /// First instant of the timeline.
    pub from: Timestamp,
    /// First instant after it; the world's "now".
    pub end: Timestamp,
    /// People and bots; a [`PersonIndex`] points here.
    pub people: Vec<Person>,
    /// The organization's repositories; forks hang below theirs.
    pub repositories: Vec<Repository>,
    /// A made-up credential, drawn when the world is made, that was committed once. It must never reach a lake.
    pub canary: String,
}

/// Points into [`World::people`].
pub type PersonIndex = usize;

/// Somebody who acts.
#[derive(Debug, Clone)]
pub struct Person {
    /// GitHub's id.
    pub id: i64,
    /// GitHub's login; a bot's ends in `[bot]`.
    pub login: String,
    /// Name in commits.
    pub name: String,
    /// A bot (`type: Bot`).
    pub is_bot: bool,
}
