//! How a member follows a leader: its place among the numbered events, and the time apart from the leader.

use alloc::borrow::ToOwned;
use alloc::string::String;

use super::ids::{cut, split};
use super::{Kind, Member, Message, Output, Place, Role, Sent, Term, Time};

impl Member {
    /// Takes the next events of the term in which this member has a place; counts the repeated events.
    pub(super) fn take(&mut self, ids: &str, skip: &mut usize) {
        for id in split(ids) {
            self.place.number += 1;
            id.clone_into(&mut self.place_id);
            if self.log.is_repeated(self.place.number, id) {
                *skip += 1;
            } else {
                self.log.push(self.place.number, id);
                self.set_id(id);
            }
        }
    }

    /// Begins a term, in which no event has a number yet.
    pub(super) fn begin(&mut self, term: Term) {
        self.term = term;
        self.log.begin_term();
        self.leaders.clear();
        self.asked_at = None;
    }

    /// Handles a claim, the state of a leader, or events, unless their term is an earlier one.
    pub(super) fn follow(&mut self, message: &Message, now: Time) -> usize {
        if message.term < self.term {
            // The sender must learn of the later term.
            self.assert();
            return usize::MAX;
        }
        if message.term > self.term {
            if matches!(self.role, Role::Leading | Role::Claiming) {
                self.step_down(now);
                if self.has_locks {
                    self.queue_up();
                }
            }
            self.begin(message.term);
            self.acts_at = None;
            if self.role == Role::Joining {
                self.role = Role::Following;
                // The `Hello` of the join has already asked the leader.
                self.asked_at = Some(now);
            }
        }
        if message.kind == Kind::Lead {
            self.sent = self.sent.max(Sent::ByLeader);
        }
        self.restart_silence(now);
        if self.role == Role::Joining {
            self.role = Role::Following;
            self.acts_at = None;
        }
        match (message.kind, self.role) {
            (Kind::Claim, _) => {
                // Without a place too, so that the leader knows of this member.
                let term = if self.has_place() { self.place.term } else { Term::default() };
                let at = Message { term, ..self.message(Kind::At, &self.place_id) };
                self.outputs.push_back(Output::Send(at));
                usize::MAX
            }
            (Kind::Lead, Role::Apart) => {
                if message.number > 0 {
                    self.leaders.push(message.number, &message.id);
                    self.meet(now);
                } else if message.start == self.id {
                    self.rejoin(0, now);
                }
                usize::MAX
            }
            (Kind::Lead, _) => {
                self.place_by(message, now);
                usize::MAX
            }
            (_, Role::Apart) => {
                for (id, number) in split(&message.id).zip(message.number..) {
                    self.leaders.push(number, id);
                }
                self.meet(now);
                usize::MAX
            }
            _ => self.events(message, now),
        }
    }

    fn events(&mut self, message: &Message, now: Time) -> usize {
        if self.place.term != self.term {
            // It has no place, so it asks for one.
            if !self.has_asked(now) {
                self.say_hello(now);
            }
            return usize::MAX;
        }
        let next = self.place.number + 1;
        if message.number > next {
            if !self.has_asked(now) {
                self.ask(Kind::Want, now);
            }
            return usize::MAX;
        }
        let mut skip = (next - message.number) as usize;
        let mut rest = message.id.as_str();
        for _ in 0..skip {
            match cut(rest).1 {
                Some(behind) => rest = behind,
                None => return usize::MAX,
            }
        }
        self.asked_at = None;
        self.take(rest, &mut skip);
        skip
    }

    /// Finds the member's place in the events of a leader.
    fn place_by(&mut self, message: &Message, now: Time) {
        if self.place.term == self.term {
            if message.number > self.place.number && !self.has_asked(now) {
                self.ask(Kind::Want, now);
            }
            return;
        }
        let at = if self.id.is_empty() {
            let past = (message.number + 1).saturating_sub(message.other);
            // The oldest number that a leader can resend is 1. Another version may send 0.
            let at = message.number.saturating_sub(self.replay.min(past));
            if at == message.number {
                self.set_id(&message.id);
            }
            (at, self.id.clone())
        } else if self.id == message.id {
            (message.number, self.id.clone())
        } else if message.other == 1 && !self.is_behind(&message.start) {
            (0, message.start.clone())
        } else if message.number == 0 {
            self.go_apart();
            return;
        } else {
            if !self.has_asked(now) {
                self.say_hello(now);
            }
            return;
        };
        self.settle(at.0, at.1, message.number > at.0, now);
    }

    /// Handles the leader's answer about the member's last event.
    pub(super) fn find_place(&mut self, message: &Message, now: Time) {
        if self.role != Role::Following {
            return;
        }
        self.asked_at = None;
        if message.number == 0 {
            self.place = Place::default();
            self.go_apart();
        } else if self.place.term != self.term && message.id == self.id {
            // A leader that was frozen may answer an earlier question.
            self.settle(message.number, self.id.clone(), true, now);
        }
    }

    /// Sets the place: after the event with this number.
    fn settle(&mut self, number: u64, id: String, wants: bool, now: Time) {
        self.sent = Sent::ForMember;
        self.place = Place { term: self.term, number };
        self.place_id = id;
        self.asked_at = None;
        if wants {
            self.ask(Kind::Want, now);
        }
    }

    pub(super) fn go_apart(&mut self) {
        if self.is_over(Sent::ForMember) {
            self.outputs.push_back(Output::Fail);
            return;
        }
        self.role = Role::Apart;
        self.place = Place::default();
        self.leaders.clear();
        self.connect(self.id.clone());
    }

    /// Closes the member's own connection if the leader has also sent its last event.
    pub(super) fn meet(&mut self, now: Time) {
        if let Some(number) = self.leaders.number_of(&self.id) {
            self.rejoin(number, now);
        }
    }

    fn rejoin(&mut self, number: u64, now: Time) {
        if self.role != Role::Apart {
            return;
        }
        self.role = Role::Following;
        self.leaders.clear();
        self.outputs.push_back(Output::Disconnect);
        self.settle(number, self.id.clone(), true, now);
        // Asks for the state of the leader's connection.
        self.send(Kind::Ping);
    }
}
