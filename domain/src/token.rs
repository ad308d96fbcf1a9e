//! AI tokens: the arithmetic of the ledger. An entry is written once and never changed; the balance is what the entries
//! add up to, and can never be negative.

use crate::{time::Timestamp, words::words};
use serde::{Deserialize, Serialize};

/// Longest reference or note, in characters.
pub const NOTE_MAX: usize = 200;
/// Most tokens that one grant adds.
pub const GRANT_MAX: i64 = 1_000_000_000;

words! {
    /// What an entry does.
    EntryKind {
        /// Adds tokens.
        Grant = "grant",
        /// Sets tokens aside for work that is about to run.
        Reserve = "reserve",
        /// The work has its result: what was set aside is spent.
        Commit = "commit",
        /// The work has no result: what was set aside comes back.
        Refund = "refund",
    }
}

/// What a workspace has.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Default, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct Balance {
    /// What can be spent now.
    #[serde(rename = "balance")]
    pub available: i64,
    /// Set aside for work under way; not part of the balance.
    pub reserved: i64,
}

impl Balance {
    /// The balance after an entry; `None` where that would be negative, or for an amount that is not positive.
    #[must_use]
    pub fn after(self, kind: EntryKind, amount: i64) -> Option<Self> {
        let (available, reserved) = match kind {
            EntryKind::Grant => (self.available.checked_add(amount)?, self.reserved),
            EntryKind::Reserve => (self.available.checked_sub(amount)?, self.reserved.checked_add(amount)?),
            EntryKind::Commit => (self.available, self.reserved.checked_sub(amount)?),
            EntryKind::Refund => (self.available.checked_add(amount)?, self.reserved.checked_sub(amount)?),
        };
        (amount > 0 && available >= 0 && reserved >= 0).then_some(Self { available, reserved })
    }

    /// What entries add up to, from the first one; `None` where they go below nothing on the way.
    #[must_use]
    pub fn of(entries: impl IntoIterator<Item = (EntryKind, i64)>) -> Option<Self> {
        entries
            .into_iter()
            .try_fold(Self::default(), |balance, (kind, amount)| balance.after(kind, amount))
    }

    /// How many of `wanted` tokens are missing.
    #[must_use]
    pub const fn missing(self, wanted: i64) -> i64 {
        if wanted > self.available {
            wanted - self.available
        } else {
            0
        }
    }
}

/// The account of a workspace.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct TokenAccount {
    /// What can be spent now.
    pub balance: i64,
    /// Set aside for work under way; not part of the balance.
    pub reserved: i64,
    /// What one resume costs; 0 is free.
    pub per_resume: i64,
}

/// One line of the ledger.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct TokenEntry {
    /// Its number in the workspace, from 1, without gaps.
    pub seq: i64,
    /// What it does.
    pub kind: EntryKind,
    /// Tokens, always positive.
    pub amount: i64,
    /// What it is about; a reference is reserved once, and settled once.
    pub reference: String,
    /// In words: the file's name, or why tokens were granted.
    pub note: Option<String>,
    /// What could be spent after it.
    pub balance: i64,
    /// What was set aside after it.
    pub reserved: i64,
    /// When.
    pub at: Timestamp,
}

/// Tokens spent on one day of the reader's time zone.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct DaySpend {
    /// `2026-11-24`.
    pub date: String,
    /// "24 Nov".
    pub label: String,
    /// Tokens spent.
    pub spent: i64,
}

#[cfg(test)]
mod tests {
    use super::*;
    use EntryKind::*;

    #[test]
    fn entries_add_up() {
        let account = Balance::of([
            (Grant, 500),
            (Reserve, 15),
            (Commit, 5),
            (Refund, 5),
            (Commit, 5),
            (Grant, 1),
        ]);
        let expected = Balance {
            available: 491,
            reserved: 0,
        };
        assert_eq!(account, Some(expected));
    }

    #[test]
    fn nothing_goes_below_nothing() {
        assert_eq!(Balance::of([(Grant, 4), (Reserve, 5)]), None);
        assert_eq!(Balance::of([(Commit, 1)]), None);
        assert_eq!(Balance::of([(Grant, 9), (Reserve, 2), (Refund, 3)]), None);
        for kind in EntryKind::ALL {
            for amount in [0, -1, i64::MIN] {
                let rich = Balance {
                    available: 10,
                    reserved: 10,
                };
                assert_eq!(rich.after(kind, amount), None, "{kind:?} {amount}");
            }
        }
        let full = Balance {
            available: i64::MAX,
            reserved: 1,
        };
        assert_eq!(full.after(Grant, 1), None, "no overflow either");
        assert_eq!(full.after(Refund, 1), None);
    }

    /// Whatever is tried in whatever order, what is accepted keeps the sums: granted = available + reserved + spent.
    #[test]
    fn any_sequence_keeps_the_sums() {
        let mut seed = 0x9e37_79b9_7f4a_7c15_u64;
        let mut next = move || {
            seed ^= seed << 13;
            seed ^= seed >> 7;
            seed ^= seed << 17;
            seed
        };
        for _ in 0..200 {
            let (mut balance, mut granted, mut spent) = (Balance::default(), 0, 0);
            for _ in 0..200 {
                let kind = EntryKind::ALL[(next() % 4) as usize];
                let amount = (next() % 20) as i64;
                if let Some(after) = balance.after(kind, amount) {
                    balance = after;
                    match kind {
                        Grant => granted += amount,
                        Commit => spent += amount,
                        Reserve | Refund => {}
                    }
                }
                assert!(balance.available >= 0 && balance.reserved >= 0);
                assert_eq!(granted, balance.available + balance.reserved + spent);
            }
        }
    }

    #[test]
    fn what_is_missing_is_said() {
        let balance = Balance {
            available: 8,
            reserved: 100,
        };
        assert_eq!((balance.missing(15), balance.missing(8), balance.missing(0)), (7, 0, 0));
    }

    #[test]
    fn words_come_back() {
        for kind in EntryKind::ALL {
            assert_eq!(kind.as_str().parse(), Ok(kind));
        }
        assert!("spend".parse::<EntryKind>().is_err());
    }
}
