use alloc::string::String;

use super::term::Term;

/// The kind of a message between members.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[repr(u32)]
#[non_exhaustive]
pub enum Kind {
    /// A member without a place asks for the events after the ID `id`.
    Hello = 0,
    /// A member asks whether there is a leader. The leader answers with [`Kind::Lead`].
    Ping = 1,
    /// A member is about to lead the term `term`. Every receiver rejects events of earlier terms from now on, and answers
    /// with [`Kind::At`].
    Claim = 2,
    /// The sender has the events of the term `term` up to number `number`, whose ID is `id`.
    At = 3,
    /// The sender leads. Its connection started after the ID `start`; its last event has the number `number` and the ID `id`.
    /// It can resend the events from number `other` on.
    Lead = 4,
    /// Events. The first event has the number `number`; `id` holds all their IDs, separated by line feeds.
    Events = 5,
    /// The sender lacks the events after number `number`.
    Want = 6,
    /// The leader answers the member `other`: the event with the ID `id` has the number `number`. The number is 0 if the
    /// leader does not know this event, or cannot resend the events after it.
    Found = 7,
    /// The sender no longer leads. `other` is 1 if it could not connect, so that another member may.
    Bye = 8,
}

/// A message between members. Fields that its kind does not name have no meaning.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Message {
    /// The kind of the message.
    pub kind: Kind,
    /// The sender.
    pub from: u64,
    /// The term of the message; epoch 0 for none.
    pub term: Term,
    /// The number of an event.
    pub number: u64,
    /// A member or a number: see [`Kind`].
    pub other: u64,
    /// An event ID, or several.
    pub id: String,
    /// The ID after which a connection started: see [`Kind::Lead`].
    pub start: String,
}
