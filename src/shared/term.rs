/// The time in which one member leads. Of two terms the greater one is valid: the later epoch, or for equal epochs the
/// greater leader.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord)]
pub struct Term {
    /// The start of the term in milliseconds of the wall clock, but at least one more than the epoch before. 0 for no term.
    pub epoch: u64,
    /// The member that leads.
    pub leader: u64,
}

/// The position of a member in the events of a term.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord)]
pub struct Place {
    /// The term; epoch 0 for a member that never had a place.
    pub term: Term,
    /// The number of the last event that the member has; 0 for none. The first event of a term has the number 1.
    pub number: u64,
}
