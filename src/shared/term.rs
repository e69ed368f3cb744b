/// Who leads, and since when. The greater of two holds: that with the later epoch, or of one epoch that with the greater leader.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord)]
pub struct Term {
    /// Milliseconds of the wall clock when it began, or one more than the epoch before, if that is later. 0 for no term.
    pub epoch: u64,
    /// The member that leads.
    pub leader: u64,
}

/// Where a member is in the events of a term.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord)]
pub struct Place {
    /// The term; without an epoch for a member that never had a place.
    pub term: Term,
    /// The number of the last event that the member has; 0 for none. The first event of a term has the number 1.
    pub number: u64,
}
