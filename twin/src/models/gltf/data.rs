//! The numbers of a glTF: buffers, views of them, accessors; every bound is checked.

use gltf::{Accessor, Document, accessor::DataType, buffer::Source};

use super::GLTF;
use crate::models::{Shelf, Why, limits, trouble};

/// Buffers of a document, and its views of them.
#[derive(Debug)]
pub(super) struct Data {
    buffers: Vec<Vec<u8>>,
    /// Buffer, offset, length.
    views: Vec<(usize, usize, usize)>,
}

impl Data {
    pub(super) async fn gather(
        document: &Document,
        blob: Option<&[u8]>,
        shelf: &Shelf,
    ) -> Result<Self, Why> {
        let mut buffers = Vec::new();
        let mut size = 0u64;
        for buffer in document.buffers() {
            let bytes = match buffer.source() {
                Source::Bin => blob.map(<[u8]>::to_vec).unwrap_or_default(),
                Source::Uri(uri) => shelf.read(uri).await?,
            };
            size += bytes.len() as u64;
            if size > limits::ALL_BYTES {
                return Err(Why::TooMuch { of: trouble::BYTES, most: limits::ALL_BYTES });
            }
            buffers.push(bytes);
        }
        let views = document.views().map(|it| (it.buffer().index(), it.offset(), it.length()));
        Ok(Self { views: views.collect(), buffers })
    }

    /// The bytes of a view.
    pub(super) fn view(&self, number: usize) -> Result<&[u8], Why> {
        let beyond =
            || Why::broken(GLTF, format!("bufferViews[{number}] reaches beyond its buffer"));
        let (buffer, offset, length) = *self.views.get(number).ok_or_else(beyond)?;
        let end = offset.checked_add(length).ok_or_else(beyond)?;
        self.buffers.get(buffer).and_then(|it| it.get(offset..end)).ok_or_else(beyond)
    }

    /// The numbers of an accessor, row by row, normalised where it says so; so many a row.
    pub(super) fn numbers(&self, accessor: &Accessor<'_>, columns: usize) -> Result<Vec<f64>, Why> {
        let number = accessor.index();
        let wrong = |what: &str| Why::broken(GLTF, format!("accessors[{number}] {what}"));
        if accessor.sparse().is_some() {
            let what = format!("sparse accessors (accessors[{number}])");
            return Err(Why::Unsupported { format: GLTF, what });
        }
        if accessor.dimensions().multiplicity() != columns {
            return Err(wrong(&format!("has not {columns} numbers a row")));
        }
        let (count, kind) = (accessor.count(), accessor.data_type());
        trouble::at_most(count, limits::TRIANGLES * 3, trouble::TRIANGLES)?;
        let Some(view) = accessor.view() else { return Ok(vec![0.0; count * columns]) };
        let bytes = self.view(view.index())?;
        let size = kind.size();
        let stride = view.stride().unwrap_or(size * columns);
        if count == 0 {
            return Ok(Vec::new());
        }
        let last = stride.checked_mul(count - 1).and_then(|it| it.checked_add(accessor.offset()));
        let end = last.and_then(|it| it.checked_add(size * columns));
        if end.is_none_or(|end| end > bytes.len()) {
            return Err(wrong("reaches beyond its view"));
        }
        let mut read = Vec::with_capacity(count * columns);
        for row in 0..count {
            let start = accessor.offset() + row * stride;
            for column in 0..columns {
                let at = start + column * size;
                read.push(number_of(&bytes[at..at + size], kind, accessor.normalized()));
            }
        }
        Ok(read)
    }

    /// The rows of an accessor.
    pub(super) fn rows<const N: usize>(
        &self,
        accessor: &Accessor<'_>,
    ) -> Result<Vec<[f64; N]>, Why> {
        let numbers = self.numbers(accessor, N)?;
        Ok(numbers.chunks_exact(N).map(|row| std::array::from_fn(|k| row[k])).collect())
    }

    /// The whole numbers of an accessor.
    pub(super) fn wholes(&self, accessor: &Accessor<'_>) -> Result<Vec<u32>, Why> {
        Ok(self.numbers(accessor, 1)?.into_iter().map(|number| number as u32).collect())
    }
}

/// A number, which may stand for a part of one (glTF 2.0, 3.6.2.2).
fn number_of(bytes: &[u8], kind: DataType, is_part: bool) -> f64 {
    let part = |number: f64, most: f64| {
        if is_part { (number / most).max(-1.0) } else { number }
    };
    match (kind, bytes) {
        (DataType::I8, [a]) => part(f64::from(*a as i8), 127.0),
        (DataType::U8, [a]) => part(f64::from(*a), 255.0),
        (DataType::I16, [a, b]) => part(f64::from(i16::from_le_bytes([*a, *b])), 32_767.0),
        (DataType::U16, [a, b]) => part(f64::from(u16::from_le_bytes([*a, *b])), 65_535.0),
        (DataType::U32, [a, b, c, d]) => f64::from(u32::from_le_bytes([*a, *b, *c, *d])),
        (DataType::F32, [a, b, c, d]) => f64::from(f32::from_le_bytes([*a, *b, *c, *d])),
        _ => 0.0,
    }
}
