//! What can be wrong with a model, in both languages.

use city::Title;

/// Why a model cannot be shown.
#[derive(Debug, Clone, PartialEq)]
pub struct ModelError {
    /// The model: a file or an address.
    pub of: String,
    /// What is wrong with it.
    pub why: Why,
}

/// What is wrong with a model.
#[derive(Debug, Clone, PartialEq)]
#[non_exhaustive]
pub enum Why {
    /// It, or a file that belongs to it, cannot be read.
    Unreadable {
        /// Which file.
        file: String,
        /// What was said.
        what: String,
    },
    /// It is none of the formats.
    Unknown,
    /// It reads otherwise than its format says.
    Broken {
        /// Which format.
        format: &'static str,
        /// Where, and what.
        what: String,
    },
    /// It uses something that is not read.
    Unsupported {
        /// Which format.
        format: &'static str,
        /// What it uses.
        what: String,
    },
    /// There is more of something than is read.
    TooMuch {
        /// Of what, in both languages.
        of: (&'static str, &'static str),
        /// How much is read.
        most: u64,
    },
    /// It names a file that does not lie beside it.
    Elsewhere {
        /// As it names it.
        file: String,
    },
    /// There is nothing in it that could be drawn.
    Empty,
    /// Nothing says where it stands.
    Nowhere,
    /// Its coordinate reference system cannot be used here.
    System {
        /// As the file names it.
        system: String,
        /// Why not.
        what: String,
    },
    /// It stands far from the city.
    Far {
        /// Where its middle is, degrees.
        lon: f64,
        /// Where its middle is, degrees.
        lat: f64,
    },
    /// A coordinate is no number.
    NotANumber,
}

/// How to say where a model stands.
const ADVICE: (&str, &str) = (
    "ghi nơi đặt sau tên tệp: mo-hinh.glb@KINH_ĐỘ,VĨ_ĐỘ",
    "write its place after the file's name: model.glb@LON,LAT",
);

impl Why {
    /// The reason, for people.
    pub fn title(&self) -> Title {
        let (vi, en) = match self {
            Self::Unreadable { file, what } => {
                (format!("không đọc được {file}: {what}"), format!("{file} cannot be read: {what}"))
            }
            Self::Unknown => (
                "không phải CityJSON, glTF hay 3D Tiles".into(),
                "this is neither CityJSON nor glTF nor 3D Tiles".into(),
            ),
            Self::Broken { format, what } => {
                (format!("{format} bị lỗi: {what}"), format!("broken {format}: {what}"))
            }
            Self::Unsupported { format, what } => {
                (format!("{format}: chưa đọc được {what}"), format!("{format}: {what} is not read"))
            }
            Self::TooMuch { of: (vi, en), most } => (
                format!("quá nhiều {vi}: tối đa {most}"),
                format!("too many {en}: {most} are read at most"),
            ),
            Self::Elsewhere { file } => (
                format!("chỉ đọc tệp nằm cạnh mô hình, không đọc “{file}”"),
                format!("only files beside the model are read, not '{file}'"),
            ),
            Self::Empty => (
                "không có mặt nào để vẽ".into(),
                "there is no surface in it that could be drawn".into(),
            ),
            Self::Nowhere => (
                format!("mô hình không nói nó đứng ở đâu; {}", ADVICE.0),
                format!("the model does not say where it stands; {}", ADVICE.1),
            ),
            Self::System { system, what } => (
                format!("không dùng được hệ tọa độ {system} ({what}); {}", ADVICE.0),
                format!("the system {system} cannot be used ({what}); {}", ADVICE.1),
            ),
            Self::Far { lon, lat } => (
                format!("mô hình đứng ở {lon:.5}, {lat:.5}, xa thành phố; {}", ADVICE.0),
                format!("the model stands at {lon:.5}, {lat:.5}, far from the city; {}", ADVICE.1),
            ),
            Self::NotANumber => {
                ("có tọa độ không phải là số".into(), "a coordinate is no number".into())
            }
        };
        Title::new(vi, en)
    }

    /// This reason of a model.
    pub fn of(self, name: &str) -> ModelError {
        ModelError { of: name.to_owned(), why: self }
    }

    pub(super) fn broken(format: &'static str, what: impl ToString) -> Self {
        // Messages quote the file; a line of it is enough.
        Self::Broken { format, what: what.to_string().chars().take(240).collect() }
    }
}

impl std::fmt::Display for ModelError {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let title = self.why.title();
        write!(f, "{}: {} · {}", self.of, title.vi, title.en)
    }
}

impl std::error::Error for ModelError {}

/// Refuses more of something than is read.
pub(super) fn at_most(
    count: usize,
    most: usize,
    of: (&'static str, &'static str),
) -> Result<(), Why> {
    if count > most { Err(Why::TooMuch { of, most: most as u64 }) } else { Ok(()) }
}

pub(super) const TRIANGLES: (&str, &str) = ("tam giác", "triangles");
pub(super) const OBJECTS: (&str, &str) = ("đối tượng", "objects");
pub(super) const PICTURES: (&str, &str) = ("ảnh", "pictures");
pub(super) const NODES: (&str, &str) = ("nút", "nodes");
pub(super) const BYTES: (&str, &str) = ("byte", "bytes");
