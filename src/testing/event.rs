use std::fmt;

/// An event that a [`TestConnection`](super::TestConnection) sends. Data of several lines is sent as several `data` fields.
///
/// ```
/// use eventsource_wasm::testing::TestEvent;
///
/// let event = TestEvent::data("one\ntwo").name("update").id("7");
/// assert_eq!(event.to_string(), "event: update\nid: 7\ndata: one\ndata: two\n\n");
/// ```
#[derive(Clone, Debug, Default, PartialEq, Eq)]
#[must_use = "give it to the connection's `send`"]
pub struct TestEvent {
    name: Option<String>,
    id: Option<String>,
    retry: Option<u64>,
    data: Option<String>,
}

impl TestEvent {
    /// An event with data, and without a name.
    pub fn data(data: impl Into<String>) -> TestEvent {
        TestEvent { data: Some(data.into()), ..TestEvent::default() }
    }

    /// A block without data, which is no event: only the given fields, such as an [`id`](TestEvent::id) or a
    /// [`retry`](TestEvent::retry).
    pub fn without_data() -> TestEvent {
        TestEvent::default()
    }

    /// Sets the event's name.
    ///
    /// # Panics
    ///
    /// If it contains a line break, which the field cannot hold.
    pub fn name(mut self, name: impl Into<String>) -> TestEvent {
        self.name = Some(one_line("name", name.into()));
        self
    }

    /// Sets the event's ID.
    ///
    /// # Panics
    ///
    /// If it contains a line break or a NUL, which the field cannot hold.
    pub fn id(mut self, id: impl Into<String>) -> TestEvent {
        let id = one_line("id", id.into());
        assert!(
            !id.contains('\0'),
            "'id' has a NUL, and clients ignore such an ID: take the NUL out, or write() the bytes"
        );
        self.id = Some(id);
        self
    }

    /// Sets the server's reconnection time, in milliseconds.
    pub fn retry(mut self, milliseconds: u64) -> TestEvent {
        self.retry = Some(milliseconds);
        self
    }
}

fn one_line(what: &str, text: String) -> String {
    assert!(
        !text.contains(['\n', '\r']),
        "'{what}' has a line break, which would end its field: take the line break out, or write() the bytes"
    );
    text
}

/// The event in the format of the stream.
impl fmt::Display for TestEvent {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        let field = |name: &str, value: &Option<String>| match value {
            Some(value) => format!("{name}: {value}\n"),
            None => String::new(),
        };
        formatter.write_str(&field("event", &self.name))?;
        formatter.write_str(&field("id", &self.id))?;
        formatter.write_str(&field("retry", &self.retry.map(|retry| retry.to_string())))?;
        let data = self.data.as_ref().map(|data| data.replace("\r\n", "\n").replace(['\n', '\r'], "\ndata: "));
        formatter.write_str(&field("data", &data))?;
        formatter.write_str("\n")
    }
}
