//! What is worth keeping in memory, up to a size: what was not looked at for longest makes room.

use std::{
    collections::HashMap,
    hash::Hash,
    sync::{Arc, Mutex, PoisonError},
};

/// Values by key. Cheap to clone; clones are the same shelf.
#[derive(Debug)]
pub(crate) struct Shelf<K, V> {
    inner: Arc<Mutex<Inner<K, V>>>,
    /// How much may be kept, in bytes.
    room: usize,
}

#[derive(Debug)]
struct Inner<K, V> {
    kept: HashMap<K, Kept<V>>,
    /// What all of them take.
    taken: usize,
    /// Counts looks.
    looks: u64,
}

#[derive(Debug)]
struct Kept<V> {
    value: V,
    size: usize,
    /// The newest look at it.
    looked: u64,
}

impl<K, V> Clone for Shelf<K, V> {
    fn clone(&self) -> Self {
        Self {
            inner: Arc::clone(&self.inner),
            room: self.room,
        }
    }
}

impl<K: Eq + Hash + Clone, V> Shelf<K, V> {
    pub(crate) fn new(room: usize) -> Self {
        let inner = Inner {
            kept: HashMap::new(),
            taken: 0,
            looks: 0,
        };
        Self {
            inner: Arc::new(Mutex::new(inner)),
            room,
        }
    }

    /// What `look` makes of the value under a key, if there is one.
    pub(crate) fn look<T>(&self, key: &K, look: impl FnOnce(&mut V) -> T) -> Option<T> {
        let mut shelf = self.inner.lock().unwrap_or_else(PoisonError::into_inner);
        shelf.looks += 1;
        let looks = shelf.looks;
        let kept = shelf.kept.get_mut(key)?;
        kept.looked = looks;
        Some(look(&mut kept.value))
    }

    /// Takes the value under a key out.
    pub(crate) fn take(&self, key: &K) -> Option<V> {
        let mut shelf = self.inner.lock().unwrap_or_else(PoisonError::into_inner);
        let kept = shelf.kept.remove(key)?;
        shelf.taken -= kept.size;
        Some(kept.value)
    }

    /// Lets go of every value of which this is true.
    pub(crate) fn let_go(&self, is_gone: impl Fn(&V) -> bool) {
        let mut shelf = self.inner.lock().unwrap_or_else(PoisonError::into_inner);
        let mut freed = 0;
        shelf.kept.retain(|_, kept| {
            let goes = is_gone(&kept.value);
            freed += if goes { kept.size } else { 0 };
            !goes
        });
        shelf.taken -= freed;
    }

    /// Takes everything out.
    pub(crate) fn clear(&self) {
        let mut shelf = self.inner.lock().unwrap_or_else(PoisonError::into_inner);
        shelf.kept.clear();
        shelf.taken = 0;
    }

    /// Keeps a value that takes `size` bytes, instead of what was there.
    pub(crate) fn keep(&self, key: K, value: V, size: usize) {
        let mut shelf = self.inner.lock().unwrap_or_else(PoisonError::into_inner);
        // What comes back from where it was used was looked at just now.
        shelf.looks += 1;
        let looked = shelf.looks;
        shelf.taken += size;
        let replaced = shelf.kept.insert(key, Kept { value, size, looked });
        shelf.taken -= replaced.map_or(0, |kept| kept.size);
        while shelf.taken > self.room {
            let oldest = shelf.kept.iter().min_by_key(|(_, kept)| kept.looked);
            let oldest = oldest.map(|(key, _)| key.clone());
            let Some(gone) = oldest.and_then(|key| shelf.kept.remove(&key)) else {
                return;
            };
            shelf.taken -= gone.size;
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_was_not_looked_at_for_longest_makes_room() {
        let shelf = Shelf::new(8);
        let there = |n: u32| shelf.look(&n, |_| ()).is_some();
        for n in 1..=7 {
            shelf.keep(n, (), 1);
            assert!(there(1));
        }
        for n in 8..=20 {
            shelf.keep(n, (), 1);
            assert!(there(1), "just looked at");
        }
        assert!(!there(2) && there(20));
        let inner = shelf.inner.lock().unwrap();
        assert_eq!((inner.taken, inner.kept.len()), (8, 8));
    }

    #[test]
    fn a_value_that_is_replaced_gives_its_room_back() {
        let shelf = Shelf::new(10);
        for size in [4, 9, 2] {
            shelf.keep("a", size, size);
        }
        shelf.keep("b", 8, 8);
        assert_eq!(shelf.look(&"a", |size| *size), Some(2));
        assert_eq!(shelf.look(&"b", |size| *size), Some(8));
        shelf.keep("c", 11, 11);
        assert_eq!(shelf.look(&"c", |size| *size), None, "larger than the room");
        shelf.keep("d", 10, 10);
        assert_eq!(shelf.take(&"d"), Some(10));
        assert_eq!(shelf.take(&"d"), None);
        shelf.keep("e", 10, 10);
        assert_eq!(
            shelf.look(&"e", |size| *size),
            Some(10),
            "what was taken out takes no room"
        );
    }

    #[test]
    fn what_is_let_go_of_takes_no_room() {
        let shelf = Shelf::new(10);
        for n in 1..=4 {
            shelf.keep(n, n, 2);
        }
        shelf.let_go(|n| n % 2 == 0);
        assert_eq!(
            [1, 2, 3, 4].map(|n| shelf.look(&n, |_| ()).is_some()),
            [true, false, true, false]
        );
        assert_eq!(shelf.inner.lock().unwrap().taken, 4);
    }

    #[test]
    fn what_is_taken_out_and_put_back_counts_as_looked_at() {
        let shelf = Shelf::new(100);
        for n in 0..1_000 {
            shelf.keep(n, n, 1);
            let used = shelf.take(&0).unwrap();
            shelf.keep(0, used, 1);
            assert_eq!(shelf.look(&n, |n| *n), Some(n), "just kept");
        }
    }
}
