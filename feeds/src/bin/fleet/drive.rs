//! Makes the devices of a fleet measure, send and obey, at their own pace or at a rate.

use std::{sync::Arc, time::Duration};

use feeds::Clock;
use serde_json::json;
use tokio::{
    sync::mpsc,
    time::{Instant, sleep},
};

use crate::{
    faults::{Faults, Note},
    orders::{Command, Orders},
    post::{Order, Parcel},
    schedule::Schedule,
    things::{Device, DeviceKind},
    world::{World, seed::Dice},
};

/// Model time, which may run faster than ours.
#[derive(Debug, Clone)]
pub(crate) struct Pace {
    /// Seconds since 1970-01-01T00:00:00Z at which it begins.
    pub(crate) begin_s: f64,
    /// Seconds of the model in one of ours.
    pub(crate) speed: f64,
    /// Whether it makes up for the past, and runs as our own time once it has.
    pub(crate) catches_up: bool,
    pub(crate) since: Instant,
    /// What our own time is.
    pub(crate) clock: Arc<dyn Clock>,
}

impl Pace {
    fn now_s(&self) -> f64 {
        self.after_s(self.since.elapsed())
    }

    /// The instant of the model after so long a time of ours.
    fn after_s(&self, elapsed: Duration) -> f64 {
        let fast_s = self.begin_s + self.speed * elapsed.as_secs_f64();
        if self.catches_up { fast_s.min(self.present_s()) } else { fast_s }
    }

    fn present_s(&self) -> f64 {
        self.clock.now().as_micros() as f64 / 1e6
    }

    /// How long it takes from one instant of the model to a later one.
    fn between(&self, now_s: f64, then_s: f64) -> Duration {
        let is_live = self.catches_up && now_s >= self.present_s() - 1.0;
        let speed = if is_live { 1.0 } else { self.speed };
        Duration::try_from_secs_f64((then_s - now_s) / speed).unwrap_or_default()
    }

    /// The time that a device tells for an instant of the model: that instant, or the present where
    /// the model runs ahead of it.
    fn stamp_us(&self, t_s: f64) -> i64 {
        ((t_s * 1e6) as i64).min(self.clock.now().as_micros())
    }
}

/// Where parcels go: links over MQTT, then links over HTTP.
#[derive(Debug)]
pub(crate) struct Outlets {
    pub(crate) links: Vec<mpsc::Sender<Parcel>>,
    /// So many of them speak MQTT.
    pub(crate) mqtt: usize,
    /// The share of devices that send over HTTP.
    pub(crate) http_share: f64,
}

impl Outlets {
    /// The link of what has a key; what must be told something needs MQTT.
    pub(crate) fn link_of(&self, dice: Dice, key: u64, needs_mqtt: bool) -> usize {
        let dice = dice.named("link").of(key);
        let http = self.links.len() - self.mqtt;
        if http > 0 && !needs_mqtt && dice.of(1).happens(self.http_share) {
            self.mqtt + pick(dice, http)
        } else {
            pick(dice, self.mqtt)
        }
    }
}

fn pick(dice: Dice, count: usize) -> usize {
    ((dice.of(2).unit() * count as f64) as usize).min(count.saturating_sub(1))
}

/// The devices and the city that they stand in.
#[derive(Debug)]
pub(crate) struct Fleet {
    pub(crate) devices: Vec<Device>,
    pub(crate) world: World,
    pub(crate) faults: Faults,
    pub(crate) outlets: Outlets,
    /// The link of each device.
    pub(crate) link_of: Vec<usize>,
    pub(crate) pace: Pace,
    pub(crate) orders: Orders,
    pub(crate) incoming: mpsc::Receiver<Order>,
    pub(crate) dice: Dice,
}

/// So many observations a second, so many of them in a message.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Load {
    pub(crate) per_second: f64,
    pub(crate) batch: usize,
}

/// Nobody takes parcels any more.
#[derive(Debug, thiserror::Error)]
#[error("the links to the server have ended")]
pub(crate) struct Ended;

impl Fleet {
    /// Every device at its own pace; ends only when the links do.
    pub(crate) async fn run(&mut self) -> Result<(), Ended> {
        let Pace { begin_s, speed, .. } = self.pace;
        let mut schedule = Schedule::new(&self.devices, self.dice, begin_s, speed);
        loop {
            while let Some(round) = schedule.pop(self.pace.now_s()) {
                self.tell(round.device, &round.streams, round.at_s).await?;
                self.obey_waiting().await?;
            }
            let wait = schedule
                .next_s()
                .map_or(Duration::from_secs(1), |t_s| self.pace.between(self.pace.now_s(), t_s));
            tokio::select! {
                () = sleep(wait) => {}
                Some(order) = self.incoming.recv() => self.obey(&order).await?,
            }
        }
    }

    /// Every datastream in turn, at a rate; ends only when the links do. What the server does not
    /// take in time is not made later.
    pub(crate) async fn run_at(&mut self, load: Load) -> Result<(), Ended> {
        let streams: Vec<(usize, usize)> = self
            .devices
            .iter()
            .enumerate()
            .flat_map(|(index, device)| (0..device.streams.len()).map(move |s| (index, s)))
            .collect();
        let (mut since, mut made, mut last_us) = (Instant::now(), 0.0, 0);
        loop {
            let wanted = load.per_second * since.elapsed().as_secs_f64();
            if wanted - made > load.per_second.max(load.batch as f64) {
                (since, made) = (Instant::now(), 0.0);
                continue;
            }
            for chunk in streams.chunks(load.batch) {
                let wait =
                    (made - load.per_second * since.elapsed().as_secs_f64()) / load.per_second;
                // Sleeping for less than the timer's grain would hold the rate down.
                if wait > 0.001 {
                    sleep(Duration::from_secs_f64(wait)).await;
                }
                let notes = self.notes(chunk, &mut last_us);
                made += notes.len() as f64;
                if let Some(first) = notes.first() {
                    let link = self.outlets.link_of(self.dice, first.stream.cast_unsigned(), false);
                    self.send(link, Parcel::of(&notes)).await?;
                }
                self.obey_waiting().await?;
                if load.per_second * since.elapsed().as_secs_f64() - made > load.per_second {
                    break;
                }
            }
        }
    }

    /// An observation of each of some datastreams, now; no two have the same time.
    fn notes(&mut self, streams: &[(usize, usize)], last_us: &mut i64) -> Vec<Note> {
        let mut notes = Vec::with_capacity(streams.len());
        for &(index, stream) in streams {
            let Some(device) = self.devices.get(index) else { continue };
            let Some(stream) = device.streams.get(stream) else { continue };
            let t_s = self.pace.now_s();
            *last_us = self.pace.stamp_us(t_s).max(*last_us + 1);
            if let Some(reading) = self.world.observe((index, device), stream, t_s) {
                notes.push(Note { stream: stream.id, reading, at_us: *last_us });
            }
        }
        notes
    }

    /// A device tells of some of its datastreams at an instant of the model.
    async fn tell(&mut self, index: usize, streams: &[usize], t_s: f64) -> Result<(), Ended> {
        let (Some(device), Some(link)) =
            (self.devices.get(index), self.link_of.get(index).copied())
        else {
            return Ok(());
        };
        let at_us = self.pace.stamp_us(t_s);
        let mut message = Vec::with_capacity(streams.len());
        for stream in streams.iter().filter_map(|stream| device.streams.get(*stream)) {
            if let Some(reading) = self.world.observe((index, device), stream, t_s) {
                message.push(Note { stream: stream.id, reading, at_us });
            }
        }
        if message.is_empty() {
            return Ok(());
        }
        for message in self.faults.pass(device.thing, message, t_s) {
            self.send(link, Parcel::of(&message)).await?;
        }
        Ok(())
    }

    async fn send(&self, link: usize, parcel: Parcel) -> Result<(), Ended> {
        let link = self.outlets.links.get(link).ok_or(Ended)?;
        link.send(parcel).await.map_err(|_| Ended)
    }

    async fn obey_waiting(&mut self) -> Result<(), Ended> {
        while let Ok(order) = self.incoming.try_recv() {
            self.obey(&order).await?;
        }
        Ok(())
    }

    /// Carries a command out once, answers it each time, and shows what it changed. A device that is
    /// silent does not hear either.
    async fn obey(&mut self, order: &Order) -> Result<(), Ended> {
        let device = self.orders.device_of(order).and_then(|index| self.devices.get(index));
        let now_s = self.pace.now_s();
        if device.is_some_and(|device| self.faults.is_silent(device.thing, now_s)) {
            return Ok(());
        }
        let Some(Command { task, device, is_known, wish }) = self.orders.read(order) else {
            return Ok(());
        };
        let t_s = self.pace.now_s();
        let refusal = match wish {
            Err(why) => Some(why),
            Ok(_) if is_known => None,
            Ok(wish) => {
                let done = self.world.obey(device, wish.dim_pct, t_s + wish.holds_s);
                done.err().map(str::to_owned)
            }
        };
        let answer = match &refusal {
            None => json!({ "status": "acknowledged" }),
            Some(why) => json!({ "status": "refused", "reason": why }),
        };
        let link = self.link_of.get(device).copied().unwrap_or_default();
        self.send(link, Parcel::answer(task, answer.to_string())).await?;
        if refusal.is_some() {
            return Ok(());
        }
        for index in self.shown_by(device) {
            let streams: Vec<usize> = (0..self.devices[index].streams.len()).collect();
            self.tell(index, &streams, t_s).await?;
        }
        Ok(())
    }

    /// The devices that show what a command to a device changed: itself, and a cabinet's lamps.
    fn shown_by(&self, device: usize) -> Vec<usize> {
        let mut shown = vec![device];
        let cabinet = self.devices.get(device).filter(|it| it.kind == DeviceKind::Cabinet);
        if let Some(code) = cabinet.and_then(|it| it.text("code")) {
            let lamps = self.devices.iter().enumerate();
            let its = lamps
                .filter(|(_, it)| it.kind == DeviceKind::Lamp && it.text("cabinet") == Some(code));
            shown.extend(its.map(|(index, _)| index));
        }
        shown
    }
}

#[cfg(test)]
mod tests {
    use feeds::ManualClock;

    use super::*;

    #[test]
    fn the_past_is_made_up_for_and_then_time_runs_as_ours() {
        let at_s = |seconds: i64| city::Instant::from_micros(seconds * 1_000_000);
        let clock = Arc::new(ManualClock::at(at_s(10_020)));
        let pace = |catches_up| {
            let (since, clock): (_, Arc<dyn Clock>) = (Instant::now(), clock.clone());
            Pace { begin_s: 6_400.0, speed: 100.0, catches_up, since, clock }
        };
        assert_eq!(pace(true).after_s(Duration::from_secs(20)), 8_400.0);
        assert_eq!(pace(true).between(8_400.0, 8_500.0), Duration::from_secs(1));
        clock.set(at_s(10_100));
        assert_eq!(pace(true).after_s(Duration::from_secs(100)), 10_100.0);
        assert_eq!(pace(true).between(10_100.0, 10_105.0), Duration::from_secs(5));
        // Without that it goes on as fast, and devices tell the present.
        assert_eq!(pace(false).after_s(Duration::from_secs(100)), 16_400.0);
        assert_eq!(pace(false).stamp_us(16_400.0), 10_100_000_000);
    }
}
