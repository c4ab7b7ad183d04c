//! A workbook: a sheet of values with a head in both languages, and a sheet that says where they are from.

use city::{PropertyType, Title, Value};
use datasets::exchange::Done;
use gdal::vector::OGRwkbGeometryType;
use rust_xlsxwriter::{DocProperties, ExcelDateTime, Format, Workbook, Worksheet};

use super::{ExportError, Order, done, source::Source, tell};

/// Rows of a sheet, its head taken off (Excel's limits).
const ROWS: u64 = 1_048_575;
/// Columns of a sheet.
const COLUMNS: usize = 16_000;
/// Letters of a cell, less a few for the mark that it was cut.
const LETTERS: usize = 32_700;
/// Whole numbers beyond these lose digits, as a workbook has doubles alone.
const EXACT: u64 = 1 << 53;

/// How cells look.
struct Looks {
    head: Format,
    day: Format,
    quoted: Format,
}

pub(super) fn write(order: &Order<'_>, source: &Source) -> Result<Done, ExportError> {
    if source.count.is_some_and(|count| count > ROWS) || source.columns.len() > COLUMNS {
        return Err(ExportError::Format(format!(
            "a sheet holds {ROWS} rows and {COLUMNS} columns: narrow the request, or take gpkg / trang tính chỉ chứa {ROWS} dòng"
        )));
    }
    let mut workbook = Workbook::new();
    // Never the clock's: the same features give the same file.
    let day = ExcelDateTime::from_ymd(1900, 1, 1)?;
    let title = order.about.title.vi.as_str();
    workbook.set_properties(
        &DocProperties::new()
            .set_title(title)
            .set_comment(&order.about.credits)
            .set_creation_datetime(&day),
    );
    let looks = Looks {
        head: Format::new().set_bold().set_text_wrap(),
        day: Format::new().set_num_format("dd/mm/yyyy"),
        quoted: Format::new().set_quote_prefix(),
    };
    let sheet = workbook.add_worksheet().set_name("Dữ liệu")?;
    let features = values(sheet, source, &looks)?;
    let about = workbook.add_worksheet().set_name("Nguồn · Source")?.set_column_width(0, 110)?;
    for (row, text) in
        (0..).zip([&order.about.title.vi, &order.about.title.en, &order.about.credits])
    {
        put_text(about, (row, 0), text, &looks)?;
    }
    workbook.save(order.out)?;
    let has_points = source.geometry == OGRwkbGeometryType::wkbPoint;
    let note = match has_points {
        true => Title::new(
            "Toạ độ điểm nằm ở hai cột cuối",
            "Positions of points stand in the last two columns",
        ),
        false => Title::new("Bảng tính không chứa hình học", "A workbook holds no shapes"),
    };
    Ok(done(features, vec![note]))
}

fn values(sheet: &mut Worksheet, source: &Source, looks: &Looks) -> Result<u64, ExportError> {
    let has_points = source.geometry == OGRwkbGeometryType::wkbPoint;
    let own = source.columns.iter().map(|column| {
        let unit = column.unit.map(|unit| unit.display()).filter(|unit| !unit.is_empty());
        let unit = unit.map(|unit| format!(" ({unit})")).unwrap_or_default();
        match column.title.vi == column.name {
            true => format!("{}{unit}", column.name),
            false => format!("{}\n{}{unit}", column.name, column.title.vi),
        }
    });
    let axes = ["x\n(đông · east)", "y\n(bắc · north)"].into_iter().filter(|_| has_points);
    for (at, text) in (0..).zip(own.chain(axes.map(str::to_owned))) {
        sheet.write_string_with_format(0, at, text, &looks.head)?;
        sheet.set_column_width(at, 18)?;
    }
    sheet.set_freeze_panes(1, 0)?;
    let mut count = 0_u64;
    source.each(|row| {
        count += 1;
        let Some(line) = u32::try_from(count).ok().filter(|_| count <= ROWS) else {
            return Err(ExportError::Format(format!("more than {ROWS} rows")));
        };
        for ((at, value), column) in (0..).zip(&row.values).zip(&source.columns) {
            match value {
                Value::Null => {}
                Value::Bool(flag) => {
                    sheet.write_boolean(line, at, *flag)?;
                }
                Value::Integer(number) if number.unsigned_abs() <= EXACT => {
                    sheet.write_number(line, at, *number as f64)?;
                }
                Value::Integer(number) => {
                    sheet.write_string(line, at, number.to_string())?;
                }
                Value::Real(number) => {
                    sheet.write_number(line, at, *number)?;
                }
                Value::Text(text) => put_text(sheet, (line, at), text, looks)?,
                Value::Date(date) => {
                    let text = date.to_string();
                    match ExcelDateTime::parse_from_str(&text) {
                        Ok(day) if column.kind == PropertyType::Date => {
                            sheet.write_datetime_with_format(line, at, &day, &looks.day)?;
                        }
                        // Before 1900 a workbook has no days.
                        _ => {
                            sheet.write_string(line, at, text)?;
                        }
                    }
                }
                Value::Instant(instant) => {
                    sheet.write_string(line, at, instant.to_string())?;
                }
            }
        }
        if let Some(geometry) = row.geometry.filter(|_| has_points) {
            let (x, y, _) = geometry.get_point(0);
            let first = u16::try_from(source.columns.len()).unwrap_or(u16::MAX - 1);
            sheet.write_number(line, first, x)?;
            sheet.write_number(line, first + 1, y)?;
        }
        tell(count, source.count);
        Ok(())
    })?;
    Ok(count)
}

/// A text stays a text: what begins like a formula is marked as quoted.
fn put_text(
    sheet: &mut Worksheet,
    at: (u32, u16),
    text: &str,
    looks: &Looks,
) -> Result<(), ExportError> {
    let text = match text.char_indices().nth(LETTERS) {
        Some((end, _)) => format!("{} […]", &text[..end]),
        None => text.to_owned(),
    };
    match text.starts_with(['=', '+', '-', '@', '\t', '\r']) {
        true => sheet.write_string_with_format(at.0, at.1, text, &looks.quoted)?,
        false => sheet.write_string(at.0, at.1, text)?,
    };
    Ok(())
}
