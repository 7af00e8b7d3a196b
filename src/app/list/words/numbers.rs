//! Numbers of rows, nearly always small: one byte each while all of them fit, then two, then four.

use super::mark_each;

/// The numbers, in the order of the rows.
#[derive(Clone, Debug)]
pub(super) enum Numbers {
    /// Each less than 256.
    Bytes(Vec<u8>),
    /// Each less than 65,536.
    Pairs(Vec<u16>),
    /// Any.
    Whole(Vec<u32>),
}

impl Default for Numbers {
    fn default() -> Self {
        Self::Bytes(Vec::new())
    }
}

/// The same is done with the numbers, however wide they are.
macro_rules! with {
    ($numbers:expr, $list:ident => $what:expr) => {
        match $numbers {
            Numbers::Bytes($list) => $what,
            Numbers::Pairs($list) => $what,
            Numbers::Whole($list) => $what,
        }
    };
}

#[expect(clippy::useless_conversion, reason = "of the widest numbers alone")]
impl Numbers {
    pub(super) const fn len(&self) -> usize {
        with!(self, list => list.len())
    }

    pub(super) fn get(&self, nth: usize) -> Option<u32> {
        with!(self, list => list.get(nth).map(|number| u32::from(*number)))
    }

    pub(super) fn push(&mut self, number: u32) {
        self.widen_for(number);
        with!(self, list => list.push(number.try_into().unwrap_or_default()));
    }

    /// Puts another number in the place of one that is there.
    pub(super) fn set(&mut self, nth: usize, number: u32) {
        self.widen_for(number);
        with!(self, list => {
            if let Some(present) = list.get_mut(nth) {
                *present = number.try_into().unwrap_or_default();
            }
        });
    }

    pub(super) fn reserve(&mut self, more: usize) {
        with!(self, list => list.reserve_exact(more));
    }

    pub(super) fn shrink(&mut self, spare: usize) {
        with!(self, list => list.shrink_to(list.len() + spare));
    }

    /// Marks the rows whose number is such.
    pub(super) fn mark(&self, is_such: impl Fn(usize) -> bool, found: &mut [u64]) {
        with!(self, list => mark_each(list, |number| is_such(*number as usize), found));
    }

    /// Makes all of them wide enough, with the room that there is.
    fn widen_for(&mut self, number: u32) {
        let fits = match self {
            Self::Bytes(_) => u8::try_from(number).is_ok(),
            Self::Pairs(_) => u16::try_from(number).is_ok(),
            Self::Whole(_) => true,
        };
        if fits {
            return;
        }
        *self = if u16::try_from(number).is_ok() {
            Self::Pairs(self.widened())
        } else {
            Self::Whole(self.widened())
        };
    }

    fn widened<N: TryFrom<u32>>(&self) -> Vec<N> {
        let mut wide = Vec::new();
        wide.reserve_exact(with!(self, list => list.capacity()));
        wide.extend((0..).map_while(|nth| self.get(nth)?.try_into().ok()));
        wide
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_are_what_they_were_when_a_larger_one_comes() {
        let mut numbers = Numbers::default();
        let mut expected = Vec::new();
        for number in [0, 255, 256, 1, 65_535, 65_536, u32::MAX] {
            numbers.push(number);
            expected.push(number);
            assert_eq!((0..numbers.len()).map_while(|nth| numbers.get(nth)).collect::<Vec<_>>(), expected);
        }
        let mut numbers = Numbers::default();
        numbers.push(7);
        numbers.push(8);
        assert!(matches!(&numbers, Numbers::Bytes(_)));
        numbers.set(0, 300);
        assert!(matches!(&numbers, Numbers::Pairs(_)));
        numbers.set(1, 70_000);
        numbers.set(9, 1);
        assert_eq!((numbers.get(0), numbers.get(1), numbers.get(2)), (Some(300), Some(70_000), None));
        let mut found = [0];
        numbers.mark(|number| number == 70_000, &mut found);
        assert_eq!(found, [0b10]);
    }
}
