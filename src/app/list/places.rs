//! Sets of rows by their places in the store: a bit for each.

/// Places of rows.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Places {
    bits: Vec<u64>,
    len: usize,
}

impl Places {
    /// The places for which bits are set, each number from its lowest on.
    pub(super) fn from_bits(bits: Vec<u64>) -> Self {
        let len = bits.iter().map(|bits| bits.count_ones() as usize).sum();
        Self { bits, len }
    }

    /// Keeps those that are among others too.
    pub(super) fn intersect(&mut self, others: &Self) {
        self.change(others, |bits, others| bits & others);
    }

    /// Takes out those that are among others.
    pub(super) fn remove(&mut self, others: &Self) {
        self.change(others, |bits, others| bits & !others);
    }

    fn change(&mut self, others: &Self, change: impl Fn(u64, u64) -> u64) {
        let mut bits = std::mem::take(&mut self.bits);
        for (bits, others) in bits.iter_mut().zip(others.bits.iter().chain(std::iter::repeat(&0))) {
            *bits = change(*bits, *others);
        }
        *self = Self::from_bits(bits);
    }

    /// Takes a place in; says whether it is new.
    pub fn insert(&mut self, place: u32) -> bool {
        let (word, bit) = split(place);
        if word >= self.bits.len() {
            self.bits.resize(word + 1, 0);
        }
        let Some(bits) = self.bits.get_mut(word) else { return false };
        let is_new = *bits & bit == 0;
        *bits |= bit;
        self.len += usize::from(is_new);
        is_new
    }

    /// Whether a place is among them.
    pub fn contains(&self, place: u32) -> bool {
        let (word, bit) = split(place);
        self.bits.get(word).is_some_and(|bits| bits & bit != 0)
    }

    /// All of them, in the order of the store.
    pub fn iter(&self) -> impl Iterator<Item = u32> {
        (0..).zip(&self.bits).flat_map(|(word, bits)| {
            let mut bits = *bits;
            std::iter::from_fn(move || {
                let bit = (bits != 0).then(|| bits.trailing_zeros())?;
                bits &= bits - 1;
                Some(word * u64::BITS + bit)
            })
        })
    }

    /// How many there are.
    pub const fn len(&self) -> usize {
        self.len
    }

    /// Whether there is none.
    pub const fn is_empty(&self) -> bool {
        self.len == 0
    }

    /// Takes all out.
    pub fn clear(&mut self) {
        *self = Self::default();
    }
}

impl FromIterator<u32> for Places {
    fn from_iter<I: IntoIterator<Item = u32>>(places: I) -> Self {
        let mut set = Self::default();
        set.extend(places);
        set
    }
}

impl Extend<u32> for Places {
    fn extend<I: IntoIterator<Item = u32>>(&mut self, places: I) {
        for place in places {
            self.insert(place);
        }
    }
}

/// The bits of all of so many places.
pub(super) fn all_bits(places: usize) -> impl Iterator<Item = u64> {
    let bits = u64::BITS as usize;
    let last = (!places.is_multiple_of(bits)).then(|| (1 << (places % bits)) - 1);
    std::iter::repeat_n(u64::MAX, places / bits).chain(last)
}

const fn split(place: u32) -> (usize, u64) {
    ((place / u64::BITS) as usize, 1 << (place % u64::BITS))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_place_is_counted_once() {
        let mut places: Places = [3, 64, 3, 200].into_iter().collect();
        assert_eq!(places.len(), 3);
        assert!(places.contains(3) && places.contains(64) && places.contains(200));
        assert!(!places.contains(4) && !places.contains(63) && !places.contains(100_000));
        assert!(places.insert(0) && !places.insert(200));
        assert_eq!(places.iter().collect::<Vec<_>>(), [0, 3, 64, 200]);
        places.intersect(&[3, 5, 64].into_iter().collect());
        assert_eq!((places.len(), places.iter().collect::<Vec<_>>()), (2, vec![3, 64]));
        let mut others = Places::from_bits(all_bits(70).collect());
        others.remove(&places);
        assert_eq!((others.len(), others.contains(63), others.contains(64)), (68, true, false));
        places.clear();
        assert!(places.is_empty() && !places.contains(3));
    }
}
