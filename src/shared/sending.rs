//! Messages that a member sends.

use alloc::borrow::ToOwned;
use alloc::string::String;

use super::{DELAY, Kind, Member, Message, Output, Role, Time};

impl Member {
    #[inline(never)]
    pub(super) fn message(&self, kind: Kind, id: &str) -> Message {
        Message {
            kind,
            from: self.me,
            term: self.term,
            number: self.place.number,
            other: self.kept,
            id: id.into(),
            start: String::new(),
        }
    }

    #[inline(never)]
    pub(super) fn send(&mut self, kind: Kind) {
        let message = self.message(kind, &self.place_id);
        self.outputs.push_back(Output::Send(message));
    }

    pub(super) fn ask(&mut self, kind: Kind, now: Time) {
        self.asked_at = Some(now);
        self.send(kind);
    }

    pub(super) fn say_hello(&mut self, now: Time) {
        self.asked_at = Some(now);
        let message = self.message(Kind::Hello, &self.id);
        self.outputs.push_back(Output::Send(message));
    }

    /// Whether the answer to the last question may still come.
    pub(super) fn has_asked(&self, now: Time) -> bool {
        self.asked_at.is_some_and(|at| at + DELAY > now)
    }

    /// Sends `Lead`, if this member leads.
    pub(super) fn assert(&mut self) {
        if self.role == Role::Leading {
            let mut message = self.message(Kind::Lead, &self.place_id);
            self.start.clone_into(&mut message.start);
            self.outputs.push_back(Output::Send(message));
        }
    }

    pub(super) fn answer(&mut self, question: &Message, number: u64) {
        let message = Message { other: question.from, number, ..self.message(Kind::Found, &question.id) };
        self.outputs.push_back(Output::Send(message));
    }

    pub(super) fn greet(&mut self, message: &Message) {
        self.assert();
        if self.role == Role::Leading && !message.id.is_empty() && message.id != self.place_id {
            let number = self.log.number_of(&message.id).filter(|number| number + 1 >= self.kept);
            self.answer(message, number.unwrap_or(0));
        }
    }
}
