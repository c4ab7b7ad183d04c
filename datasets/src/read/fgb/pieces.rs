//! Records of a file, read from the disk a piece at a time.

use std::{
    fs::File,
    io::{self, Read},
    ops::Range,
    os::unix::fs::FileExt,
    path::{Path, PathBuf},
};

use super::{Index, LayerReader, MAX_HEADER, ReadError, Record, record_at};

/// A FlatGeobuf file of which memory holds the header, the index and the pieces that are at work.
/// Any number of threads may read pieces of it.
///
/// ```no_run
/// use datasets::read::LayerPieces;
/// let layer = LayerPieces::open("data/layers/buildings.0123abcd.fgb".as_ref())?;
/// let mut buffer = Vec::new();
/// let first = layer.read(0..layer.head().len().min(1000), &mut buffer)?;
/// for record in first.records() {
///     println!("{}", record?.position());
/// }
/// # Ok::<(), datasets::read::ReadError>(())
/// ```
#[derive(Debug)]
pub struct LayerPieces {
    head: LayerReader,
    path: PathBuf,
    /// The file and its size; `None` when it has no index and therefore stands whole in `head`.
    file: Option<(File, usize)>,
}

impl LayerPieces {
    /// Opens a file and verifies its header and its index.
    ///
    /// # Errors
    /// [`ReadError`], naming the file.
    pub fn open(path: &Path) -> Result<Self, ReadError> {
        let failed = |source| ReadError::Io { path: path.to_owned(), source };
        let mut file = File::open(path).map_err(failed)?;
        let size = file.metadata().map_err(failed)?.len();
        let size = usize::try_from(size).map_err(|_| failed(io::ErrorKind::FileTooLarge.into()))?;
        let mut data = Vec::new();
        let mut read_to = |data: &mut Vec<u8>, end: usize| {
            let more = end.min(size).saturating_sub(data.len());
            data.reserve_exact(more);
            file.by_ref().take(more as u64).read_to_end(data).map(drop).map_err(failed)
        };
        read_to(&mut data, 12)?;
        if let Some(length) = data.get(8..12).and_then(|bytes| bytes.try_into().ok()) {
            let header = u32::from_le_bytes(length) as usize;
            read_to(&mut data, 12 + header.min(MAX_HEADER))?;
            let begins = 12 + header;
            let header = record_at(&data, 8)
                .and_then(|record| flatgeobuf::size_prefixed_root_as_header(record).ok());
            let features = header.and_then(|header| Index::features(begins, &header));
            read_to(&mut data, features.unwrap_or(size))?;
        }
        let head = LayerReader::of(data, size).map_err(|error| error.in_file(path))?;
        let file = matches!(head.index, Index::Tree(_)).then_some((file, size));
        Ok(Self { head, path: path.to_owned(), file })
    }

    /// What the header and the index tell: columns, count, boxes. Its own records can't be read.
    pub fn head(&self) -> &LayerReader {
        &self.head
    }

    /// Reads the records of these rows, one run of bytes, into a buffer that is kept from piece to
    /// piece.
    ///
    /// # Errors
    /// [`ReadError::Io`]; [`ReadError::Record`] when the index leads out of the file.
    pub fn read<'a>(
        &'a self,
        rows: Range<usize>,
        buffer: &'a mut Vec<u8>,
    ) -> Result<Piece<'a>, ReadError> {
        let Some((file, size)) = &self.file else {
            return Ok(Piece { head: &self.head, bytes: &self.head.data, begins: 0, rows });
        };
        let start = |row: usize| {
            let what = "the index leads out of the file";
            let start = self.head.index.start(&self.head.data, row).filter(|start| start <= size);
            start.ok_or(ReadError::Record { position: row, what })
        };
        let begins = if rows.is_empty() { *size } else { start(rows.start)? };
        let ends = if rows.end < self.head.len() { start(rows.end)? } else { *size };
        buffer.clear();
        buffer.resize(ends.saturating_sub(begins), 0);
        file.read_exact_at(buffer, begins as u64)
            .map_err(|source| ReadError::Io { path: self.path.clone(), source })?;
        Ok(Piece { head: &self.head, bytes: buffer, begins, rows })
    }
}

/// A run of records in memory.
#[derive(Debug)]
pub struct Piece<'a> {
    head: &'a LayerReader,
    bytes: &'a [u8],
    /// Where in the file the bytes begin.
    begins: usize,
    rows: Range<usize>,
}

impl<'a> Piece<'a> {
    /// Its records, in the order of the file.
    pub fn records(&self) -> impl Iterator<Item = Result<Record<'a>, ReadError>> {
        let (head, bytes, begins) = (self.head, self.bytes, self.begins);
        self.rows.clone().map(move |position| {
            let start = head.index.start(&head.data, position);
            head.record_from(bytes, start.and_then(|start| start.checked_sub(begins)), position)
        })
    }
}
