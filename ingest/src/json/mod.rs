//! JSON of foreign hands, token by token: what breaks off gives what stood before, and nothing grows with the document.
//!
//! A library's parser rejects a document as a whole and forgets its bytes; here the bytes of each token can be kept,
//! so that the same tokens serve to read a document and to copy it without its secrets.

pub(crate) mod lexer;
pub(crate) mod member;
pub(crate) mod utf8;
pub(crate) mod value;

mod strings;
