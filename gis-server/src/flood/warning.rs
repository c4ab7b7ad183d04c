//! The draft of a warning from a run: a CAP 1.2 message of status Draft, for an officer to read, mend
//! and issue. It names no official level of disaster risk: that is declared, not computed.

use city::{Instant, Title, scenario::FloodScenario};
use feeds::alerts::cap::{
    Area, Category, Certainty, Info, Message, MessageType, ResponseType, Scope, Severity, Status,
    Urgency,
};
use serde_json::Value as Json;

use super::summary::Summary;

const HOUR_US: f64 = 3.6e9;
/// Communes that a description names at most.
const MOST_NAMED: usize = 12;

/// What a draft is made of.
pub struct Draft<'a> {
    /// The number of the job.
    pub job: u64,
    /// When the run ended.
    pub finished: Instant,
    /// The results in a page.
    pub summary: &'a Summary,
    /// What was asked.
    pub scenario: &'a FloodScenario,
    /// The answer `units`.
    pub units: &'a Json,
    /// Who sends: identifier and name.
    pub sender: (&'a str, &'a Title),
    /// Where the run can be looked at.
    pub web: String,
}

/// A commune that is hit.
struct Hit<'a> {
    name: &'a str,
    people: f64,
    depth_m: f64,
    first_h: Option<f64>,
}

impl<'a> Draft<'a> {
    /// The draft; `area` draws a commune by its code. Nothing where no commune is hit.
    pub fn message(&self, area: impl Fn(&str) -> Option<Area>) -> Option<Message> {
        let rows = self.units["communes"].as_array().map_or(&[][..], Vec::as_slice);
        let people = |row: &Json| row["people"].as_f64().unwrap_or(0.0);
        let mut hit: Vec<&Json> = rows.iter().filter(|row| people(row) >= 0.5).collect();
        hit.sort_by(|a, b| people(b).total_cmp(&people(a)));
        if hit.is_empty() {
            return None;
        }
        let areas: Vec<Area> = hit.iter().filter_map(|row| area(row["code"].as_str()?)).collect();
        let hits: Vec<Hit<'a>> = hit.into_iter().map(told).collect();
        let first_h = hits.iter().filter_map(|hit| hit.first_h).fold(f64::INFINITY, f64::min);
        let after = |hours: f64| {
            let start = self.scenario.start?;
            let micros = start.as_micros() + (hours * HOUR_US) as i64;
            hours.is_finite().then(|| Instant::from_micros(micros))
        };
        let (onset, expires) = (after(first_h), after(self.scenario.duration_h));
        let info = |language: &str, texts: Texts, event: &str| Info {
            language: language.into(),
            categories: vec![Category::Met, Category::Safety],
            event: event.into(),
            responses: vec![ResponseType::Prepare, ResponseType::Monitor],
            urgency: if onset.is_some() { Urgency::Future } else { Urgency::Unknown },
            severity: severity(&hits),
            // A run says what follows from its forcing, not that the forcing comes.
            certainty: Certainty::Possible,
            effective: None,
            onset,
            expires,
            sender_name: Some(texts.sender),
            headline: Some(texts.headline),
            description: Some(texts.description),
            instruction: Some(texts.instruction),
            web: Some(self.web.clone()),
            contact: None,
            parameters: vec![("dothi:job".into(), self.job.to_string())],
            areas: areas.clone(),
        };
        Some(Message {
            identifier: format!("dothi-flood-{}-{}", self.job, self.finished.as_micros()),
            sender: self.sender.0.to_owned(),
            sent: self.finished,
            status: Status::Draft,
            kind: MessageType::Alert,
            scope: Scope::Restricted,
            restriction: Some("Dự thảo nội bộ, chưa phát hành / Internal draft, not issued".into()),
            note: None,
            references: Vec::new(),
            infos: vec![
                info("vi-VN", self.vietnamese(&hits), "Ngập lụt"),
                info("en-US", self.english(&hits), "Flood"),
            ],
        })
    }

    fn vietnamese(&self, hits: &[Hit<'_>]) -> Texts {
        let list = named(hits, |hit| {
            let hour = hit.first_h.map_or(String::new(), |hour| format!(", từ giờ {hour:.1}"));
            format!("{} ({:.0} người, sâu nhất {:.1} m{hour})", hit.name, hit.people, hit.depth_m)
        });
        Texts {
            sender: self.sender.1.vi.clone(),
            headline: format!("DỰ THẢO: {}: ngập tại {} xã, phường", self.summary.title.vi, hits.len()),
            description: format!(
                "Theo lượt mô phỏng số {}: {list}. Giờ tính từ lúc bắt đầu kịch bản.",
                self.job
            ),
            instruction: "Theo dõi bản tin chính thức; kê cao tài sản; chuẩn bị sơ tán khi có lệnh của chính quyền địa phương.".into(),
        }
    }

    fn english(&self, hits: &[Hit<'_>]) -> Texts {
        let list = named(hits, |hit| {
            let hour = hit.first_h.map_or(String::new(), |hour| format!(", from hour {hour:.1}"));
            format!("{} ({:.0} people, {:.1} m at most{hour})", hit.name, hit.people, hit.depth_m)
        });
        Texts {
            sender: self.sender.1.en.clone(),
            headline: format!("DRAFT: {}: water in {} communes", self.summary.title.en, hits.len()),
            description: format!(
                "By simulated run {}: {list}. Hours count from the beginning of the scenario.",
                self.job
            ),
            instruction: "Follow official bulletins; lift belongings; be ready to leave when the local authority says so.".into(),
        }
    }
}

struct Texts {
    sender: String,
    headline: String,
    description: String,
    instruction: String,
}

fn told(row: &Json) -> Hit<'_> {
    Hit {
        name: row["name"].as_str().unwrap_or("?"),
        people: row["people"].as_f64().unwrap_or(0.0),
        depth_m: row["deepest"]["depth_m"].as_f64().unwrap_or(0.0),
        first_h: row["first_h"].as_f64(),
    }
}

fn named(hits: &[Hit<'_>], one: impl Fn(&Hit<'_>) -> String) -> String {
    let mut list = hits.iter().take(MOST_NAMED).map(one).collect::<Vec<_>>().join("; ");
    if hits.len() > MOST_NAMED {
        list.push_str("; …");
    }
    list
}

/// From the deepest water in a commune that has people in it: where an adult no longer stands it is
/// extreme, where a child does not, severe.
fn severity(hits: &[Hit<'_>]) -> Severity {
    match hits.iter().map(|hit| hit.depth_m).fold(0.0, f64::max) {
        depth if depth >= 1.2 => Severity::Extreme,
        depth if depth >= 0.5 => Severity::Severe,
        depth if depth >= 0.3 => Severity::Moderate,
        _ => Severity::Minor,
    }
}
