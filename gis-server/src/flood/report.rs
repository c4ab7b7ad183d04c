//! What is handed out of a run: the report, the quick report and the evacuation table, as official
//! documents.

mod house;
mod sheet;
mod tables;
mod template;

use city::{Instant, Title, scenario::FloodScenario};
use serde::Deserialize;
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

use template::{Known, Part};

pub use house::{FILE as HOUSE, House};
pub use sheet::{Reader, Wet, sheets, wet_communes};

/// Pixels of a map in a report at most: 17 cm at 200 points an inch.
const MAP_PX: (u32, u32) = (1340, 1500);

/// What is handed out.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "lowercase")]
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
    let form =
        template::of(kind, dossier.now.local_date(), sources.data).map_err(FloodError::Template)?;
    let title = &found.summary.title;
    let subject = Title::new(
        format!("{}: {}", form.subject.vi, title.vi),
        format!("{}: {}", form.subject.en, title.en),
    );
    let letterhead = dossier.house.letterhead(dossier.now);
    let mut document = Document::new(form.title.clone(), subject, letterhead);
    document.standing = Some(dossier.standing.clone());
    document.signature = Some(Signature { capacity: dossier.house.capacity.clone(), name: None });
    document.recipients = match dossier.house.recipients.is_empty() {
        true => form.recipients.clone(),
        false => dossier.house.recipients.clone(),
    };
    let writer = Writer { dossier, sources, found: &found };
    for parts in form.parts.chunk_by(|one, next| one.lying == next.lying) {
        let mut blocks = Vec::new();
        for part in parts {
            blocks.extend(writer.part(part)?);
        }
        if parts[0].lying && !blocks.is_empty() {
            blocks = vec![Block::Landscape(blocks)];
        }
        document.blocks.extend(blocks);
    }
    Ok(document)
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
    dossier: &'a Dossier<'a>,
    sources: &'a Sources<'a>,
    found: &'a Found,
}

impl Writer<'_> {
    fn part(&self, part: &Part) -> Result<Vec<Block>, FloodError> {
        if !part.with.is_empty() && !part.with.iter().any(|known| self.knows(*known)) {
            return Ok(Vec::new());
        }
        Ok(match (&part.heading, &part.text, part.of) {
            (Some(heading), ..) => vec![Block::heading(1, heading.clone())],
            (_, Some(text), _) => vec![Block::paragraph(self.filled(text))],
            (.., Some(known)) if self.knows(known) => self.known(known)?,
            _ => Vec::new(),
        })
    }

    /// Whether there is anything to say.
    fn knows(&self, known: Known) -> bool {
        let Summary { structures, marks, affected, drains, .. } = &self.found.summary;
        match known {
            Known::Structures => !structures.is_empty(),
            Known::Drains => drains.is_some(),
            Known::Marks => marks.is_some(),
            Known::People => affected.is_some(),
            Known::Map(output) => self.dossier.folder.raster(output, 0).is_file(),
            _ => true,
        }
    }

    fn known(&self, known: Known) -> Result<Vec<Block>, FloodError> {
        let Found { summary, units, roads, facilities, evacuation } = self.found;
        let block: Block = match known {
            Known::Purpose => Block::paragraph(self.purpose()),
            Known::Scenario => tables::scenario(self.dossier.scenario, summary).into(),
            Known::Terrain => Block::paragraph(tables::terrain(summary)),
            Known::Assumptions => {
                let items: Vec<String> =
                    summary.assumptions.iter().map(|it| it.vi.clone()).collect();
                let head = Block::paragraph("Các giả định của mô phỏng:");
                return Ok(vec![head, Block::list(items)]);
            }
            Known::Water => Block::paragraph(self.water()),
            Known::Grounds => tables::grounds(summary).into(),
            Known::Volumes => tables::volumes(summary).into(),
            Known::People => Block::paragraph(self.people()),
            Known::Affected => tables::affected(summary).into(),
            Known::Communes => tables::communes(units).into(),
            Known::Villages => tables::villages(units).into(),
            Known::Roads => tables::roads(roads).into(),
            Known::Facilities => tables::facilities(facilities).into(),
            Known::Evacuation => tables::evacuation(evacuation).into(),
            Known::LeftBehind => tables::left_behind(evacuation).into(),
            Known::Structures => tables::structures(&summary.structures).into(),
            Known::Drains => summary
                .drains
                .as_ref()
                .map_or_else(|| Block::paragraph(""), |drains| tables::drains(drains).into()),
            Known::Marks => summary
                .marks
                .as_ref()
                .map_or_else(|| Block::paragraph(""), |marks| tables::marks(marks).into()),
            Known::Map(output) => self.figure(output)?.into(),
        };
        Ok(vec![block])
    }

    /// A text of a form, its places filled.
    fn filled(&self, text: &str) -> String {
        let Found { summary, units, .. } = self.found;
        let hit = summary.affected.as_ref();
        let communes = units["communes"].as_array().into_iter().flatten();
        let wet = communes.filter(|unit| unit["flooded_ha"].as_f64().is_some_and(|ha| ha > 0.0));
        let names: Vec<&str> = wet.filter_map(|unit| unit["name"].as_str()).collect();
        let count = |of: Option<f64>| tables::told(of.unwrap_or(0.0), 0);
        let values = [
            ("{job}", self.dossier.job.to_string()),
            ("{standing}", self.dossier.standing.vi.clone()),
            ("{title}", summary.title.vi.clone()),
            ("{communes}", names.join(", ")),
            ("{buildings}", count(hit.map(|it| it.buildings as f64))),
            ("{people}", count(hit.map(|it| it.people))),
            ("{households}", count(hit.map(|it| it.households))),
            ("{organ}", self.dossier.house.organ.clone()),
            ("{place}", self.dossier.house.place.clone()),
        ];
        values.iter().fold(text.to_owned(), |text, (place, value)| text.replace(place, value))
    }

    /// What this is, and what it is not.
    fn purpose(&self) -> String {
        let Dossier { job, standing, .. } = self.dossier;
        format!(
            "Tài liệu này do máy tính lập từ lượt mô phỏng số {job} ({}). Kết quả là của mô hình, \
             không thay bản tin của cơ quan khí tượng thủy văn và không xác định cấp độ rủi ro thiên tai.",
            standing.vi.to_lowercase()
        )
    }

    /// The flood in a paragraph.
    fn water(&self) -> String {
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
        text
    }

    /// People in a paragraph.
    fn people(&self) -> String {
        let Some(hit) = &self.found.summary.affected else { return String::new() };
        format!(
            "Có {} người của {} hộ ở {} công trình bị ngập, {} công trình nước vào nhà; {} thôn, tổ dân phố \
             bị cô lập. {} người đến được nơi tránh trú trước khi nước tới, {} người chưa có nơi hoặc đường đi.",
            tables::told(hit.people, 0),
            tables::told(hit.households, 0),
            hit.buildings,
            hit.floor_flooded,
            hit.villages_cut_off,
            tables::told(hit.sheltered, 0),
            tables::told(hit.not_sheltered, 0),
        )
    }

    fn figure(&self, output: Output) -> Result<Figure, FloodError> {
        let ask = MapAsk {
            folder: self.dossier.folder,
            output,
            minutes: 0,
            within: None,
            focus: None,
            most_px: MAP_PX,
            font: self.dossier.font,
        };
        let drawn = map(&ask, self.sources)?;
        Ok(Figure {
            png: drawn.png,
            width_px: drawn.width_px,
            height_px: drawn.height_px,
            caption: output.title(),
            share: 0.72,
        })
    }
}
