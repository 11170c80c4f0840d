//! The API asked over HTTP.

mod client;
mod sample;

mod access;
mod answers;
mod equality;
mod faults;
mod traps;
