//! Commands that devices are told to carry out.

use std::collections::{HashMap, VecDeque};

use serde_json::{Map, Value};

use crate::{post::Order, things::Device};

/// Numbers of commands that are remembered, so that none is carried out twice.
const REMEMBERED: usize = 10_000;
/// A command holds so long, in seconds, where it does not say: until the next day's programme.
const HOLDS_S: f64 = 12.0 * 3600.0;

/// A command for a device.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Command {
    /// Its number: the Task's identifier.
    pub(crate) task: i64,
    /// Whose, by index.
    pub(crate) device: usize,
    /// Whether the device has heard of it before.
    pub(crate) is_known: bool,
    /// What to do, or why it cannot be done.
    pub(crate) wish: Result<Wish, String>,
}

/// What a lamp is to do.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(crate) struct Wish {
    /// The level in %; `None` gives it back to its programme.
    pub(crate) dim_pct: Option<f64>,
    /// For so long.
    pub(crate) holds_s: f64,
}

/// Knows which device listens where, and what each has heard.
#[derive(Debug, Default)]
pub(crate) struct Orders {
    device_at: HashMap<String, usize>,
    heard: VecDeque<i64>,
}

impl Orders {
    /// For some devices.
    pub(crate) fn new(devices: &[Device]) -> Self {
        let each = devices.iter().enumerate().flat_map(|(index, device)| {
            device.capabilities.iter().map(move |it| (it.topic.clone(), index))
        });
        Self { device_at: each.collect(), heard: VecDeque::new() }
    }

    /// The device that something which came in is for, by index.
    pub(crate) fn device_of(&self, order: &Order) -> Option<usize> {
        self.device_at.get(&*order.topic).copied()
    }

    /// Reads what came in; `None` where it is no command for a device of ours.
    pub(crate) fn read(&mut self, order: &Order) -> Option<Command> {
        let device = self.device_of(order)?;
        let document: Value = serde_json::from_slice(&order.payload).ok()?;
        let task = document.get("@iot.id").and_then(Value::as_i64)?;
        let is_known = self.heard.contains(&task);
        if !is_known {
            self.heard.push_back(task);
            if self.heard.len() > REMEMBERED {
                self.heard.pop_front();
            }
        }
        let empty = Map::new();
        let parameters = document.get("taskingParameters").and_then(Value::as_object);
        Some(Command { task, device, is_known, wish: wish_of(parameters.unwrap_or(&empty)) })
    }
}

/// What parameters ask of a lamp: a level in %, on or off, or its programme again.
fn wish_of(parameters: &Map<String, Value>) -> Result<Wish, String> {
    let (mut level, mut holds_s) = (None, HOLDS_S);
    for (name, value) in parameters {
        match value {
            Value::Number(seconds) if name.to_lowercase().contains("duration") => {
                holds_s = seconds.as_f64().unwrap_or(HOLDS_S);
            }
            Value::Number(number) => level = Some(number.as_f64()),
            Value::Bool(is_on) => level = Some(Some(if *is_on { 100.0 } else { 0.0 })),
            Value::String(word) => match word.to_lowercase().as_str() {
                "on" | "bật" | "đóng" => level = Some(Some(100.0)),
                "off" | "tắt" | "cắt" => level = Some(Some(0.0)),
                "auto" | "programme" | "program" | "calendar" | "tự động" => {
                    level = Some(None)
                }
                _ => {}
            },
            _ => {}
        }
    }
    let problem = "đèn không hiểu lệnh này / this lamp knows a level in %, on, off and auto";
    let dim_pct = level.ok_or_else(|| problem.to_owned())?;
    match dim_pct {
        Some(level) if !(0.0..=100.0).contains(&level) => Err(problem.to_owned()),
        dim_pct => Ok(Wish { dim_pct, holds_s }),
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;
    use crate::things::devices_of;

    fn orders() -> Orders {
        let things = json!({"value": [{
            "@iot.id": 1, "name": "Đèn", "properties": {"role": "lamps", "simulated": true},
            "Datastreams": [{"@iot.id": 1}], "TaskingCapabilities": [{"@iot.id": 5}],
        }]});
        Orders::new(&devices_of(&things).unwrap().0)
    }

    fn order(payload: Value) -> Order {
        let topic = "v1.1/TaskingCapabilities(5)/Tasks".into();
        Order { topic, payload: payload.to_string().into() }
    }

    #[test]
    fn a_command_is_read_and_known_again() {
        let mut orders = orders();
        let told = order(json!({"@iot.id": 17, "taskingParameters": {"dimLevel": 40}}));
        let wish = Ok(Wish { dim_pct: Some(40.0), holds_s: HOLDS_S });
        let first = Command { task: 17, device: 0, is_known: false, wish };
        assert_eq!(orders.read(&told), Some(first.clone()));
        assert_eq!(orders.read(&told), Some(Command { is_known: true, ..first }));
        let elsewhere = Order { topic: "v1.1/TaskingCapabilities(6)/Tasks".into(), ..told };
        assert_eq!(orders.read(&elsewhere), None);
    }

    #[test]
    fn words_of_both_languages_are_understood_and_others_refused() {
        let dim = |parameters: Value| wish_of(parameters.as_object().unwrap()).map(|it| it.dim_pct);
        assert_eq!(dim(json!({"state": "tắt"})), Ok(Some(0.0)));
        assert_eq!(dim(json!({"on": true})), Ok(Some(100.0)));
        assert_eq!(dim(json!({"mode": "auto"})), Ok(None));
        assert_eq!(dim(json!({"duration": 60, "level": 30})), Ok(Some(30.0)));
        assert!(dim(json!({"level": 130})).is_err());
        assert!(dim(json!({})).is_err());
    }
}
