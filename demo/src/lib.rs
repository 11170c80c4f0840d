#![doc = include_str!("../README.md")]

pub mod chance;
pub mod world;
