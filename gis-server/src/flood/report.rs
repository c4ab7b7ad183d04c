//! What is handed out of a run: the report, the quick report and the evacuation table, as official
//! documents.

mod house;
mod tables;

use city::{Instant, Title, scenario::FloodScenario};
use serde_json::Value as Json;

use super::{
    error::FloodError,
    folder::{Output, RunFolder},
    map::{MapAsk, map},
    model::Sources,
    run::SUMMARY,
    summary::Summary,
};
use crate::report::document::{Block, Document, Figure, Signature};

pub use house::House;

/// Pixels of a map in a report at most: 17 cm at 200 points an inch.
const MAP_PX: (u32, u32) = (1340, 1500);

/// What is handed out.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Kind {
    /// Everything that is to be said.
    Full,
    /// A page for those who must act now.
    Quick,
    /// Who leaves from where to where, and by when.
    Evacuation,
}

impl Kind {
    /// Every kind.
    pub const ALL: [Self; 3] = [Self::Full, Self::Quick, Self::Evacuation];

    /// Its name in addresses.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::Full => "full",
            Self::Quick => "quick",
            Self::Evacuation => "evacuation",
        }
    }

    fn title(self) -> Title {
        match self {
            Self::Full => Title::new("Báo cáo", "Report"),
            Self::Quick => Title::new("Báo cáo nhanh", "Quick report"),
            Self::Evacuation => Title::new("Bảng sơ tán dân", "Evacuation table"),
        }
    }

    fn subject(self) -> Title {
        match self {
            Self::Full => Title::new("Kết quả mô phỏng ngập lụt", "Results of a simulated flood"),
            Self::Quick => {
                Title::new("Nguy cơ ngập lụt theo mô phỏng", "Flood danger, as simulated")
            }
            Self::Evacuation => Title::new(
                "Phương án sơ tán dân khỏi vùng ngập theo mô phỏng",
                "Evacuation from flooded ground, as simulated",
            ),
        }
    }
}

/// Everything that a report draws on.
pub struct Dossier<'a> {
    /// The run.
    pub folder: &'a RunFolder,
    /// The number of its job.
    pub job: u64,
    /// What was asked.
    pub scenario: &'a FloodScenario,
    /// What may be done with it.
    pub standing: Title,
    /// Who hands it out.
    pub house: &'a House,
    /// When.
    pub now: Instant,
    /// A font file for the names on maps.
    pub font: Option<&'a [u8]>,
}

/// Composes a document of a run.
///
/// # Errors
/// [`FloodError::File`] and [`FloodError::Document`] where a result is missing or broken, and those of
/// [`map`].
pub fn compose(
    kind: Kind,
    dossier: &Dossier<'_>,
    sources: &Sources<'_>,
) -> Result<Document, FloodError> {
    let found = Found::read(dossier)?;
    let subject = kind.subject();
    let title = &found.summary.title;
    let subject = Title::new(
        format!("{}: {}", subject.vi, title.vi),
        format!("{}: {}", subject.en, title.en),
    );
    let mut document = Document::new(kind.title(), subject, dossier.house.letterhead(dossier.now));
    document.standing = Some(dossier.standing.clone());
    document.signature = Some(Signature { capacity: dossier.house.capacity.clone(), name: None });
    document.recipients.clone_from(&dossier.house.recipients);
    let mut writer = Writer { document, dossier, sources, found };
    match kind {
        Kind::Full => writer.full()?,
        Kind::Quick => writer.quick()?,
        Kind::Evacuation => writer.evacuation(),
    }
    Ok(writer.document)
}

/// The results as they stand in the folder.
struct Found {
    summary: Summary,
    units: Json,
    roads: Json,
    facilities: Json,
    evacuation: Json,
}

impl Found {
    fn read(dossier: &Dossier<'_>) -> Result<Self, FloodError> {
        let folder = dossier.folder;
        let path = folder.file(SUMMARY);
        let missing = || FloodError::file(&path)(std::io::ErrorKind::NotFound.into());
        let summary = folder.read_json(SUMMARY)?.ok_or_else(missing)?;
        let answer = |name: &str| -> Result<Json, FloodError> {
            Ok(folder.read_json(&super::file_of(name))?.unwrap_or_default())
        };
        Ok(Self {
            summary,
            units: answer("units")?,
            roads: answer("roads")?,
            facilities: answer("facilities")?,
            evacuation: answer("evacuation")?,
        })
    }
}

struct Writer<'a> {
    document: Document,
    dossier: &'a Dossier<'a>,
    sources: &'a Sources<'a>,
    found: Found,
}

impl Writer<'_> {
    fn full(&mut self) -> Result<(), FloodError> {
        self.heading("I. KỊCH BẢN VÀ GIẢ ĐỊNH", "I. SCENARIO AND ASSUMPTIONS");
        self.purpose();
        self.document.push(tables::scenario(self.dossier.scenario, &self.found.summary));
        self.paragraph(tables::terrain(&self.found.summary));
        let assumptions = self.found.summary.assumptions.iter().map(|it| it.vi.clone());
        let items: Vec<String> = assumptions.collect();
        self.paragraph("Các giả định của mô phỏng:".into());
        self.document.push(Block::list(items));
        self.heading("II. MỨC ĐỘ NGẬP", "II. THE FLOOD");
        self.water();
        self.document.push(tables::grounds(&self.found.summary));
        self.figure(Output::MaxDepth)?;
        self.figure(Output::Arrival30)?;
        self.figure(Output::Hazard)?;
        if self.found.summary.members > 0 {
            self.figure(Output::Likelihood)?;
        }
        self.document.push(tables::volumes(&self.found.summary));
        self.heading("III. ẢNH HƯỞNG", "III. WHOM IT HITS");
        self.document.push(tables::affected(&self.found.summary));
        self.document.push(tables::communes(&self.found.units));
        self.document.push(Block::Landscape(vec![tables::villages(&self.found.units).into()]));
        self.document.push(tables::roads(&self.found.roads));
        self.document.push(tables::facilities(&self.found.facilities));
        self.heading("IV. SƠ TÁN", "IV. EVACUATION");
        self.document.push(tables::evacuation(&self.found.evacuation));
        self.document.push(tables::left_behind(&self.found.evacuation));
        let mut next = "V";
        if !self.found.summary.structures.is_empty() {
            self.heading("V. CÔNG TRÌNH", "V. STRUCTURES");
            self.document.push(tables::structures(&self.found.summary.structures));
            next = "VI";
        }
        if let Some(marks) = self.found.summary.marks.clone() {
            self.heading(
                &format!("{next}. SO VỚI VẾT LŨ"),
                &format!("{next}. AGAINST FLOOD MARKS"),
            );
            self.document.push(tables::marks(&marks));
        }
        Ok(())
    }

    fn quick(&mut self) -> Result<(), FloodError> {
        self.purpose();
        self.water();
        self.people();
        self.figure(Output::MaxDepth)?;
        self.document.push(tables::communes(&self.found.units));
        self.document.push(tables::roads(&self.found.roads));
        Ok(())
    }

    fn evacuation(&mut self) {
        self.purpose();
        self.people();
        self.document.push(Block::Landscape(vec![
            tables::evacuation(&self.found.evacuation).into(),
            tables::left_behind(&self.found.evacuation).into(),
            tables::villages(&self.found.units).into(),
        ]));
    }

    fn heading(&mut self, vi: &str, en: &str) {
        self.document.push(Block::heading(1, Title::new(vi, en)));
    }

    fn paragraph(&mut self, text: String) {
        self.document.push(Block::paragraph(text));
    }

    /// What this is, and what it is not.
    fn purpose(&mut self) {
        let Dossier { job, standing, .. } = self.dossier;
        let text = format!(
            "Tài liệu này do máy tính lập từ lượt mô phỏng số {job} ({}). Kết quả là của mô hình, \
             không thay bản tin của cơ quan khí tượng thủy văn và không xác định cấp độ rủi ro thiên tai.",
            standing.vi.to_lowercase()
        );
        self.paragraph(text);
    }

    /// The flood in a paragraph.
    fn water(&mut self) {
        let Summary { duration_h, deepest, flooded, greatest_speed_m_s, .. } = &self.found.summary;
        let from = |depth: f64| flooded.iter().find(|it| it.depth_m == depth).map(|it| it.area_ha);
        let (shallow, deep) = (from(0.1).unwrap_or(0.0), from(1.0).unwrap_or(0.0));
        let mut text = format!(
            "Trong {} giờ, {} ha đất bị ngập từ 0,1 m trở lên, trong đó {} ha ngập từ 1 m; vận tốc lớn nhất {} m/s.",
            tables::told(*duration_h, 1),
            tables::told(shallow, 1),
            tables::told(deep, 1),
            tables::told(*greatest_speed_m_s, 1),
        );
        if let Some(deepest) = deepest {
            text.push_str(&format!(
                " Nơi ngập sâu nhất: {} m (mực nước {} m, {}) tại kinh độ {:.5}, vĩ độ {:.5}.",
                tables::told(deepest.depth_m, 2),
                tables::told(deepest.level_m, 2),
                self.found
                    .summary
                    .terrain
                    .vertical_datum
                    .as_deref()
                    .unwrap_or("hệ cao độ không rõ"),
                deepest.at[0],
                deepest.at[1],
            ));
        }
        self.paragraph(text);
    }

    /// People in a paragraph.
    fn people(&mut self) {
        let Some(hit) = &self.found.summary.affected else { return };
        let text = format!(
            "Có {} người của {} hộ ở {} công trình bị ngập, {} công trình nước vào nhà; {} thôn, tổ dân phố \
             bị cô lập. {} người đến được nơi tránh trú trước khi nước tới, {} người chưa có nơi hoặc đường đi.",
            tables::told(hit.people, 0),
            tables::told(hit.households, 0),
            hit.buildings,
            hit.floor_flooded,
            hit.villages_cut_off,
            tables::told(hit.sheltered, 0),
            tables::told(hit.not_sheltered, 0),
        );
        self.paragraph(text);
    }

    fn figure(&mut self, output: Output) -> Result<(), FloodError> {
        if !self.dossier.folder.raster(output, 0).is_file() {
            return Ok(());
        }
        let ask = MapAsk {
            folder: self.dossier.folder,
            output,
            minutes: 0,
            within: None,
            most_px: MAP_PX,
            font: self.dossier.font,
        };
        let drawn = map(&ask, self.sources)?;
        self.document.push(Figure {
            png: drawn.png,
            width_px: drawn.width_px,
            height_px: drawn.height_px,
            caption: output.title(),
            share: 0.72,
        });
        Ok(())
    }
}
