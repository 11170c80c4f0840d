//! The start probe: a store whose put-if-absent lets two win would lose commits silently, so it is refused.

use bytes::Bytes;
use futures::future::try_join_all;
use object_store::path::Path;

use crate::error::{Error, Result};
use crate::store::Store;

/// Writers in the race.
const RACERS: usize = 16;

/// Puts one scratch key twice and lets sixteen race for another; exactly one may win each time.
pub async fn probe(store: &Store, nonce: &str) -> Result<()> {
    let refuse = |reason: String| {
        Err(Error::UnsafeStore {
            url: store.url().to_string(),
            reason,
        })
    };
    let twice = Path::from(format!("probe/{nonce}-twice"));
    let race = Path::from(format!("probe/{nonce}-race"));
    let first = store.put_if_absent(&twice, Bytes::from_static(b"first")).await?;
    let second = store.put_if_absent(&twice, Bytes::from_static(b"second")).await?;
    let racers = (0..RACERS).map(|racer| store.put_if_absent(&race, Bytes::from(racer.to_string())));
    let winners = try_join_all(racers).await?.into_iter().filter(|won| *won).count();
    let kept = store.get(&twice).await?;
    store.delete(&twice).await?;
    store.delete(&race).await?;
    if !first {
        return refuse("it refused to put a key that did not exist".to_owned());
    }
    if second || kept.as_ref() != b"first" {
        return refuse("a second conditional put of one key won over the first; commits would be lost".to_owned());
    }
    if winners != 1 {
        return refuse(format!(
            "{winners} of {RACERS} conditional puts of one key won; commits would be lost"
        ));
    }
    Ok(())
}
