//! A reference parser that follows the text of the standard step by step. It takes the whole stream at once and is slow.
//! Tests compare the real parser with it.
//!
//! `[spec]` marks a shortened quotation of the standard:
//! <https://html.spec.whatwg.org/multipage/server-sent-events.html#event-stream-interpretation>.

use super::items::{Event, Item, Outcome};

/// Reads a stream to its end.
pub(crate) fn interpret(stream: &[u8]) -> Outcome {
    interpret_after("", stream)
}

/// Reads the stream of a source that has a last event ID from an earlier stream.
pub(crate) fn interpret_after(last_event_id: &str, stream: &[u8]) -> Outcome {
    let text = utf8_decode(stream);
    // [spec] "When a stream is parsed, a data buffer, an event type buffer, and a last event ID buffer must be associated
    // with it. They must be initialized to the empty string." Read literally, an event without an `id` would lose the ID that
    // the source has. No browser does that.
    let mut source = Source { last_event_id: last_event_id.to_owned(), ..Source::default() };
    source.outcome.last_event_id = last_event_id.to_owned();
    // [spec] "Lines must be processed, in the order they are received"
    for line in lines(&text) {
        source.process_line(line);
    }
    // [spec] "Once the end of the file is reached, any pending data must be discarded."
    source.outcome
}

/// [spec] "Streams must be decoded using the UTF-8 decode algorithm", which "strips one leading UTF-8 Byte Order Mark
/// (BOM), if any".
fn utf8_decode(stream: &[u8]) -> String {
    String::from_utf8_lossy(stream.strip_prefix(b"\xef\xbb\xbf").unwrap_or(stream)).into_owned()
}

/// [spec] A line ends with "a CRLF character pair, a single LF not preceded by a CR, [or] a single CR not followed by a
/// LF". The text after the last line end is not a complete line, and is left out.
fn lines(text: &str) -> Vec<&str> {
    let mut lines = Vec::new();
    let mut rest = text;
    while let Some(end) = rest.find(['\r', '\n']) {
        let (line, ended) = rest.split_at(end);
        lines.push(line);
        rest = ended.strip_prefix("\r\n").unwrap_or(&ended[1..]);
    }
    lines
}

#[derive(Default)]
struct Source {
    data: String,
    event_type: String,
    last_event_id: String,
    /// Whether the block has set the last event ID. Not part of the standard.
    block_has_id: bool,
    outcome: Outcome,
}

impl Source {
    fn process_line(&mut self, line: &str) {
        // [spec] "If the line is empty (a blank line): dispatch the event"
        if line.is_empty() {
            self.dispatch();
        }
        // [spec] "If the line starts with a U+003A COLON character (:): ignore the line." The text of comments is
        // reported here like a value, because the parser under test reports it.
        else if let Some(comment) = line.strip_prefix(':') {
            self.outcome.items.push(Item::Comment(without_leading_space(comment).to_owned()));
        }
        // [spec] "If the line contains a U+003A COLON character (:): collect the characters on the line before the first
        // [one], and let field be that string. Collect the characters on the line after [it], and let value be that
        // string. If value starts with a U+0020 SPACE character, remove it from value."
        else if let Some((field, value)) = line.split_once(':') {
            self.process_field(line, field, without_leading_space(value));
        }
        // [spec] "Otherwise, the string is not empty but does not contain a U+003A COLON character (:): process the field
        // using the whole line as the field name, and the empty string as the field value."
        else {
            self.process_field(line, line, "");
        }
    }

    /// [spec] "Field names must be compared literally, with no case folding performed."
    fn process_field(&mut self, line: &str, field: &str, value: &str) {
        match field {
            // [spec] "Set the event type buffer to the field value."
            "event" => self.event_type = value.to_owned(),
            // [spec] "Append the field value to the data buffer, then append a single U+000A LINE FEED (LF) character to
            // the data buffer."
            "data" => {
                self.data.push_str(value);
                self.data.push('\n');
            }
            // [spec] "If the field value does not contain U+0000 NULL, then set the last event ID buffer to the field
            // value. Otherwise, ignore the field."
            "id" if !value.contains('\0') => {
                self.last_event_id = value.to_owned();
                self.block_has_id = true;
            }
            // [spec] "If the field value consists of only ASCII digits, then interpret the field value as an integer in
            // base ten, and set the event stream's reconnection time to that integer. Otherwise, ignore the field." The
            // empty string is no integer. Only a number that is too large fails to parse here.
            "retry" if !value.is_empty() && value.chars().all(|character| character.is_ascii_digit()) => {
                self.outcome.items.push(Item::Retry(value.parse().unwrap_or(u64::MAX)));
            }
            // [spec] "Otherwise: the field is ignored." The parser under test reports ignored fields.
            _ => self.outcome.items.push(Item::Ignored(line.to_owned())),
        }
    }

    fn dispatch(&mut self) {
        // [spec] 1. "Set the last event ID string of the event source to the value of the last event ID buffer. The buffer
        // does not get reset"
        self.outcome.last_event_id = self.last_event_id.clone();
        let sets_id = std::mem::take(&mut self.block_has_id);
        // [spec] 2. "If the data buffer is an empty string, set the data buffer and the event type buffer to the empty
        // string and return."
        if self.data.is_empty() {
            self.event_type.clear();
            // The parser under test reports the ID, because there is no event to carry it.
            self.outcome.items.extend(sets_id.then(|| Item::Id(self.last_event_id.clone())));
            return;
        }
        // [spec] 3. "If the data buffer's last character is a U+000A LINE FEED (LF) character, then remove the last
        // character from the data buffer."
        if self.data.ends_with('\n') {
            self.data.pop();
        }
        // [spec] 4. to 6. The event has the type "message", or the value of the event type buffer when that is not empty.
        let event = if self.event_type.is_empty() { "message".to_owned() } else { self.event_type.clone() };
        self.outcome.items.push(Item::Event(Event {
            event,
            data: self.data.clone(),
            id: self.outcome.last_event_id.clone(),
        }));
        // [spec] 7. "Set the data buffer and the event type buffer to the empty string."
        self.data.clear();
        self.event_type.clear();
    }
}

/// Removes one leading space, not all of them.
fn without_leading_space(value: &str) -> &str {
    value.strip_prefix(' ').unwrap_or(value)
}
