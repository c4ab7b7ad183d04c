//! Bulletins of others, read from CAP, as alerts.

use std::sync::{Arc, PoisonError};

use city::Title;

use super::{
    alert::{Alert, AlertId, Ending, Finding, Official, Situation, StepKind, Subject},
    cap::{Info, Message, MessageType, Reference, Scope, Status},
    error::AlertError,
    house::Alerts,
    risk::{Bulletin, DeclaredRisk, RiskLevel},
};

/// As many messages are looked for that a bulletin refers to.
const MOST_REFERENCES: usize = 100;

impl Alerts {
    /// Takes an official bulletin: an Alert opens an alert, an Update adds to the one that it refers to,
    /// a Cancel ends that. `risk` is the disaster-risk level that it declares, where the person who
    /// imports it has read one; else it is taken from the parameters `disaster-risk-level`,
    /// `bulletin-issuer`, `bulletin-number` and `bulletin-issued`, where it has all of them. `event`
    /// is the event of the message catalogue. Blocks.
    ///
    /// A bulletin is known by its sender and identifier, for ever: the same one never opens a second
    /// alert, nor adds to one again.
    ///
    /// # Errors
    /// [`AlertError::Bulletin`]: it is a draft or a test, or tells nothing, or refers to what is not
    /// here; [`AlertError::ImportedBefore`]; [`AlertError::IsOver`]: what it refers to is cleared;
    /// [`AlertError::Text`], [`AlertError::File`].
    pub fn import(
        &self,
        message: &Message,
        event: &str,
        risk: Option<DeclaredRisk>,
        by: &str,
    ) -> Result<Arc<Alert>, AlertError> {
        let refuse = |why: &str| AlertError::Bulletin(message.identifier.clone(), why.to_owned());
        let is_simulated = match message.status {
            Status::Actual => false,
            Status::Exercise => true,
            Status::System | Status::Test | Status::Draft => {
                return Err(refuse("its status is neither Actual nor Exercise"));
            }
        };
        let imported_before = |alert| {
            let identifier = message.identifier.clone();
            AlertError::ImportedBefore { identifier, alert }
        };
        // Two imports at once are made one after the other.
        let _turn = self.importing.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(known) = self.told_by(&message.sender, &message.identifier)? {
            return Err(imported_before(known.id));
        }
        let before = self.referred_to(message)?;
        let no_info = || refuse("it has no info element");
        let situation = || situation_of(message).ok_or_else(no_info);
        let risk = risk.or_else(|| declared(message.infos.first()?));
        let declared = risk.map(StepKind::RiskDeclared);
        let add = |id: AlertId, kind| self.book.act(id, self.deed(by, None, kind)?, |_| Ok(()));
        let is_withdrawn = |alert: &Alert| alert.ending() == Some(Ending::Withdrawn);
        match (message.kind, before) {
            (MessageType::Alert, _) => {
                let subject = format!("{},{}", message.sender, message.identifier);
                let kinds = std::iter::once(StepKind::Raised(situation()?)).chain(declared);
                let deeds: Result<_, _> = kinds.map(|kind| self.deed(by, None, kind)).collect();
                let make = |id| Alert {
                    id,
                    rule: None,
                    subject: Subject::Bulletin(subject.into()),
                    event: event.into(),
                    is_simulated,
                    is_released_at_once: !is_simulated && message.scope == Scope::Public,
                    steps: Vec::new(),
                };
                self.book.raise(make, deeds?)
            }
            (MessageType::Update, Some(alert)) => {
                let updated = add(alert.id, StepKind::Updated(situation()?))?;
                declared.map_or(Ok(updated), |kind| add(alert.id, kind))
            }
            (MessageType::Cancel, Some(alert)) if is_withdrawn(&alert) => {
                Err(imported_before(alert.id))
            }
            (MessageType::Cancel, Some(alert)) => {
                add(alert.id, StepKind::Cleared(Ending::Withdrawn))
            }
            (MessageType::Update | MessageType::Cancel, None) => {
                Err(refuse("no alert was imported from what it refers to: import that first"))
            }
            (MessageType::Ack | MessageType::Error, _) => {
                Err(refuse("it tells of messages, not of an event"))
            }
        }
    }

    /// The alert that a bulletin adds to: one that is not cleared before one that is.
    fn referred_to(&self, message: &Message) -> Result<Option<Arc<Alert>>, AlertError> {
        let mut cleared = None;
        for Reference { sender, identifier, .. } in message.references.iter().take(MOST_REFERENCES)
        {
            match self.told_by(sender, identifier)? {
                Some(alert) if alert.is_active() => return Ok(Some(alert)),
                told => cleared = cleared.or(told),
            }
        }
        Ok(cleared)
    }

    /// The alert that a bulletin told of, cleared or not.
    fn told_by(&self, sender: &str, identifier: &str) -> Result<Option<Arc<Alert>>, AlertError> {
        let is_it = |kind: &StepKind| match kind {
            StepKind::Raised(Situation { finding: Finding::Bulletin(official), .. })
            | StepKind::Updated(Situation { finding: Finding::Bulletin(official), .. }) => {
                official.sender == sender && official.identifier == identifier
            }
            _ => false,
        };
        let is_told = |alert: &Alert| alert.steps.iter().any(|step| is_it(&step.kind));
        let active = self.active().into_iter().find(|alert| is_told(alert));
        if active.is_some() {
            return Ok(active);
        }
        let imported = self.book.imported(identifier)?;
        Ok(imported.into_iter().find(is_told).map(Arc::new))
    }
}

/// What a bulletin says, in Vietnamese and English where it has both, else twice the same.
fn situation_of(message: &Message) -> Option<Situation> {
    let in_language = |language: &str| {
        let is_it = |info: &&Info| info.language.to_ascii_lowercase().starts_with(language);
        message.infos.iter().find(is_it)
    };
    let first = message.infos.first()?;
    let (vi, en) = (in_language("vi").unwrap_or(first), in_language("en").unwrap_or(first));
    let both = |text: fn(&Info) -> Option<&String>| {
        let text = |info| text(info).cloned().unwrap_or_default();
        Title::new(text(vi), text(en))
    };
    let area = |info: &Info| {
        let names: Vec<_> = info.areas.iter().map(|area| area.name.as_str()).collect();
        names.join("; ")
    };
    let official = Official {
        sender: message.sender.clone(),
        identifier: message.identifier.clone(),
        event: Title::new(vi.event.clone(), en.event.clone()),
        headline: both(|info| info.headline.as_ref().or(Some(&info.event))),
        description: both(|info| info.description.as_ref()),
        instruction: both(|info| info.instruction.as_ref()),
        categories: first.categories.clone(),
        responses: first.responses.clone(),
        urgency: first.urgency,
        severity: first.severity,
        certainty: first.certainty,
        areas: first.areas.clone(),
    };
    Some(Situation {
        finding: Finding::Bulletin(Box::new(official)),
        level: 1,
        level_title: None,
        limit: None,
        limit_source: String::new(),
        value: None,
        unit: String::new(),
        property: String::new(),
        place: Title::new(area(vi), area(en)),
        time: first.onset.or(first.effective).unwrap_or(message.sent),
        seq: None,
        streams: Vec::new(),
    })
}

/// The disaster-risk level that a bulletin names with all that belongs to it.
fn declared(info: &Info) -> Option<DeclaredRisk> {
    let level: i64 = info.parameter("disaster-risk-level")?.parse().ok()?;
    let level = RiskLevel::try_from(level).ok()?;
    let issuer = info.parameter("bulletin-issuer")?;
    let number = info.parameter("bulletin-number")?;
    let issued = info.parameter("bulletin-issued")?.parse().ok()?;
    Some(DeclaredRisk::of(Bulletin::new(issuer, number, issued).ok()?, level))
}
