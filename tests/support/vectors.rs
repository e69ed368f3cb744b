//! Loads the language-neutral parser vectors and replays them through the Rust parser. The files are part of the program,
//! so that this works in a browser as well. The format and the replays are described in `tests/vectors/README.md`.

use serde::Deserialize;

use super::items::{Event, Item, Outcome, Take, parse};

macro_rules! files {
    ($($file:literal),* $(,)?) => {
        /// Every file of vectors, with its text.
        pub(crate) const FILES: &[(&str, &str)] = &[$(($file, include_str!(concat!("../vectors/", $file)))),*];
    };
}

files![
    "bom.json",
    "comments.json",
    "data.json",
    "end-of-stream.json",
    "event-name.json",
    "fields.json",
    "id.json",
    "large.json",
    "line-ends.json",
    "real-world.json",
    "retry.json",
    "standard-examples.json",
    "utf8.json",
    "web-platform-tests.json",
];

/// As the expected reconnection time, this number means "at least this": JavaScript has no larger exact integer.
const AT_LEAST: u64 = (1 << 53) - 1;
/// A stream of up to this many bytes is cut at every place. For longer streams that would take quadratic time.
const CUT_EVERYWHERE: usize = 4096;
/// A stream of up to this many bytes is cut at every pair of places.
const CUT_IN_PAIRS: usize = 64;

/// A stream and its expected outcome.
pub(crate) struct Vector {
    pub(crate) name: String,
    pub(crate) why: String,
    pub(crate) chunks: Vec<Vec<u8>>,
    pub(crate) events: Vec<Event>,
    pub(crate) last_event_id: String,
    /// The expected reconnection time in milliseconds.
    pub(crate) retry: Option<u64>,
    /// The expected comments, or `None` to leave comments unchecked.
    pub(crate) comments: Option<Vec<String>>,
}

/// Reads the text of one file.
pub(crate) fn parse_file(text: &str) -> Vec<Vector> {
    let file: json::File = serde_json::from_str(text).expect("a file of vectors");
    file.vectors.into_iter().map(Vector::from).collect()
}

/// Replays every vector of a file in every way. Returns the number of vectors, or the reason of each failed one.
pub(crate) fn replay_file(file: &str, text: &str) -> Result<usize, String> {
    let vectors = parse_file(text);
    let failures: Vec<String> = vectors
        .iter()
        .filter_map(|vector| {
            let fault = replay(vector).err()?;
            Some(format!("{file}: {}\n  {}\n  {fault}", vector.name, vector.why))
        })
        .collect();
    if failures.is_empty() {
        Ok(vectors.len())
    } else {
        Err(format!("{} of {} vectors failed\n\n{}", failures.len(), vectors.len(), failures.join("\n\n")))
    }
}

/// The ways to take each item as soon as it is complete.
const AT_ONCE: [Take; 2] = [Take::AfterEachChunk, Take::AfterEachRoom];

/// Replays a vector in every way that the README lists, up to the first way with another outcome.
pub(crate) fn replay(vector: &Vector) -> Result<(), String> {
    let stream = vector.chunks.concat();
    let length = stream.len();
    let check_chunks = |chunks: &mut dyn Iterator<Item = &[u8]>, take| vector.check(&parse(chunks, take));
    let in_chunks_of = |size: usize, take| {
        check_chunks(&mut stream.chunks(size), take).map_err(|fault| format!("in chunks of {size}, {take:?}: {fault}"))
    };

    for take in AT_ONCE {
        check_chunks(&mut vector.chunks.iter().map(Vec::as_slice), take)
            .map_err(|fault| format!("in its own chunks, {take:?}: {fault}"))?;
        in_chunks_of(1, take)?;
    }
    check(vector, &stream, &[])?;

    if length <= CUT_EVERYWHERE {
        in_chunks_of(1, Take::AtTheEnd)?;
        in_chunks_of(7, Take::OneAfterEachChunk)?;
        check_chunks(&mut stream.chunks(1).flat_map(|byte| [byte, &[]]), Take::AfterEachChunk)
            .map_err(|fault| format!("byte by byte with empty chunks between: {fault}"))?;
        (0..=length).try_for_each(|cut| check(vector, &stream, &[cut]))?;
    } else {
        [1, 2, 3, 7, length - 3, length - 2, length - 1]
            .into_iter()
            .try_for_each(|cut| check(vector, &stream, &[cut]))?;
        for take in AT_ONCE {
            [1000, 1024, 65536].into_iter().try_for_each(|size| in_chunks_of(size, take))?;
        }
    }
    if length <= CUT_IN_PAIRS {
        let mut pairs = (0..=length).flat_map(|first| (first..=length).map(move |second| [first, second]));
        pairs.try_for_each(|cuts| check(vector, &stream, &cuts))?;
    }
    Ok(())
}

/// Replays a vector with its stream cut at these places, which are in ascending order.
pub(crate) fn check(vector: &Vector, stream: &[u8], cuts: &[usize]) -> Result<(), String> {
    let starts = [0].into_iter().chain(cuts.iter().copied());
    let ends = cuts.iter().copied().chain([stream.len()]);
    let chunks = starts.zip(ends).map(|(start, end)| &stream[start..end]);
    AT_ONCE.into_iter().try_for_each(|take| {
        vector.check(&parse(chunks.clone(), take)).map_err(|fault| format!("cut at {cuts:?}, {take:?}: {fault}"))
    })
}

impl Vector {
    /// Compares the outcome of a parser with the expected outcome. The error names the first difference.
    pub(crate) fn check(&self, outcome: &Outcome) -> Result<(), String> {
        let (mut events, mut comments, mut retry) = (Vec::new(), Vec::new(), None);
        for item in &outcome.items {
            match item {
                Item::Event(event) => events.push(event),
                Item::Comment(text) => comments.push(text),
                Item::Retry(time) => retry = Some((*time).min(AT_LEAST)),
                Item::Id(_) | Item::Ignored(_) => {}
            }
        }
        same_list("event", &self.events.iter().collect::<Vec<_>>(), &events)?;
        same("lastEventId", &self.last_event_id, &outcome.last_event_id)?;
        same("retry", &self.retry, &retry)?;
        match &self.comments {
            Some(expected) => same_list("comment", &expected.iter().collect::<Vec<_>>(), &comments),
            None => Ok(()),
        }
    }
}

fn same_list<T: PartialEq + std::fmt::Debug>(what: &str, expected: &[T], actual: &[T]) -> Result<(), String> {
    for (index, (expected, actual)) in expected.iter().zip(actual).enumerate() {
        same(&format!("{what} {index}"), expected, actual)?;
    }
    same(&format!("number of {what}s"), &expected.len(), &actual.len())
}

fn same<T: PartialEq + std::fmt::Debug>(what: &str, expected: &T, actual: &T) -> Result<(), String> {
    if expected == actual {
        return Ok(());
    }
    let short = |value: &T| format!("{value:?}").chars().take(300).collect::<String>();
    Err(format!("{what}: expected {}, got {}", short(expected), short(actual)))
}

/// The format of the files.
mod json {
    use super::Deserialize;

    #[derive(Deserialize)]
    pub(super) struct File {
        pub(crate) vectors: Vec<Vector>,
    }

    #[derive(Deserialize)]
    #[serde(rename_all = "camelCase", deny_unknown_fields)]
    pub(super) struct Vector {
        name: String,
        why: String,
        chunks: Vec<Chunk>,
        events: Vec<Events>,
        last_event_id: Text,
        retry: Option<u64>,
        comments: Option<Vec<Text>>,
    }

    #[derive(Deserialize)]
    #[serde(untagged, deny_unknown_fields)]
    enum Chunk {
        Text(String),
        Hex { hex: String },
        Repeat { repeat: Box<Chunk>, times: usize },
    }

    #[derive(Deserialize)]
    #[serde(untagged, deny_unknown_fields)]
    enum Text {
        Plain(String),
        Repeat { repeat: Box<Text>, times: usize },
        Parts(Vec<Text>),
    }

    #[derive(Deserialize)]
    #[serde(untagged, deny_unknown_fields)]
    enum Events {
        One { event: Text, data: Text, id: Text },
        Repeat { repeat: Box<Events>, times: usize },
    }

    impl From<Vector> for super::Vector {
        fn from(vector: Vector) -> super::Vector {
            super::Vector {
                name: vector.name,
                why: vector.why,
                chunks: vector.chunks.iter().map(Chunk::bytes).collect(),
                events: vector.events.iter().flat_map(Events::list).collect(),
                last_event_id: vector.last_event_id.text(),
                retry: vector.retry,
                comments: vector.comments.map(|comments| comments.iter().map(Text::text).collect()),
            }
        }
    }

    impl Chunk {
        fn bytes(&self) -> Vec<u8> {
            match self {
                Chunk::Text(text) => text.as_bytes().to_vec(),
                Chunk::Hex { hex } => {
                    hex.split(' ').map(|byte| u8::from_str_radix(byte, 16).expect("two hexadecimal digits")).collect()
                }
                Chunk::Repeat { repeat, times } => repeat.bytes().repeat(*times),
            }
        }
    }

    impl Text {
        fn text(&self) -> String {
            match self {
                Text::Plain(text) => text.clone(),
                Text::Repeat { repeat, times } => repeat.text().repeat(*times),
                Text::Parts(parts) => parts.iter().map(Text::text).collect(),
            }
        }
    }

    impl Events {
        fn list(&self) -> Vec<super::Event> {
            match self {
                Events::One { event, data, id } => {
                    vec![super::Event { event: event.text(), data: data.text(), id: id.text() }]
                }
                Events::Repeat { repeat, times } => (0..*times).flat_map(|_| repeat.list()).collect(),
            }
        }
    }
}
