//! Prints criterion's measurements as tables.

use std::collections::BTreeMap;
use std::path::Path;

use eventsource_wasm_benches::{FLOOR, PARSERS};
use serde::Deserialize;

/// The result of a parser on a corpus.
pub(crate) struct Cell {
    pub(crate) times: Times,
    /// The deviation of its events from the standard.
    pub(crate) deviation: Option<String>,
}

/// Nanoseconds for the whole corpus.
pub(crate) struct Times {
    median: f64,
    /// The fastest sample, which a busy machine distorts least.
    fastest: f64,
}

/// The results of a corpus in one chunking.
pub(crate) struct Row {
    pub(crate) name: String,
    pub(crate) events: usize,
    pub(crate) bytes: u64,
    pub(crate) cells: BTreeMap<&'static str, Cell>,
}

/// Reads criterion's samples of a parser from all passes.
pub(crate) fn times(group: &str, parser: &str, passes: usize) -> Option<Times> {
    let target = std::env::var_os("CARGO_TARGET_DIR");
    let target = target.map_or_else(|| Path::new(env!("CARGO_MANIFEST_DIR")).join("target"), Into::into);
    let folder = |name: &str| name.replace(':', "_");
    let folder = target.join("criterion").join(folder(group)).join(folder(parser));
    let mut times = Vec::new();
    for pass in 0..passes {
        let file = std::fs::read(folder.join(pass.to_string()).join("new/sample.json")).ok()?;
        let sample: Sample = serde_json::from_slice(&file).ok()?;
        times.extend(sample.times.iter().zip(&sample.iters).map(|(time, iterations)| time / iterations));
    }
    times.sort_by(f64::total_cmp);
    Some(Times { median: *times.get(times.len() / 2)?, fastest: times[0] })
}

#[derive(Deserialize)]
struct Sample {
    iters: Vec<f64>,
    times: Vec<f64>,
}

pub(crate) fn print(rows: &[Row]) {
    let rows: Vec<&Row> = rows.iter().filter(|row| !row.cells.is_empty()).collect();
    let per_event = |row: &Row, time: f64| short(time / row.events as f64);
    grid("ns per event: median (fastest)", &rows, |row, Cell { times, .. }| {
        format!("{} ({})", per_event(row, times.median), per_event(row, times.fastest))
    });
    grid("MB/s, fastest", &rows, |row, cell| short(row.bytes as f64 / cell.times.fastest * 1000.0));
    let ours = PARSERS[0].name;
    grid(&format!("fastest time, as a multiple of {ours}'s"), &rows, |row, cell| {
        row.cells.get(ours).map_or(String::new(), |ours| format!("{:.2}x", cell.times.fastest / ours.times.fastest))
    });
    summary(&rows);
    println!("Events are checked first. In cells marked * they deviate from the standard:");
    for row in rows {
        for (parser, cell) in &row.cells {
            if let Some(deviation) = &cell.deviation {
                println!("* {parser}, {}: {deviation}", row.name);
            }
        }
    }
}

fn grid(title: &str, rows: &[&Row], text: impl Fn(&Row, &Cell) -> String) {
    let parsers: Vec<_> =
        PARSERS.iter().filter(|one| rows.iter().any(|row| row.cells.contains_key(one.name))).collect();
    let mut lines = vec![std::iter::once(String::new()).chain(parsers.iter().map(|one| one.name.to_owned())).collect()];
    for row in rows {
        let cell = |name| row.cells.get(name).map_or(String::new(), |cell| text(row, cell) + mark(cell));
        lines.push(
            std::iter::once(row.name.clone()).chain(parsers.iter().map(|one| cell(one.name))).collect::<Vec<_>>(),
        );
    }
    let width = |column: usize| lines.iter().map(|line| line[column].chars().count()).max().unwrap_or(0).max(3);
    println!("{title}\n");
    for (index, line) in lines.iter().enumerate() {
        let cells = line.iter().enumerate().map(|(column, cell)| match column {
            0 => format!("{cell:<0$}", width(0)),
            _ => format!("{cell:>0$}", width(column)),
        });
        println!("| {} |", cells.collect::<Vec<_>>().join(" | "));
        if index == 0 {
            let rules =
                (0..line.len()).map(|column| "-".repeat(width(column) + 1) + if column == 0 { "-" } else { ":" });
            println!("|{}|", rules.collect::<Vec<_>>().join("|"));
        }
    }
    println!();
}

/// Prints, for each corpus, our parser relative to the fastest other crate and to the floor, as means over the chunkings.
fn summary(rows: &[&Row]) {
    let ours = PARSERS[0].name;
    let is_other = |name: &str| PARSERS.iter().any(|one| one.name == name && one.name != ours && one.package.is_some());
    let mut corpora: Vec<(&str, Vec<f64>, Vec<f64>)> = Vec::new();
    for row in rows {
        let fastest = |is_in: &dyn Fn(&str) -> bool| {
            let cells = row.cells.iter().filter(|(name, _)| is_in(name));
            cells.map(|(_, cell)| cell.times.fastest).min_by(f64::total_cmp)
        };
        let times = (fastest(&|name| name == ours), fastest(&is_other), fastest(&|name| name == FLOOR));
        let (Some(own), Some(other), Some(floor)) = times else { continue };
        let title = row.name.rsplit_once(", ").map_or(row.name.as_str(), |(title, _)| title);
        if corpora.last().is_none_or(|(last, ..)| *last != title) {
            corpora.push((title, Vec::new(), Vec::new()));
        }
        if let Some((_, ratios, scans)) = corpora.last_mut() {
            ratios.push(other / own);
            scans.push(own / floor);
        }
    }
    println!("{ours} on each corpus, geometric mean of both chunkings (the worse chunking)\n");
    println!("| corpus | speed relative to the fastest other crate | time relative to the floor |\n|---|---:|---:|");
    let mean = |values: &[f64]| (values.iter().map(|value| value.ln()).sum::<f64>() / values.len() as f64).exp();
    for (title, ratios, scans) in corpora {
        let least = ratios.iter().copied().fold(f64::INFINITY, f64::min);
        let most = scans.iter().copied().fold(0.0, f64::max);
        println!("| {title} | {:.2} ({least:.2}) | {:.2} ({most:.2}) |", mean(&ratios), mean(&scans));
    }
    println!();
}

fn mark(cell: &Cell) -> &'static str {
    if cell.deviation.is_some() { "*" } else { "" }
}

/// Formats a number with at least three significant digits.
fn short(value: f64) -> String {
    format!(
        "{value:.*}",
        if value >= 100.0 {
            0
        } else if value >= 10.0 {
            1
        } else {
            2
        }
    )
}
