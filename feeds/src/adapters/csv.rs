//! Tables as text: RFC 4180, with other delimiters, decimal commas and times in the province's zone.

use std::collections::BTreeMap;

use city::Instant;
use serde_json::Value;

use super::{
    AdapterConfig, AdapterError, CsvConfig, Reading, TimeFormat, Unmapped, Zone,
    device::{DeviceSource, StatusRule},
    reading::{Decoded, Input},
};
use crate::model::DeviceStatus;

/// Reads tables.
#[derive(Debug)]
pub(super) struct Csv {
    device: DeviceSource,
    status: StatusRule,
    table: CsvConfig,
    time_format: TimeFormat,
    zone: Zone,
    /// The columns that the map names.
    wanted: Vec<String>,
    takes_all: bool,
}

/// A line of a table: its text, and its cells.
struct Record {
    number: usize,
    text: String,
    cells: Vec<String>,
}

/// Cells by the names of their columns.
struct Row<'a> {
    columns: &'a BTreeMap<String, usize>,
    cells: &'a [String],
}

impl<'a> Row<'a> {
    fn cell(&self, column: &str) -> Option<&'a str> {
        self.cells.get(*self.columns.get(column)?).map(|cell| cell.trim())
    }

    fn needed(&self, column: &str) -> Result<&'a str, AdapterError> {
        let missing = || AdapterError::at(format!("column {column:?}"), "is missing in this row");
        self.cell(column).ok_or_else(missing)
    }
}

impl Csv {
    pub(super) fn new(config: &AdapterConfig) -> Result<Self, String> {
        let table = config.csv.clone().ok_or("format = \"csv\" needs the table [adapter.csv]")?;
        if table.property.is_some() != table.value.is_some() {
            return Err("csv: property and value go together".to_owned());
        }
        if table.delimiter == table.decimal || ['"', '\n', '\r'].contains(&table.delimiter) {
            return Err(format!("csv.delimiter: {:?} cannot stand there", table.delimiter));
        }
        let device = DeviceSource::new(config)?;
        if matches!(device, DeviceSource::Payload(None)) {
            return Err("device: give one of from (a column), topic_level and is".to_owned());
        }
        Ok(Self {
            device,
            status: StatusRule::new(&config.status)?,
            table,
            time_format: config.time_format.clone(),
            zone: config.zone,
            wanted: config.map.keys().cloned().collect(),
            takes_all: config.unmapped != Unmapped::Ignore,
        })
    }

    pub(super) fn decode(&self, input: Input<'_>) -> Result<Decoded, AdapterError> {
        let records = records(input.text()?, self.table.delimiter)?;
        let mut records = records.into_iter().skip(self.table.skip_lines).peekable();
        let head =
            match &self.table.columns {
                Some(_) => None,
                None => Some(records.next().ok_or_else(|| {
                    AdapterError::at("line 1", "is missing: it names the columns")
                })?),
            };
        let names = self.table.columns.as_ref().or(head.as_ref().map(|head| &head.cells));
        let columns: BTreeMap<String, usize> = names
            .into_iter()
            .flatten()
            .enumerate()
            .map(|(number, name)| (name.trim().to_owned(), number))
            .collect();
        self.check(&columns)?;
        let mut decoded = Decoded::default();
        let outside = self.device.outside(input.place)?;
        let head = self.beginning(head.as_ref());
        for record in records {
            if record.cells.iter().all(|cell| cell.trim().is_empty()) {
                continue;
            }
            let row = Row { columns: &columns, cells: &record.cells };
            match self.row(&row, outside.as_deref()) {
                Ok(readings) => decoded.readings.extend(readings),
                Err(error) => {
                    decoded.note_line(at_line(error, record.number), &head, &record.text);
                }
            }
        }
        Ok(decoded)
    }

    /// What stands before the rows of a payload that is made of some.
    fn beginning(&self, head: Option<&Record>) -> String {
        let mut text = "\n".repeat(self.table.skip_lines);
        if let Some(head) = head {
            text.push_str(&head.text);
            text.push('\n');
        }
        text
    }

    /// Whether the columns are there that the configuration names.
    fn check(&self, columns: &BTreeMap<String, usize>) -> Result<(), AdapterError> {
        let table = &self.table;
        let one = [&table.property, &table.value, &table.unit].into_iter().flatten();
        let wide = if table.property.is_some() { &[][..] } else { &self.wanted[..] };
        let named = table.time.iter().chain(one).chain(wide).map(String::as_str);
        let named = named.chain(self.device.path()).chain(self.status.from());
        for name in named {
            if !columns.contains_key(name) {
                let known: Vec<_> = columns.keys().map(String::as_str).collect();
                let problem = format!("there is none among {}", known.join(", "));
                return Err(AdapterError::at(format!("column {name:?}"), problem));
            }
        }
        Ok(())
    }

    fn row(&self, row: &Row<'_>, outside: Option<&str>) -> Result<Vec<Reading>, AdapterError> {
        let device = match outside {
            Some(device) => device,
            None => row.needed(self.device.path().unwrap_or_default())?,
        };
        if device.is_empty() {
            return Err(AdapterError::at("device", "is not named in this row"));
        }
        let time = self.time(row)?;
        let status = match self.status.from() {
            Some(column) => self.status.read(row.needed(column)?)?,
            None => DeviceStatus::Ok,
        };
        let reading = |name: &str, cell: &str| -> Result<Reading, AdapterError> {
            let mut reading = Reading::new(device, name, self.value(cell));
            (reading.time, reading.status) = (time, status);
            Ok(reading)
        };
        if let (Some(property), Some(value)) = (&self.table.property, &self.table.value) {
            let mut reading = reading(row.needed(property)?, row.needed(value)?)?;
            let unit = self.table.unit.as_deref().and_then(|column| row.cell(column));
            reading.unit = unit.filter(|unit| !unit.is_empty()).map(str::to_owned);
            return Ok(vec![reading]);
        }
        let taken = |column: &&String| {
            let is_wanted = self.wanted.contains(column);
            is_wanted || self.takes_all && !self.is_about_the_row(column)
        };
        let columns = row.columns.keys().filter(taken);
        // A row may end early: what it leaves out was not observed.
        columns.filter_map(|name| Some(reading(name, row.cell(name)?))).collect()
    }

    /// Whether a column tells something else than a value.
    fn is_about_the_row(&self, column: &str) -> bool {
        self.table.time.iter().any(|name| name == column)
            || self.device.path() == Some(column)
            || self.status.from() == Some(column)
    }

    fn time(&self, row: &Row<'_>) -> Result<Option<Instant>, AdapterError> {
        if self.table.time.is_empty() {
            return Ok(None);
        }
        let cells = self.table.time.iter().map(|column| row.needed(column));
        let text = cells.collect::<Result<Vec<_>, _>>()?.join(" ");
        let read = self.time_format.read(&text.into(), self.zone);
        read.map(Some).map_err(|problem| AdapterError::at("time", problem))
    }

    /// A cell as a number if it is one, as nothing if it says so, or as a text.
    fn value(&self, cell: &str) -> Value {
        if self.table.missing.iter().any(|word| word == cell) {
            return Value::Null;
        }
        let is_number_like = |c: char| c.is_ascii_digit() || "+-eE".contains(c);
        let decimal = self.table.decimal;
        if cell.chars().all(|c| c == decimal || is_number_like(c)) {
            let number = cell.replace(decimal, ".").parse().ok();
            if let Some(number) = number.and_then(serde_json::Number::from_f64) {
                return number.into();
            }
        }
        cell.into()
    }
}

fn at_line(error: AdapterError, number: usize) -> AdapterError {
    match error {
        AdapterError::Content { at, problem } => {
            AdapterError::at(format!("line {number}, {at}"), problem)
        }
        other => other,
    }
}

/// Splits a text into records: a quoted cell may hold delimiters, doubled quotes and ends of lines.
fn records(text: &str, delimiter: char) -> Result<Vec<Record>, AdapterError> {
    let mut records = Vec::new();
    let (mut line, mut begun_at) = (1, 1);
    let (mut raw, mut cells, mut cell) = (String::new(), Vec::new(), String::new());
    let mut is_quoted = false;
    let mut chars = text.chars().peekable();
    while let Some(c) = chars.next() {
        line += usize::from(c == '\n');
        if is_quoted {
            raw.push(c);
            match c {
                '"' if chars.peek() == Some(&'"') => {
                    raw.extend(chars.next().inspect(|c| cell.push(*c)))
                }
                '"' => is_quoted = false,
                c => cell.push(c),
            }
            continue;
        }
        match c {
            '\n' => {
                cells.push(std::mem::take(&mut cell));
                let (text, cells) = (std::mem::take(&mut raw), std::mem::take(&mut cells));
                records.push(Record { number: begun_at, text, cells });
                begun_at = line;
            }
            '\r' if chars.peek() == Some(&'\n') => {}
            c => {
                raw.push(c);
                match c {
                    '"' if cell.trim().is_empty() => {
                        cell.clear();
                        is_quoted = true;
                    }
                    c if c == delimiter => cells.push(std::mem::take(&mut cell)),
                    c => cell.push(c),
                }
            }
        }
    }
    if is_quoted {
        let problem = "a quoted cell has no end: double the quotes inside it";
        return Err(AdapterError::at(format!("line {begun_at}"), problem));
    }
    if !raw.is_empty() {
        cells.push(cell);
        records.push(Record { number: begun_at, text: raw, cells });
    }
    Ok(records)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn cells_are_split_as_rfc_4180_says() {
        let text = "a;\"b;\"\"c\"\"\nd\"; e \r\n;\n\nlast";
        let read: Vec<_> = records(text, ';').unwrap();
        let told: Vec<_> = read
            .iter()
            .map(|it| (it.number, it.cells.iter().map(String::as_str).collect()))
            .collect();
        let expected: Vec<(usize, Vec<&str>)> = vec![
            (1, vec!["a", "b;\"c\"\nd", " e "]),
            (3, vec!["", ""]),
            (4, vec![""]),
            (5, vec!["last"]),
        ];
        assert_eq!(told, expected);
        assert_eq!(records(&read[0].text, ';').unwrap()[0].cells, read[0].cells);
        assert!(records("a;\"b", ';').is_err());
    }
}
