#![doc = include_str!("../README.md")]

pub mod answers;
pub mod appointments;
pub mod credentials;
mod delta;
pub mod error;
pub mod intent;
pub mod known;
pub mod layout;
pub mod lease;
pub mod ledger;
pub mod manifest;
pub mod parquet_file;
pub mod probe;
pub mod publication;
pub mod raw;
pub mod replay;
pub mod snapshot;
pub mod store;
pub mod tables;
pub mod upkeep;
pub mod verify;
pub mod writer;
