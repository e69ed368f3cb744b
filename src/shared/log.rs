use alloc::boxed::Box;
use alloc::collections::VecDeque;

/// How many events are remembered. Two tabs of a site are never so many events apart.
const CAPACITY: usize = 1024;

/// The IDs of the last events, in the order of their delivery, each with its number in the current term; 0 for an event of an
/// earlier term.
#[derive(Debug, Default)]
pub(super) struct Log {
    events: VecDeque<(u64, Box<str>)>,
    /// Events from this index on are expected again.
    expected: Option<usize>,
}

impl Log {
    pub(super) fn push(&mut self, number: u64, id: &str) {
        if self.events.len() == CAPACITY {
            self.events.pop_front();
        }
        self.events.push_back((number, id.into()));
    }

    pub(super) fn clear(&mut self) {
        *self = Log::default();
    }

    /// Begins a term, in which no event has a number yet.
    pub(super) fn begin_term(&mut self) {
        self.expected = None;
        for (number, _) in &mut self.events {
            *number = 0;
        }
    }

    fn find(&self, id: &str) -> Option<usize> {
        self.events.iter().rposition(|(_, other)| **other == *id)
    }

    /// Expects the events after this ID again; false if the ID is not remembered.
    pub(super) fn expect_after(&mut self, id: &str) -> bool {
        let found = self.find(id);
        if let Some(index) = found {
            self.expected = Some(index + 1);
        }
        found.is_some()
    }

    /// Whether the event is one that is expected again. The first new event ends the expectation.
    pub(super) fn is_repeated(&mut self, number: u64, id: &str) -> bool {
        let Some(from) = self.expected else { return false };
        let again = (from..self.events.len()).find(|&index| *self.events[index].1 == *id);
        self.expected = again.map(|index| index + 1);
        if let Some(index) = again {
            self.events[index].0 = number;
        }
        again.is_some()
    }

    /// The number of the event with this ID in the current term.
    pub(super) fn number_of(&self, id: &str) -> Option<u64> {
        self.find(id).map(|index| self.events[index].0).filter(|number| *number > 0)
    }
}
