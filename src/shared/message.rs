use alloc::string::String;

use super::term::Term;

/// What a message between members is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[repr(u32)]
pub enum Kind {
    /// A member is there, and wants the events behind the ID `id`.
    Hello = 0,
    /// Is the leader there? It answers with [`Kind::Lead`].
    Ping = 1,
    /// A member is about to lead the term `term`. Whoever gets this accepts no event of an earlier term, and answers with [`Kind::At`].
    Claim = 2,
    /// The sender has its events up to number `number` of the term `term`, the last of them with the ID `id`.
    At = 3,
    /// The sender leads. Its connection began behind the ID `start`; `number` and `id` are those of its last event, and it can
    /// send again those from number `other` on.
    Lead = 4,
    /// Events, of which the first has the number `number`. `id` has the ID of each, separated by line feeds.
    Events = 5,
    /// The sender lacks the events behind number `number`.
    Want = 6,
    /// To the member `other`: the event with the ID `id`, behind which it wants to go on, has the number `number`; 0 if the leader knows it
    /// not, or has not what follows.
    Found = 7,
    /// The leader leads no more.
    Bye = 8,
}

/// What members tell each other. The fields that a kind does not name mean nothing in it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Message {
    /// What it says.
    pub kind: Kind,
    /// The sender.
    pub from: u64,
    /// The term that it is about, without an epoch for none.
    pub term: Term,
    /// The number of an event.
    pub number: u64,
    /// See [`Kind`].
    pub other: u64,
    /// An event ID, or several.
    pub id: String,
    /// See [`Kind::Lead`].
    pub start: String,
}
