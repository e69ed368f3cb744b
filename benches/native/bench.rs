//! Checks and then measures all parsers on the six corpora, in two chunkings, and prints tables.
//!
//! Criterion's arguments select a part, such as `cargo bench -- ticks`.

mod table;

use std::collections::BTreeSet;
use std::process::Command;
use std::time::Duration;

use bytes::Bytes;
use criterion::{BenchmarkId, Criterion, SamplingMode, Throughput};
use eventsource_wasm_benches::{FLOOR, PARSERS, Parser, Sink};
use serde::Deserialize;

const CHUNK: usize = 64 * 1024;

/// In each pass all parsers run in turn, so that a busy second slows one pass and not one parser.
const PASSES: usize = 5;

#[derive(Deserialize)]
struct Corpus {
    title: String,
    events: Vec<(String, String)>,
    texts: Vec<String>,
}

impl Corpus {
    fn chunkings(&self) -> [(&'static str, Vec<Bytes>); 2] {
        let whole = Bytes::from(self.texts.concat());
        let large = (0..whole.len()).step_by(CHUNK).map(|at| whole.slice(at..whole.len().min(at + CHUNK)));
        let single = self.texts.iter().map(|text| Bytes::from(text.clone()));
        [("64 KiB", large.collect()), ("one event", single.collect())]
    }
}

fn main() {
    let mut criterion = Criterion::default()
        .warm_up_time(Duration::from_millis(100))
        .measurement_time(Duration::from_millis(250))
        .sample_size(10)
        .without_plots()
        .configure_from_args();
    let mut rows = Vec::new();
    for corpus in corpora() {
        for (chunking, chunks) in corpus.chunkings() {
            let name = format!("{}, {chunking}", corpus.title);
            let bytes = corpus.texts.iter().map(|text| text.len() as u64).sum();
            let mut group = criterion.benchmark_group(&name);
            group.throughput(Throughput::Bytes(bytes)).sampling_mode(SamplingMode::Flat);
            let deviations =
                PARSERS.iter().map(|parser| deviation(parser, &chunks, &corpus.events)).collect::<Vec<_>>();
            let mut was_run = BTreeSet::new();
            for pass in 0..PASSES {
                for parser in PARSERS {
                    group.bench_with_input(BenchmarkId::new(parser.name, pass), &chunks, |bencher, chunks| {
                        was_run.insert(parser.name);
                        bencher.iter(|| {
                            let mut sink = Sink::default();
                            (parser.parse)(chunks, &mut sink);
                            sink
                        });
                    });
                }
            }
            let cell = |(parser, deviation): (&Parser, Option<String>)| {
                let was_run = was_run.contains(parser.name);
                let times = was_run.then(|| table::times(&name, parser.name, PASSES))??;
                Some((parser.name, table::Cell { times, deviation }))
            };
            let cells = PARSERS.iter().zip(deviations).filter_map(cell).collect();
            group.finish();
            rows.push(table::Row { name, events: corpus.events.len(), bytes, cells });
        }
    }
    criterion.final_summary();
    table::print(&rows);
}

/// The corpora, from the generator of the JavaScript benchmark.
fn corpora() -> Vec<Corpus> {
    let script = concat!(env!("CARGO_MANIFEST_DIR"), "/corpora.mjs");
    let output = Command::new("node").arg(script).output().expect("Node.js, which makes the corpora, is installed");
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    serde_json::from_slice(&output.stdout).expect("corpora")
}

/// The deviation of a parser's events from the standard, if there is one.
fn deviation(parser: &Parser, chunks: &[Bytes], expected: &[(String, String)]) -> Option<String> {
    if parser.name == FLOOR {
        return None;
    }
    let mut sink = Sink { kept: Some(Vec::new()), ..Sink::default() };
    (parser.parse)(chunks, &mut sink);
    let given = sink.kept.unwrap_or_default();
    if given == expected {
        return None;
    }
    let different = given.iter().zip(expected).filter(|(given, expected)| given != expected).count();
    let first = given.iter().zip(expected).find(|(given, expected)| given != expected);
    let short = |text: &str| text.chars().take(40).collect::<String>();
    let example = first.map_or(String::new(), |((event, data), (due, text))| {
        format!("; {event:?} {:?} for {due:?} {:?}", short(data), short(text))
    });
    let deviation = format!("{} events for {}, {different} differ{example}", given.len(), expected.len());
    assert!(!parser.name.starts_with("eventsource-wasm"), "ours is wrong: {deviation}");
    Some(deviation)
}
