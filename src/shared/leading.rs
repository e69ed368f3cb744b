//! How a member comes to lead, and how it stops.

use alloc::string::String;

use super::{ANSWERING, Failed, Kind, Member, Message, Output, Place, Role, Sent, Term, Time};

impl Member {
    /// Sends `Bye`, disconnects, and follows.
    pub(super) fn abdicate(&mut self) {
        let other = u64::from(self.sent == Sent::No);
        self.outputs.push_back(Output::Send(Message { other, ..self.message(Kind::Bye, &self.place_id) }));
        self.outputs.push_back(Output::Disconnect);
        self.role = Role::Following;
        self.acts_at = None;
    }

    /// Lets another member lead.
    pub(super) fn give_way(&mut self, now: Time) {
        self.abdicate();
        self.restart_silence(now);
        if self.has_locks {
            self.queue_up();
        }
    }

    /// Follows another leader. The place stays the place in the member's own term.
    pub(super) fn step_down(&mut self, now: Time) {
        self.outputs.push_back(Output::Disconnect);
        self.role = Role::Following;
        self.acts_at = None;
        self.restart_silence(now);
    }

    pub(super) fn claim(&mut self, wall: Time, now: Time) {
        let is_first = self.term == Term::default();
        self.begin(Term { epoch: wall.max(self.term.epoch.saturating_add(1)), leader: self.me });
        if self.role == Role::Apart {
            self.outputs.push_back(Output::Disconnect);
        }
        self.role = Role::Claiming;
        self.least = None;
        self.send(Kind::Claim);
        // Without an earlier term, no other member can answer.
        if is_first && self.has_locks {
            self.lead(now);
        } else {
            self.acts_at = Some(now + ANSWERING);
        }
    }

    /// Finds the lowest place in the answers to a claim.
    pub(super) fn compare(&mut self, message: &Message) {
        if self.role != Role::Claiming || message.term.epoch == 0 {
            return;
        }
        let place = Place { term: message.term, number: message.number };
        self.consider(place, &message.id);
    }

    fn consider(&mut self, place: Place, id: &str) {
        let is_less = self.least.as_ref().is_none_or(|(least, _)| {
            (place.term > least.term) || (place.term == least.term && place.number < least.number)
        });
        if is_less {
            self.least = Some((place, id.into()));
        }
    }

    /// Starts to lead. The connection starts after the oldest of the last events of all members.
    pub(super) fn lead(&mut self, now: Time) {
        if self.has_place() {
            let (place, id) = (self.place, self.place_id.clone());
            self.consider(place, &id);
        }
        self.start = self.least.take().map_or_else(|| self.id.clone(), |(_, id)| id);
        let start = self.start.clone();
        let is_over = self.is_over(Sent::ByLeader);
        if !is_over && self.is_behind(&start) {
            // Another member, which has more events, must lead.
            self.give_way(now);
            self.go_apart();
            return;
        }
        self.id_if_fresh(&start);
        self.role = Role::Leading;
        self.place = Place { term: self.term, number: 0 };
        self.place_id.clone_from(&start);
        self.kept = 1;
        self.acts_at = None;
        self.assert();
        if is_over || self.failed == Some(Failed::ForGood) {
            self.outputs.push_back(Output::Fail);
        } else {
            self.connect(start);
        }
    }

    pub(super) fn connect(&mut self, id: String) {
        self.sent = Sent::ForMember;
        self.outputs.push_back(Output::Connect { id });
    }

    /// Whether this member has a place after which a connection can start.
    pub(super) fn has_place(&self) -> bool {
        self.place.term.epoch > 0 && !self.place_id.is_empty()
    }

    /// Whether events may be missing between the last event and a connection that starts after this ID. If not, the log
    /// expects the events after the ID again.
    pub(super) fn is_behind(&mut self, start: &str) -> bool {
        !self.id.is_empty() && self.id != start && !self.log.expect_after(start)
    }

    fn id_if_fresh(&mut self, id: &str) {
        if self.id.is_empty() {
            self.set_id(id);
        }
    }
}
