//! What can be wrong with a photometric file, in both languages.

use crate::{Title, photometry::GridError};

/// Why a photometric file cannot be used.
#[derive(Debug, Clone, PartialEq)]
pub struct IesError {
    /// The line, from 1; 0 where the whole file is meant.
    pub line: usize,
    /// What is wrong there.
    pub why: Why,
}

/// What is wrong with a photometric file.
#[derive(Debug, Clone, PartialEq)]
#[non_exhaustive]
pub enum Why {
    /// It is larger than [`MOST_BYTES`](super::MOST_BYTES).
    TooLarge,
    /// No line begins with `TILT=`.
    NoTilt,
    /// The factors of tilt stand in another file.
    TiltFile {
        /// As it is named.
        file: String,
    },
    /// The file ends too early.
    Ends {
        /// Before what.
        what: &'static str,
    },
    /// Something stands where a number should.
    NoNumber {
        /// What the number is.
        what: &'static str,
        /// What stands there.
        word: String,
    },
    /// A number that cannot be.
    OutOfRange {
        /// What it is.
        what: &'static str,
        /// The number.
        value: f64,
    },
    /// Photometry of type A or B.
    Type {
        /// The number of the type: 2 is B, 3 is A.
        number: f64,
    },
    /// More directions than are read.
    TooMany {
        /// How many.
        directions: usize,
    },
    /// Angles or intensities that make no distribution.
    Grid(GridError),
    /// Something follows the last intensity.
    Further,
}

impl IesError {
    pub(super) fn at(line: usize, why: Why) -> Self {
        Self { line, why }
    }

    /// Which line, what is wrong and what to do, for people.
    pub fn title(&self) -> Title {
        let Title { vi, en } = self.why.title();
        match self.line {
            0 => Title::new(vi, en),
            line => Title::new(format!("dòng {line}: {vi}"), format!("line {line}: {en}")),
        }
    }
}

impl Why {
    fn title(&self) -> Title {
        match self {
            Self::TooLarge => Title::new(
                "tệp lớn hơn 8 MiB, không phải tệp quang trắc của một bộ đèn",
                "the file is larger than 8 MiB: it is not of one luminaire",
            ),
            Self::NoTilt => Title::new(
                "không có dòng TILT=: đây không phải tệp IES (LM-63); tệp EULUMDAT (.ldt) phải đổi sang IES trước",
                "there is no line TILT=: this is no IES file (LM-63); convert EULUMDAT (.ldt) to IES first",
            ),
            Self::TiltFile { file } => Title::new(
                format!(
                    "TILT={file}: ghi hệ số vào chính tệp này bằng TILT=INCLUDE, hoặc TILT=NONE"
                ),
                format!(
                    "TILT={file}: write the factors into this file by TILT=INCLUDE, or TILT=NONE"
                ),
            ),
            Self::Ends { what } => Title::new(
                format!(
                    "tệp kết thúc trước khi đủ số ({what}): kiểm tra số góc đã khai, hoặc lấy lại tệp"
                ),
                format!(
                    "the file ends before all {what} are there: look at the numbers of angles, or fetch it again"
                ),
            ),
            Self::NoNumber { what, word } => Title::new(
                format!("“{word}” không phải là số ({what})"),
                format!("'{word}' is no number, where {what} is expected"),
            ),
            Self::OutOfRange { what, value } => Title::new(
                format!("{value} không hợp lệ ({what})"),
                format!("{value} cannot be: {what}"),
            ),
            Self::Type { number } => Title::new(
                format!(
                    "kiểu quang trắc {number} (A hoặc B): chỉ đọc kiểu C (1); hãy xuất lại theo kiểu C"
                ),
                format!(
                    "photometry of type {number} (A or B): type C (1) is read; write the file again as type C"
                ),
            ),
            Self::TooMany { directions } => Title::new(
                format!("{directions} hướng, nhiều hơn mức đọc được"),
                format!("{directions} directions are more than are read"),
            ),
            Self::Grid(why) => {
                Title::new(format!("lưới góc hoặc cường độ sai: {why}"), why.to_string())
            }
            Self::Further => Title::new(
                "còn dữ liệu sau giá trị cuối cùng: số góc đã khai không đúng",
                "something follows the last intensity: the numbers of angles are not right",
            ),
        }
    }
}

impl std::fmt::Display for IesError {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(&self.title().en)
    }
}

impl std::error::Error for IesError {}
