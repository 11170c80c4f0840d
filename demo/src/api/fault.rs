//! What can go wrong on request. Draws are seeded by the world, the address and how often it was asked for, and no
//! address goes wrong more than twice in a row, so that who asks again gets an answer.
//!
//! * 403 with `x-ratelimit-remaining: 0` and a reset that is near (the primary limit);
//! * 403 with GitHub's words for the secondary limit and `retry-after: 1`;
//! * 429 with `retry-after: 1`;
//! * 500, 502, 503;
//! * an answer that takes up to 300 ms;
//! * a body that breaks off before its `content-length`;
//! * a zip whose redirect leads to a host that has nothing to do with GitHub;
//! * a list of runs that moved on by one while it was read: a page repeats the last item of the page before;
//! * a run that is not there once;
//! * an artifact of its own address whose `digest` is not that of its bytes, once;
//! * bytes of an artifact that arrive changed, once.

use std::collections::HashMap;
use std::sync::{Mutex, PoisonError};

use crate::api::request::Request;
use crate::chance::Chance;

/// One thing that goes wrong.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Fault {
    /// 403: nothing is left of the hour.
    PrimaryLimit,
    /// 403: too much at once.
    SecondaryLimit,
    /// 429.
    TooMany,
    /// 500, 502 or 503.
    Server(u16),
    /// The answer takes so many milliseconds.
    Slow(u16),
    /// The body breaks off.
    Truncated,
    /// The redirect leads elsewhere.
    ForeignRedirect,
    /// 404 for a run that is there.
    Vanished,
    /// The document names another digest.
    WrongDigest,
    /// One byte of the body is another.
    Corrupted,
}

/// What an address serves, which says what can go wrong with it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Subject {
    Document,
    Run,
    Artifact,
    Redirect,
    Bytes,
}

fn subject(request: &Request) -> Subject {
    let segments: Vec<&str> = request.segments.iter().map(String::as_str).collect();
    match segments.as_slice() {
        ["repos", _, _, "actions", "runs", _] => Subject::Run,
        ["repos", _, _, "actions", "artifacts", _] => Subject::Artifact,
        ["repos", _, _, "actions", "artifacts", _, "zip"] => Subject::Redirect,
        ["artifacts" | "logs" | "attempt-logs", ..] => Subject::Bytes,
        _ => Subject::Document,
    }
}

/// Decides what goes wrong.
#[derive(Debug)]
pub(crate) struct Faults {
    seed: u64,
    percent: u8,
    /// How often an address was asked for, and how often in a row it went wrong.
    asked: Mutex<HashMap<String, (u64, u8)>>,
    /// How often a list was begun.
    begun: Mutex<HashMap<String, u64>>,
}

/// An address goes wrong so often in a row.
const IN_A_ROW: u8 = 2;

impl Faults {
    pub(crate) fn new(seed: u64, percent: u8) -> Self {
        Self {
            seed,
            percent: percent.min(100),
            asked: Mutex::new(HashMap::new()),
            begun: Mutex::new(HashMap::new()),
        }
    }

    fn happens(&self, chance: &mut Chance) -> bool {
        chance.happens(f64::from(self.percent) / 100.0)
    }

    /// What goes wrong with this request, if anything.
    pub(crate) fn draw(&self, request: &Request, target: &str) -> Option<Fault> {
        if self.percent == 0 {
            return None;
        }
        let subject = subject(request);
        // A signature is not part of what a download is.
        let address = if subject == Subject::Bytes {
            request.path.as_str()
        } else {
            target
        };
        let mut asked = self.asked.lock().unwrap_or_else(PoisonError::into_inner);
        let (nth, in_a_row) = asked.entry(address.to_owned()).or_default();
        let mut chance = Chance::of(self.seed, &[&"fault", &address, nth]);
        *nth += 1;
        if *in_a_row >= IN_A_ROW || !self.happens(&mut chance) {
            *in_a_row = 0;
            return None;
        }
        let fault = Self::pick(subject, &mut chance);
        let is_once = matches!(fault, Fault::Vanished | Fault::WrongDigest | Fault::Corrupted);
        *in_a_row = if is_once { IN_A_ROW } else { *in_a_row + 1 };
        Some(fault)
    }

    fn pick(subject: Subject, chance: &mut Chance) -> Fault {
        let server = [500, 502, 503][chance.index(3)];
        let slow = u16::try_from(chance.between(20, 301)).unwrap_or(300);
        let own = match subject {
            Subject::Document => None,
            Subject::Run => Some(Fault::Vanished),
            Subject::Artifact => Some(Fault::WrongDigest),
            Subject::Redirect => Some(Fault::ForeignRedirect),
            Subject::Bytes => Some(Fault::Corrupted),
        };
        let common: &[Fault] = if subject == Subject::Bytes {
            &[Fault::Server(server), Fault::Slow(slow), Fault::Truncated]
        } else {
            &[
                Fault::PrimaryLimit,
                Fault::SecondaryLimit,
                Fault::TooMany,
                Fault::Server(server),
                Fault::Slow(slow),
                Fault::Truncated,
            ]
        };
        let position = chance.index(common.len() + own.iter().len());
        common.get(position).copied().or(own).unwrap_or(Fault::Slow(slow))
    }

    /// By how much a page of the runs' list has moved on since the list was begun: from a drawn page on, by one.
    pub(crate) fn shift(&self, request: &Request) -> usize {
        let segments: Vec<&str> = request.segments.iter().map(String::as_str).collect();
        let is_list = matches!(segments.as_slice(), ["repos", _, _, "actions", "runs"]);
        if self.percent == 0 || !is_list {
            return 0;
        }
        let list = request.with("", "page", "");
        let page = request.pager().page;
        let mut begun = self.begun.lock().unwrap_or_else(PoisonError::into_inner);
        let nth = begun.entry(list.clone()).or_default();
        if page == 1 {
            *nth += 1;
        }
        let mut chance = Chance::of(self.seed, &[&"shift", &list, nth]);
        let moves = self.happens(&mut chance);
        let from = 2 + chance.index(3);
        usize::from(moves && page >= from)
    }
}
